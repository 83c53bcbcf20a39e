import { type Block, heading, mono, paragraph, quoted, table, type Piece, type TableColumn, type Text } from '../blocks.ts';
import type { ReportComparison } from '../report-model.ts';
import type { ReportSection } from './section.ts';

const numbers: ReadonlySet<string> = new Set(['CPU', 'Pages', 'Changed', 'Only here', 'Only in the other']);
const kindOf = (column: string): TableColumn['kind'] => (numbers.has(column) ? 'number' : column === 'Region' || column === 'Ignored by' ? 'text' : 'mono');

function partBlocks({ title, lines, inLine, table: rows, leftOut = 0 }: ReportComparison['parts'][number]): readonly Block[] {
  if (inLine === true) return [heading(quoted(title)), paragraph(lines.flatMap((line, at): Piece[] => (at === 0 ? [mono(line)] : [', ', mono(line)])))];
  if (rows === undefined) return [heading(quoted(title)), ...lines.map((line) => paragraph(quoted(line)))];
  const shown = table(
    rows.columns.map((column) => [column, kindOf(column)] as const),
    rows.rows.map((row) => row.map((cell, at): Text => (kindOf(rows.columns[at] ?? '') === 'text' ? quoted(cell) : mono(cell)))),
  );
  return [heading(quoted(title)), shown, ...(leftOut === 0 ? [] : [paragraph(`${leftOut} more are in what compare prints.`, 'plain')])];
}

export const differencesSection: ReportSection = {
  id: 'differences',
  title: 'What differs',
  about: 'the differences between two dumps: analyses, pages, registers, lowcores, texts',
  byDefault: true,
  content: ({ comparison }) => comparison?.parts.flatMap(partBlocks) ?? [],
};
