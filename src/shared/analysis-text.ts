/** Tables of analyses for people: cells by the types of their columns, CSV, what is missing. */
import type { ComparedAnalysis, RowDifference } from './analysis-compare.ts';
import type { Cell, ColumnJson, ColumnType, RowJson } from './analysis-table.ts';
import { csvField, csvLine } from './csv.ts';
import type { Missing } from './result.ts';
import { byteText } from './units.ts';
import { visibleLine } from './visible-text.ts';

const rightAligned: ReadonlySet<ColumnType> = new Set<ColumnType>(['count', 'bytes', 'size', 'duration', 'pid', 'cpu']);

/** Columns of numbers are flush right. */
export const isRightAligned = ({ type }: Pick<ColumnJson, 'type'>): boolean => rightAligned.has(type);

/** A cell as people read it: amounts of memory in their unit, seconds as such; one that is not known is empty. */
export function analysisCellText(type: ColumnType, cell: Cell | undefined): string {
  if (cell === undefined) return '';
  switch (type) {
    case 'bytes':
      return byteText(typeof cell === 'string' ? BigInt(cell) : Number(cell));
    case 'duration':
      return `${String(cell)} s`;
    case 'flag':
      return cell === true ? 'yes' : 'no';
    default:
      return visibleLine(String(cell));
  }
}

/** The line of names. */
const csvHead = (columns: readonly ColumnJson[]): string => csvLine(columns.map(({ name }) => csvField(name)));

/** A table with a line of names, each cell as JSON has it. */
export const analysisCsv = (columns: readonly ColumnJson[], rows: readonly RowJson[]): string => csvHead(columns) + analysisCsvRows(columns, rows);

/** Lines of rows alone. */
export function analysisCsvRows(columns: readonly ColumnJson[], rows: readonly RowJson[]): string {
  const line = (row: RowJson): string =>
    csvLine(
      columns.map(({ name }) => {
        const cell = row[name];
        return cell === undefined ? '' : typeof cell === 'string' ? csvField(cell) : String(cell);
      }),
    );
  return rows.map(line).join('');
}

/** The key of a row in one line: "pid 1, name init". */
export const rowKeyText = (key: readonly string[], columns: readonly ColumnJson[], row: RowJson): string =>
  key.map((name) => `${name} ${analysisCellText(columns.find((column) => column.name === name)?.type ?? 'text', row[name]) || '?'}`).join(', ');

/** Cells of a row in one line: "state S, cpu 1". */
export const rowText = (columns: readonly ColumnJson[], row: RowJson): string =>
  columns.flatMap(({ name, type }) => (row[name] === undefined ? [] : [`${name} ${analysisCellText(type, row[name])}`])).join(', ');

/** Growth of a number: "+11.9 MiB", "-3". */
function deltaText(type: ColumnType, delta: string | number): string {
  const isLess = typeof delta === 'number' ? delta < 0 : delta.startsWith('-');
  const size = typeof delta === 'number' ? Math.abs(delta) : delta.replace('-', '');
  return `${isLess ? '-' : '+'}${analysisCellText(type, type === 'duration' ? Number(Number(size).toPrecision(6)) : size)}`;
}

/** Columns by which a person tells the rows of a comparison apart. */
export const namingColumns = ({ key, matchedBy }: Pick<ComparedAnalysis, 'key' | 'matchedBy'>): readonly string[] => matchedBy[0] ?? key;

/** Characters of a row that one dump alone has. */
const mostOfRow = 200;

/** What a row that one dump alone has says besides its name: addresses of one start tell nobody anything. */
function rowBrief(compared: Compared, row: RowJson): string {
  const named = namingColumns(compared);
  const text = rowText(
    compared.columns.filter(({ name, type }) => type !== 'address' && !named.includes(name)),
    row,
  );
  return text.length > mostOfRow ? `${text.slice(0, mostOfRow)}...` : text;
}

type Compared = Pick<ComparedAnalysis, 'columns' | 'key' | 'matchedBy'>;

/** What became of a row in one line: "state: S / D", "bytes: 128 KiB / 12 MiB (+11.9 MiB)". */
export function rowDifferenceText(compared: Compared, { kind, left = {}, right = {}, columns: differing = [], deltas = {} }: RowDifference): string {
  const { columns } = compared;
  if (kind === 'onlyLeft') return rowBrief(compared, left);
  if (kind === 'onlyRight') return rowBrief(compared, right);
  const cell = (row: RowJson, { name, type }: ColumnJson): string => (row[name] === undefined ? 'not known' : analysisCellText(type, row[name]));
  const growth = ({ name, type }: ColumnJson): string => {
    const delta = deltas[name];
    return delta === undefined ? '' : ` (${deltaText(type, delta)})`;
  };
  return (
    columns
      // Next to what changed, addresses that are others too say nothing.
      .filter(({ name, type }) => differing.includes(name) && (kind === 'moved' || type !== 'address'))
      .map((column) => `${column.name}: ${cell(left, column)} / ${cell(right, column)}${growth(column)}`)
      .join('; ')
  );
}

/** Growth of the numbers of a row in one line: "bytes +11.9 MiB, slabs +96". */
export const growthText = (columns: readonly ColumnJson[], { deltas = {} }: RowDifference): string =>
  columns
    .flatMap(({ name, type }) => {
      const delta = deltas[name];
      return delta === undefined ? [] : [`${name} ${deltaText(type, delta)}`];
    })
    .join(', ');

/** What a comparison says of all rows: sums, and by what rows were matched where it was not the key. */
export function comparedFacts({ columns, key, matchedBy, sums = [] }: Pick<ComparedAnalysis, 'columns' | 'key' | 'matchedBy' | 'sums'>): readonly string[] {
  const facts = sums.map(({ column, left, right }) => {
    const type = columns.find(({ name }) => name === column)?.type ?? 'count';
    const growth = BigInt(right) - BigInt(left);
    return `${column} of all rows: ${analysisCellText(type, left)} / ${analysisCellText(type, right)}${growth === 0n ? '' : ` (${deltaText(type, growth.toString())})`}`;
  });
  if (matchedBy.length === 1 && matchedBy[0]?.join() === key.join()) return facts;
  return [...facts, `rows are matched by ${matchedBy.map((names) => names.join(' and ')).join(', else by ')}`];
}

/** How many rows differ, and how: "3 equal, 1 changed, ...". @param names of the two sides */
export const comparedCounts = (
  { counts }: Pick<ComparedAnalysis, 'counts'>,
  [left, right]: readonly [string, string],
  number: (value: number) => string,
): string =>
  `${number(counts.equal)} equal, ${number(counts.changed)} changed, ${number(counts.onlyLeft)} ${left}, ${number(counts.onlyRight)} ${right}, ${number(counts.moved)} differ only in values that change at every boot`;

/** A missing fact in one line. */
export function missingText({ what, why, where }: Missing): string {
  const place = where === undefined ? '' : 'space' in where ? ` (${where.space} ${where.start})` : ` (file offset ${where.fileOffset})`;
  // Reasons often name the place themselves.
  return `${what}: ${why}${where !== undefined && 'space' in where && why.includes(where.start) ? '' : place}`;
}
