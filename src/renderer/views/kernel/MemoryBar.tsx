/** The composition of memory, as drawn by shared/memory-bar.ts. */
import { useId, useMemo } from 'react';
import type { RowJson } from '../../../shared/analysis-table.ts';
import { memoryBarSvg } from '../../../shared/memory-bar.ts';
import { SvgDrawing } from './SvgDrawing.tsx';

export function MemoryBar({ rows }: { readonly rows: readonly RowJson[] }) {
  const id = `memory${useId().replaceAll(/[^A-Za-z0-9]/g, '')}`;
  const svg = useMemo(() => memoryBarSvg(rows, id), [rows, id]);
  return <SvgDrawing svg={svg} label="Chart of memory usage" testId="memory-bar" />;
}
