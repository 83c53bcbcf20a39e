/** Columns of an analysis, from what it declares. */
import type { AnalysisTable, ColumnJson, RowJson } from '../../../shared/analysis-table.ts';
import { analysisCellText, isRightAligned } from '../../../shared/analysis-text.ts';
import { parseSymbol } from '../../../shared/symbol-expression.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { explainedText } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { alignedText, columnCharacters, columnTitle, fractionDigits, orderedBy } from './analysis-rows.ts';

/** Deeper levels are not indented further. */
const mostIndented = 8;

interface Shown {
  /** Key of the dump. */
  readonly dump: string;
  readonly table: AnalysisTable;
  /** Columns with at least one known value. */
  readonly known: readonly ColumnJson[];
  readonly rows: readonly RowJson[];
  /** Opens the analysis that a row names. */
  readonly onChoose: (id: string) => void;
}

function cellOf({ dump, table, onChoose }: Shown, column: ColumnJson, digits: ReadonlyMap<string, number>): NonNullable<DataColumn<RowJson>['cell']> {
  const leadsOn = table.drawing === 'memory-tree';
  return (row, { isAsCame }) => {
    const cell = row[column.name];
    const text = analysisCellText(column.type, cell);
    // While rows are in their original order, children follow their parent: names are indented by level.
    const level = leadsOn && isAsCame && column.name === 'name' ? row.level : undefined;
    if (typeof level === 'number')
      return (
        <span style={{ paddingInlineStart: `${Math.min(level, mostIndented) * 2}ch` }}>
          <Hostile text={text} title />
        </span>
      );
    if (leadsOn && column.name === 'see' && cell !== undefined)
      return (
        <button type="button" className="link" onClick={() => onChoose(String(cell))}>
          <Hostile text={text} />
        </button>
      );
    if (column.type === 'text' && cell !== undefined) return <AddressText dump={dump} text={text} title />;
    // A symbol is also an address.
    if (column.type === 'symbol' && cell !== undefined && parseSymbol(String(cell)) !== undefined)
      return (
        <span {...explainedText(dump, String(cell))}>
          <Hostile text={text} />
        </span>
      );
    if (column.type === 'duration') return <Hostile text={alignedText(column, cell, digits)} />;
    // A process's address has no meaning in the kernel's address space.
    if (cell === undefined || column.type !== 'address') return <Hostile text={text} title />;
    if (column.space === 'process') return <HexNumber value={String(cell)} />;
    return (
      <AddressLink dump={dump} position={{ space: column.space ?? 'virtual', address: BigInt(cell), length: 8 }}>
        {text}
      </AddressLink>
    );
  };
}

export function analysisColumns(shown: Shown): readonly DataColumn<RowJson>[] {
  const { known, rows } = shown;
  const digits = fractionDigits(known, rows);
  return known.map((column, at) => ({
    id: column.name,
    title: columnTitle(column.name),
    about: column.about,
    width: columnCharacters(column, rows, at === known.length - 1, digits),
    kind: isRightAligned(column) ? 'number' : column.type === 'address' ? 'hex' : 'text',
    text: (row) => analysisCellText(column.type, row[column.name]),
    value: (row) => orderedBy(column, row),
    cell: cellOf(shown, column, digits),
  }));
}
