/** Matches the rows of an analysis in two dumps by the key that it declares. */
import type { ComparedAnalysis, ComparedSide, RowDifference } from '../../shared/analysis-compare.ts';
import type { AnalysisJson, AnalysisTable, RowJson } from '../../shared/analysis-table.ts';

type Answer = Pick<AnalysisJson, 'rows' | 'missing' | 'complete'>;

/** Differences in one answer; all of them are counted. */
const mostDifferences = 10_000;

const sideOf = ({ rows, missing, complete }: Answer): ComparedSide => ({ rows: rows.length, missing, complete });

/** Rows by their keys, those of one key in their order. */
function byKey(rows: readonly RowJson[], keyOf: (row: RowJson) => string): Map<string, RowJson[]> {
  const found = new Map<string, RowJson[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const alike = found.get(key);
    if (alike === undefined) found.set(key, [row]);
    else alike.push(row);
  }
  return found;
}

/** @returns kinds of each pair in the order of the left dump, then what only the right one has */
export function compareRows(table: AnalysisTable, left: Answer, right: Answer): ComparedAnalysis {
  const keyOf = (row: RowJson): string => JSON.stringify(table.key.map((name) => row[name] ?? null));
  const free = byKey(right.rows, keyOf);
  const counts = { equal: 0, changed: 0, moved: 0, onlyLeft: 0, onlyRight: 0 };
  const differences: RowDifference[] = [];
  let leftOut = 0;
  const add = (one: RowDifference): void => {
    counts[one.kind] += 1;
    if (differences.length < mostDifferences) differences.push(one);
    else leftOut += 1;
  };
  /** A cell that a dump does not give is a difference only where that dump gives all that it has. */
  const differs = (name: string, one: RowJson, other: RowJson): boolean => {
    const [a, b] = [one[name], other[name]];
    if (a === undefined || b === undefined) return a !== b && (a === undefined ? left : right).complete;
    return a !== b;
  };
  for (const row of left.rows) {
    const other = free.get(keyOf(row))?.shift();
    if (other === undefined) {
      add({ kind: 'onlyLeft', left: row });
      continue;
    }
    const columns = table.columns.filter(({ name }) => differs(name, row, other));
    if (columns.length === 0) counts.equal += 1;
    else
      add({ kind: columns.every(({ type }) => type === 'address') ? 'moved' : 'changed', left: row, right: other, columns: columns.map(({ name }) => name) });
  }
  const unmatched = new Set([...free.values()].flat());
  for (const row of right.rows) if (unmatched.has(row)) add({ kind: 'onlyRight', right: row });
  return {
    id: table.id,
    columns: table.columns,
    key: table.key,
    left: sideOf(left),
    right: sideOf(right),
    counts,
    differences,
    ...(leftOut === 0 ? {} : { differencesLeftOut: leftOut }),
  };
}
