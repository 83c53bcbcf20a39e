/** Which task waits for which, as drawn by shared/wait-graph.ts. */
import { useId, useMemo } from 'react';
import type { RowJson } from '../../../shared/analysis-table.ts';
import { waitGraphSvg } from '../../../shared/wait-graph.ts';
import { SvgDrawing } from './SvgDrawing.tsx';

export function WaitGraph({ rows }: { readonly rows: readonly RowJson[] }) {
  const id = `waits${useId().replaceAll(/[^A-Za-z0-9]/g, '')}`;
  const svg = useMemo(() => waitGraphSvg(rows, id), [rows, id]);
  return <SvgDrawing svg={svg} label="Wait graph" testId="wait-graph" />;
}
