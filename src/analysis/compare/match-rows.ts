/** Which row of an analysis in one dump is which in another: by the key that it declares, and where that is of another system, by what stays the same there. */
import type { AnalysisTable, RowJson } from '../../shared/analysis-table.ts';

export interface MatchedRows {
  /** In the order of the left dump. */
  readonly pairs: readonly (readonly [RowJson, RowJson])[];
  readonly onlyLeft: readonly RowJson[];
  readonly onlyRight: readonly RowJson[];
  /** Columns by which rows were matched; several lists are tried in turn. */
  readonly by: readonly (readonly string[])[];
  /** Matched by what stays the same in another system: pids, and columns of the key, are other ones there. */
  readonly isOther: boolean;
}

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

/** Equal keys belong together, those of one key in their order. */
function matched(left: readonly RowJson[], right: readonly RowJson[], key: readonly string[]): ReadonlyMap<RowJson, RowJson> {
  const keyOf = (row: RowJson): string => JSON.stringify(key.map((name) => row[name] ?? null));
  const free = byKey(right, keyOf);
  const taken = new Map<string, number>();
  const pairs = new Map<RowJson, RowJson>();
  for (const row of left) {
    const name = keyOf(row);
    const at = taken.get(name) ?? 0;
    const other = free.get(name)?.[at];
    if (other === undefined) continue;
    taken.set(name, at + 1);
    pairs.set(row, other);
  }
  return pairs;
}

/** Columns that both dumps know of some row: what one does not give at all tells no row from another. */
function known(key: readonly string[], left: readonly RowJson[], right: readonly RowJson[]): readonly string[] {
  const both = key.filter((name) => left.some((row) => row[name] !== undefined) && right.some((row) => row[name] !== undefined));
  return both.length === 0 ? key : both;
}

/** Of one system three of four rows and more have the same key; after another start some have by chance. */
const isOneSystem = (pairs: number, left: readonly RowJson[], right: readonly RowJson[]): boolean => pairs * 4 >= Math.min(left.length, right.length) * 3;

export function matchRows({ key, comparing }: AnalysisTable, left: readonly RowJson[], right: readonly RowJson[]): MatchedRows {
  const own = known(key, left, right);
  const first = matched(left, right, own);
  const elsewhere = comparing?.elsewhere ?? [];
  const isOther = elsewhere.length > 0 && !isOneSystem(first.size, left, right);
  const by = isOther ? elsewhere : [own];
  const pairs = new Map<RowJson, RowJson>(isOther ? [] : first);
  const taken = new Set(pairs.values());
  for (const columns of isOther ? elsewhere : []) {
    const found = matched(
      left.filter((row) => !pairs.has(row)),
      right.filter((row) => !taken.has(row)),
      columns,
    );
    for (const [row, other] of found) {
      pairs.set(row, other);
      taken.add(other);
    }
  }
  return {
    pairs: left.flatMap((row) => {
      const other = pairs.get(row);
      return other === undefined ? [] : [[row, other] as const];
    }),
    onlyLeft: left.filter((row) => !pairs.has(row)),
    onlyRight: right.filter((row) => !taken.has(row)),
    by,
    isOther,
  };
}
