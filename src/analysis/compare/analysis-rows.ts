/** What differs between the rows of an analysis in two dumps: which ones are new or gone, what grew, the weightiest first. */
import type { ColumnSum, ComparedAnalysis, ComparedSide, RowDifference } from '../../shared/analysis-compare.ts';
import { numericTypes, type AnalysisJson, type AnalysisTable, type Cell, type RowJson } from '../../shared/analysis-table.ts';
import { defined } from '../../shared/defined.ts';
import { matchRows } from './match-rows.ts';

type Answer = Pick<AnalysisJson, 'rows' | 'missing' | 'complete'>;

/** Differences in one answer; all of them are counted. */
const mostDifferences = 10_000;

const sideOf = ({ rows, missing, complete }: Answer): ComparedSide => ({ rows: rows.length, missing, complete });

/** A number, or the digits of one beyond 2^53. */
const isWide = (cell: Cell | undefined): cell is string | number =>
  (typeof cell === 'number' && Number.isFinite(cell)) || (typeof cell === 'string' && /^-?\d{16,}$/.test(cell));

/** Right minus left: exact, where one is a string of digits too. */
function difference(left: string | number, right: string | number): string | number {
  if (typeof left === 'number' && typeof right === 'number') {
    const exact = right - left;
    return Number.isInteger(exact) && !Number.isSafeInteger(exact) ? String(BigInt(right) - BigInt(left)) : exact;
  }
  const wide = BigInt(right) - BigInt(left);
  return BigInt.asIntN(53, wide) === wide ? Number(wide) : wide.toString();
}

/** Growth of the numbers that differ. */
function deltas({ columns }: AnalysisTable, differing: readonly string[], left: RowJson, right: RowJson): RowDifference['deltas'] {
  const found = columns.flatMap(({ name, type }) => {
    const [one, other] = [left[name], right[name]];
    return differing.includes(name) && numericTypes.has(type) && isWide(one) && isWide(other) ? [[name, difference(one, other)] as const] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function sumOf(rows: readonly RowJson[], name: string): string | number {
  let [plain, wide] = [0, 0n];
  for (const row of rows) {
    const cell = row[name];
    if (!isWide(cell)) continue;
    if (typeof cell === 'number' && !Number.isInteger(cell)) plain += cell;
    else wide += BigInt(cell);
  }
  if (plain !== 0) return plain + Number(wide);
  return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide.toString();
}

/** Of what weighs: without a declaration the first amount of memory. */
const weightOf = ({ columns, comparing }: AnalysisTable): string | undefined => comparing?.weight ?? columns.find(({ type }) => type === 'bytes')?.name;

/** New, gone and changed rows before those that only moved; of these, what the declaration names first; then by weight, then in the order of the dumps. */
function byWeight(table: AnalysisTable): (left: RowDifference, right: RowDifference) => number {
  const { first } = table.comparing ?? {};
  const column = weightOf(table);
  const place = (row: RowJson | undefined): number => {
    const at = first === undefined || row === undefined ? -1 : first.values.indexOf(String(row[first.column]));
    return at === -1 ? Infinity : at;
  };
  const rank = (one: RowDifference): number => Math.min(place(one.left), place(one.right));
  const weight = (one: RowDifference): number => {
    if (column === undefined) return 0;
    const grown = one.deltas?.[column];
    const whole = one.kind === 'onlyLeft' ? one.left?.[column] : one.kind === 'onlyRight' ? one.right?.[column] : undefined;
    return Math.abs(Number(grown ?? whole ?? 0)) || 0;
  };
  const kind = (one: RowDifference): number => Number(one.kind === 'moved');
  return (left, right) => kind(left) - kind(right) || compare(rank(left), rank(right)) || weight(right) - weight(left);
}

/** Two infinite ranks are equal. */
const compare = (left: number, right: number): number => (left === right ? 0 : left - right);

/** @returns differences, the weightiest first; all are counted, so many are given */
export function compareRows(table: AnalysisTable, left: Answer, right: Answer): ComparedAnalysis {
  const { columns, comparing } = table;
  const { pairs, onlyLeft, onlyRight, by, isOther } = matchRows(table, left.rows, right.rows);
  const counts = { equal: 0, changed: 0, moved: 0, onlyLeft: onlyLeft.length, onlyRight: onlyRight.length };
  /** A cell that a dump does not give is a difference only where that dump gives all that it has. */
  const differs = (name: string, one: RowJson, other: RowJson): boolean => {
    const [a, b] = [one[name], other[name]];
    if (a === undefined || b === undefined) return a !== b && (a === undefined ? left : right).complete;
    return a !== b;
  };
  /** Columns that differ between any two dumps, and say nothing alone. */
  const passing = new Set([
    ...columns.filter(({ type }) => type === 'address' || (isOther && type === 'pid')).map(({ name }) => name),
    ...(comparing?.passing ?? []),
    ...(isOther ? table.key : []),
  ]);
  const differences: RowDifference[] = [];
  for (const [row, other] of pairs) {
    const differing = columns.flatMap(({ name }) => (differs(name, row, other) ? [name] : []));
    if (differing.length === 0) {
      counts.equal += 1;
      continue;
    }
    const kind = differing.every((name) => passing.has(name)) ? 'moved' : 'changed';
    counts[kind] += 1;
    differences.push({ kind, left: row, right: other, columns: differing, ...defined({ deltas: deltas(table, differing, row, other) }) });
  }
  for (const row of onlyLeft) differences.push({ kind: 'onlyLeft', left: row });
  for (const row of onlyRight) differences.push({ kind: 'onlyRight', right: row });
  differences.sort(byWeight(table));
  const sums = (comparing?.sums ?? []).map((column): ColumnSum => ({ column, left: sumOf(left.rows, column), right: sumOf(right.rows, column) }));
  return {
    id: table.id,
    columns,
    key: table.key,
    matchedBy: by.map((names) => [...names]),
    left: sideOf(left),
    right: sideOf(right),
    counts,
    ...(sums.length === 0 ? {} : { sums }),
    differences: differences.slice(0, mostDifferences),
    ...(differences.length <= mostDifferences ? {} : { differencesLeftOut: differences.length - mostDifferences }),
  };
}
