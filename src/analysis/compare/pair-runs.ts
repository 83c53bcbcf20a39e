/**
 * What a comparison found, page by page, as runs of one kind: everything else (counts of a region, slices of a strip, the
 * list of ranges, next and previous difference) is asked of these. Pages are counted in the left dump's address space.
 */

/**
 * neither: no dump has bytes there · unreadable: one dump holds the page, but its bytes or the other's cannot be read ·
 * ignored: different, but a rule of the user covers all that differs
 */
export const pairKinds = ['neither', 'equal', 'changed', 'onlyLeft', 'onlyRight', 'unreadable', 'ignored'] as const;
export type PairKind = (typeof pairKinds)[number];
export const kindCode = Object.fromEntries(pairKinds.map((kind, code) => [kind, code])) as Readonly<Record<PairKind, number>>;

export type PairCounts = Readonly<Record<Exclude<PairKind, 'neither'>, number>>;

export interface PairRun {
  readonly start: number;
  readonly end: number;
  readonly kind: PairKind;
}

export interface PairRuns {
  /** Exact, also when there are too many runs to keep them. */
  readonly counts: PairCounts;
  /** False when runs behind `end` were not kept. */
  readonly complete: boolean;
  readonly start: number;
  /** One past the last page whose kind is kept. */
  readonly end: number;
  readonly length: number;
  at(index: number): PairRun;
  /** Index of the run that holds a page, or of the next one behind it; `length` when there is none. */
  indexFrom(page: number): number;
  /** Pages of [start, end) by kind. */
  count(start: number, end: number): PairCounts;
}

export interface PairRunsBuilder {
  /** The next `pages` pages. */
  add(pages: number, kind: number): void;
  finish(): PairRuns;
}

/** 16 M runs take 144 MiB; a dump needs 64 GiB with every other page changed to have more. */
const maxRuns = 1 << 24;

const emptyCounts = (): Record<Exclude<PairKind, 'neither'>, number> => ({ equal: 0, changed: 0, onlyLeft: 0, onlyRight: 0, unreadable: 0, ignored: 0 });

const grown = <T extends Float64Array | Uint8Array>(old: T, make: (length: number) => T): T => {
  const larger = make(old.length * 2);
  larger.set(old);
  return larger;
};

/** @param start first page, may be below 0 where a shift moves the right dump's pages before the left one's first */
export function pairRunsBuilder(start: number, limit = maxRuns): PairRunsBuilder {
  let starts = new Float64Array(256);
  let kinds = new Uint8Array(256);
  let length = 0;
  let position = start;
  let keptEnd = start;
  let complete = true;
  const totals = new Float64Array(pairKinds.length);
  return {
    add(pages, kind) {
      if (pages <= 0) return;
      totals[kind] = (totals[kind] ?? 0) + pages;
      position += pages;
      if (!complete) return;
      if (length === 0 || kinds[length - 1] !== kind) {
        if (length >= limit) {
          complete = false;
          return;
        }
        if (length === starts.length) {
          starts = grown(starts, (size) => new Float64Array(size));
          kinds = grown(kinds, (size) => new Uint8Array(size));
        }
        starts[length] = position - pages;
        kinds[length] = kind;
        length += 1;
      }
      keptEnd = position;
    },
    finish: () => pairRuns(starts.subarray(0, length), kinds.subarray(0, length), keptEnd, complete, totals),
  };
}

function pairRuns(starts: Float64Array, kinds: Uint8Array, end: number, complete: boolean, totals: Float64Array): PairRuns {
  const { length } = starts;
  const endOf = (index: number): number => (index + 1 < length ? (starts[index + 1] ?? end) : end);
  const counts = emptyCounts();
  pairKinds.forEach((kind, code) => {
    if (kind !== 'neither') counts[kind] = totals[code] ?? 0;
  });
  const indexFrom = (page: number): number => {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (endOf(middle) > page) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    counts,
    complete,
    start: starts[0] ?? 0,
    end,
    length,
    at: (index) => ({ start: starts[index] ?? 0, end: endOf(index), kind: pairKinds[kinds[index] ?? 0] ?? 'neither' }),
    indexFrom,
    count(from, to) {
      const sums = emptyCounts();
      for (let index = indexFrom(from); index < length && (starts[index] ?? 0) < to; index += 1) {
        const kind = pairKinds[kinds[index] ?? 0] ?? 'neither';
        if (kind !== 'neither') sums[kind] += Math.min(endOf(index), to) - Math.max(starts[index] ?? 0, from);
      }
      return sums;
    },
  };
}

/** Whether a kind is a difference that nobody chose to ignore. */
export const isDifference = (kind: PairKind): boolean => kind === 'changed' || kind === 'onlyLeft' || kind === 'onlyRight' || kind === 'unreadable';
