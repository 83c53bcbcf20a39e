/** Columns padded to their widest cell; the last column is never padded. Widths count characters without colour. */
// eslint-disable-next-line no-control-regex
const colourCode = /\u001b\[\d+m/g;
const width = (cell: string): number => cell.replaceAll(colourCode, '').length;

export function columns(rows: readonly (readonly string[])[], indent = '  ', right: readonly number[] = []): string {
  const widths: number[] = [];
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
