/** What can be handed on of a dump: reports, manifests, a signed attestation. */
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { useQuery } from '../../engine/use-query.ts';
import { exportFormats } from '../../state/dump-jobs.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import './export-dialog.css';

export function ExportDialog({ dump, onClose }: { readonly dump: OpenDump; readonly onClose: () => void }) {
  const { dumpJobs, engine } = useWorkbench();
  // Those that need a parameter have their table in the kernel view.
  const catalogue = useQuery(dump, 'analyses', async (_handle, signal) => (await engine.call('analyses', {}, { signal })).analyses);
  const offered = (catalogue.value ?? []).filter(({ parameters }) => parameters.every(({ required }) => required !== true));
  const [analyses, setAnalyses] = useState<readonly string[]>([]);
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, setChosen] = useState<string>('html');
  const [full, setFull] = useState(dump.checked === 'full');
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const format = exportFormats.find(({ id }) => id === chosen);
  // The dialog's own closing gives the focus back to where it was.
  const close = (): void => dialog.current?.close();
  const start = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (format !== undefined) dumpJobs.hand(dump.key, format, full, analyses);
    close();
  };
  return (
    <dialog ref={dialog} className="overlay export-dialog" aria-labelledby="export-title" onClose={onClose} data-testid="export-dialog">
      <form onSubmit={start}>
        <h2 id="export-title">
          Export what is known of <Hostile text={dump.name} />
        </h2>
        <fieldset className="export-formats">
          <legend className="unseen">Format</legend>
          {exportFormats.map(({ id, title, note }) => (
            <label key={id} className={id === chosen ? 'export-format chosen' : 'export-format'}>
              <input type="radio" name="format" checked={id === chosen} onChange={() => setChosen(id)} data-testid={`export-${id}`} />
              <span>{title}</span>
              <span className="dim">{note}</span>
            </label>
          ))}
        </fieldset>
        <label className="export-full">
          <input
            type="checkbox"
            checked={format?.kind !== 'report' || full}
            disabled={format?.kind !== 'report'}
            onChange={(event) => setFull(event.currentTarget.checked)}
          />
          With digests and full scan: reads the whole dump
        </label>
        {format?.kind !== 'report' || offered.length === 0 ? null : (
          <details className="export-analyses">
            <summary>Analyses in the report: {analyses.length === 0 ? 'none' : analyses.length}</summary>
            {offered.map(({ id, title, about }) => (
              <label key={id} title={about}>
                <input
                  type="checkbox"
                  checked={analyses.includes(id)}
                  onChange={(event) => setAnalyses(event.currentTarget.checked ? [...analyses, id] : analyses.filter((one) => one !== id))}
                  data-testid={`export-analysis-${id}`}
                />{' '}
                {title}
              </label>
            ))}
          </details>
        )}
        <div className="export-actions">
          <button type="submit" className="button primary" data-testid="export-start">
            {format?.kind === 'attestation' ? 'Choose key and export' : 'Export'}
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
