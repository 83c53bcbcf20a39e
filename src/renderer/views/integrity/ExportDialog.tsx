/** What can be exported from a dump: reports, manifests, a signed attestation. */
import { useState } from 'react';
import { papers, usualAnalyses, type Paper } from '../../../shared/integrity-protocol.ts';
import { redactRules } from '../../../shared/redact-rules.ts';
import { useStore } from '../../hooks/use-store.ts';
import { exportFormats } from '../../state/catalogue.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Dialog } from '../../widgets/dialog/Dialog.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { AnalysesChoice } from '../kernel/AnalysesChoice.tsx';
import { ItemsChoice } from '../../widgets/ItemsChoice.tsx';

const paperNames: Readonly<Record<Paper, string>> = { a4: 'A4', letter: 'Letter' };

export function ExportDialog({ dump, onClose }: { readonly dump: OpenDump; readonly onClose: () => void }) {
  const { dumpJobs, catalogue } = useWorkbench();
  const formats = exportFormats(useStore(catalogue));
  const [analyses, setAnalyses] = useState<readonly string[]>(usualAnalyses);
  const known = useStore(catalogue).sections;
  const [sections, setSections] = useState<readonly string[]>(() => known.filter(({ byDefault }) => byDefault).map(({ id }) => id));
  const [redact, setRedact] = useState<readonly string[]>([]);
  const [paper, setPaper] = useState<Paper>('a4');
  const [chosen, setChosen] = useState<string>('html');
  const [full, setFull] = useState(dump.checked === 'full');
  const format = formats.find(({ id }) => id === chosen);
  const start = (): void => {
    if (format !== undefined)
      dumpJobs.hand(dump.key, format, { full, analyses, sections, paper, redact: redactRules.flatMap(({ id }) => (redact.includes(id) ? [id] : [])) });
    onClose();
  };
  return (
    <Dialog
      title={
        <>
          Export a report on <Hostile text={dump.name} />
        </>
      }
      testId="export-dialog"
      action={{ label: format?.kind === 'attestation' ? 'Choose key and export' : 'Export', run: start, testId: 'export-start' }}
      onClose={onClose}
    >
      <fieldset className="dialog-options">
        <legend className="unseen">Format</legend>
        {formats.map(({ id, title, about }) => (
          <label key={id} className="dialog-option">
            <input type="radio" name="format" checked={id === chosen} onChange={() => setChosen(id)} data-testid={`export-${id}`} />
            <span>{title}</span>
            <span className="dim">{about}</span>
          </label>
        ))}
      </fieldset>
      <label className="dialog-check">
        <input
          type="checkbox"
          checked={format?.kind !== 'report' || full}
          disabled={format?.kind !== 'report'}
          onChange={(event) => setFull(event.currentTarget.checked)}
        />
        With digests and full scan: reads the whole dump
      </label>
      {format?.printed !== true ? null : (
        <fieldset className="dialog-check">
          <legend className="unseen">Paper</legend>
          {papers.map((size) => (
            <label key={size}>
              <input type="radio" name="paper" checked={size === paper} onChange={() => setPaper(size)} data-testid={`export-paper-${size}`} />{' '}
              {paperNames[size]}
            </label>
          ))}
        </fieldset>
      )}
      {format?.kind !== 'report' ? null : (
        <>
          <ItemsChoice label="Sections of the report" testId="export-section" items={known} chosen={sections} onChange={setSections} />
          <ItemsChoice label="Removed from the report" testId="export-redact" items={redactRules} chosen={redact} onChange={setRedact} />
          {sections.includes('analyses') ? (
            <AnalysesChoice label="Analyses in the report" testId="export-analysis" chosen={analyses} onChange={setAnalyses} />
          ) : null}
        </>
      )}
    </Dialog>
  );
}
