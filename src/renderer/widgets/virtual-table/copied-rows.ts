import { visibleText } from '../../../shared/visible-text.ts';
import { rangeEnds, type RowRange } from './row-range.ts';

/** More than this is a file rather than something to paste. */
export const mostCopiedRows = 10_000;

/** Rows as lines, their cells with tabs between: what a spreadsheet takes. White space within a cell becomes a space. */
export function copiedRows(range: RowRange, columns: number, text: (row: number, column: number) => string): string {
  const [first, last] = rangeEnds(range);
  const line = (row: number): string => Array.from({ length: columns }, (_, column) => visibleText(text(row, column)).replaceAll(/[\t\r\n]+/g, ' ')).join('\t');
  return Array.from({ length: last - first + 1 }, (_, index) => `${line(first + index)}\n`).join('');
}
