import { visibleLine } from '../../shared/visible-text.ts';

/** Columns padded to their widest cell; the last column is never padded. Widths count characters without colour. A cell is one line. */
// eslint-disable-next-line no-control-regex
const colourCode = /\u001b\[\d+m/g;
const width = (cell: string): number => (cell.includes('\u001b') ? cell.replaceAll(colourCode, '').length : cell.length);

/** A line feed or tab of a name would begin another row or column. */
const oneLine = (cell: string): string => (/[\n\t]/.test(cell) ? visibleLine(cell) : cell);

export const columns = (given: readonly (readonly string[])[], indent = '  ', right: readonly number[] = []): string => columnsInPieces(indent, right)(given);

/** Lines of at most so many characters; a piece that is longer has a line of its own. */
export function brokenLines(pieces: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const line = `${lines.at(-1) ?? ''} ${piece}`;
    if (lines.length > 0 && line.length <= width) lines[lines.length - 1] = line;
    else lines.push(piece);
  }
  return lines;
}

/** Columns piece by piece, for tables that are too long for memory: a column never becomes narrower, and is widened where a later cell needs it. */
export function columnsInPieces(indent = '  ', right: readonly number[] = []): (rows: readonly (readonly string[])[]) => string {
  const widths: number[] = [];
  return (rows) => aligned(rows, widths, indent, right);
}

/** @param widths of the columns so far; they are widened */
function aligned(given: readonly (readonly string[])[], widths: number[], indent: string, right: readonly number[]): string {
  const rows = given.map((row) => row.map(oneLine));
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, width(cell))));
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const space = ' '.repeat((widths[index] ?? 0) - width(cell));
        if (right.includes(index)) return space + cell;
        return index === row.length - 1 ? cell : cell + space;
      });
      return (indent + cells.join('  ')).trimEnd();
    })
    .join('\n');
}
