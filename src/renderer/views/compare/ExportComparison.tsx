/** The format in which the comparison is exported, and its analyses. */
import { useState } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { comparisonFormats, exportComparison } from '../../state/comparison-exports.ts';
import { useWorkbench } from '../../workbench.ts';
import { Dialog } from '../../widgets/dialog/Dialog.tsx';
import { AnalysesChoice } from '../kernel/AnalysesChoice.tsx';
import type { Pair } from './pair.ts';
import type { CompareRequest } from './use-comparison.ts';

interface ExportComparisonProps {
  readonly pair: Pair;
  readonly request: CompareRequest;
  readonly onClose: () => void;
}

export function ExportComparison({ pair, request, onClose }: ExportComparisonProps) {
  const workbench = useWorkbench();
  const formats = comparisonFormats(useStore(workbench.catalogue));
  const [chosen, setChosen] = useState('html');
  const format = formats.find(({ id }) => id === chosen);
  const [analyses, setAnalyses] = useState<readonly string[]>([]);
  const start = (): void => {
    const { left, right } = pair.names;
    if (format !== undefined)
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
        {formats.map(({ id, title, about }) => (
          <label key={id} className="dialog-option">
            <input type="radio" name="format" checked={id === chosen} onChange={() => setChosen(id)} data-testid={`export-comparison-${id}`} />
            <span>{title}</span>
            <span className="dim">{about}</span>
          </label>
        ))}
      </fieldset>
      <AnalysesChoice label="Analyses that are compared too" testId="export-comparison-analysis" chosen={analyses} onChange={setAnalyses} />
    </Dialog>
  );
}
