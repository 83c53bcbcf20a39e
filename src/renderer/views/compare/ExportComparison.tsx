/** In which form the comparison is handed on, and with which analyses. */
import { useState } from 'react';
import { comparisonFormats, exportComparison, type ComparisonFormat } from '../../state/comparison-exports.ts';
import { useWorkbench } from '../../workbench.ts';
import { Dialog } from '../../widgets/dialog/Dialog.tsx';
import { AnalysesChoice } from '../kernel/AnalysesChoice.tsx';
import type { Pair } from './pair.ts';
import type { CompareRequest } from './use-comparison.ts';

const words: Readonly<Record<ComparisonFormat, { readonly title: string; readonly about: string }>> = {
  html: { title: 'Web page', about: 'the report of the left dump with the comparison in it' },
  pdf: { title: 'PDF', about: 'the same page, printed' },
  markdown: { title: 'Markdown', about: 'the same report as text, for a ticket' },
  json: { title: 'JSON', about: 'the comparison alone, every difference, for scripts: as the command line prints it' },
};

interface ExportComparisonProps {
  readonly pair: Pair;
  readonly request: CompareRequest;
  readonly onClose: () => void;
}

export function ExportComparison({ pair, request, onClose }: ExportComparisonProps) {
  const workbench = useWorkbench();
  const [format, setFormat] = useState<ComparisonFormat>('html');
  const [analyses, setAnalyses] = useState<readonly string[]>([]);
  const start = (): void => {
    const { left, right } = pair.names;
    exportComparison(workbench, { compared: request, dump: pair.left.key, leftName: left.name, rightName: right.name, format, analyses });
    onClose();
  };
  return (
    <Dialog
      title="Export the comparison"
      testId="export-comparison"
      action={{ label: 'Export', run: start, testId: 'export-comparison-start' }}
      onClose={onClose}
    >
      <fieldset className="dialog-options">
        <legend className="unseen">Format</legend>
        {comparisonFormats.map((one) => (
          <label key={one} className="dialog-option">
            <input type="radio" name="format" checked={one === format} onChange={() => setFormat(one)} data-testid={`export-comparison-${one}`} />
            <span>{words[one].title}</span>
            <span className="dim">{words[one].about}</span>
          </label>
        ))}
      </fieldset>
      <AnalysesChoice label="Analyses that are compared too" testId="export-comparison-analysis" chosen={analyses} onChange={setAnalyses} />
    </Dialog>
  );
}
