/**
 * What a comparison found, page by page, as runs of one kind: everything else (counts of a region, slices of a strip, the
 * list of ranges, next and previous difference) is asked of these. Pages are counted in the left dump's address space.
 */
import { NumberColumn } from '../source/number-column.ts';

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
  /** False when runs after `end` were not kept. */
  readonly complete: boolean;
  readonly start: number;
  /** One past the last page whose kind is kept. */
  readonly end: number;
  readonly length: number;
  /** Runs for lists: those that are neither equal nor of pages that no dump has. */
  readonly listed: number;
  /** Memory that the runs take. */
  readonly bytes: number;
  at(index: number): PairRun;
  /** Index of the run that holds a page, or of the next one after it; `length` when there is none. */
  indexFrom(page: number): number;
  /** Index of a listed run by its number among them; `length` when there is none. */
  indexOfListed(number: number): number;
  /** Listed runs before a run. */
  listedBefore(index: number): number;
  /** Pages of [start, end) by kind. */
  count(start: number, end: number): PairCounts;
}

export interface PairRunsBuilder {
  /** The next `pages` pages. */
  add(pages: number, kind: number): void;
  finish(): PairRuns;
}

const emptyCounts = (): Record<Exclude<PairKind, 'neither'>, number> => ({ equal: 0, changed: 0, onlyLeft: 0, onlyRight: 0, unreadable: 0, ignored: 0 });

const isListed = (kind: PairKind): boolean => kind !== 'equal' && kind !== 'neither';
const isListedCode = pairKinds.map(isListed);

/** Packed runs of one comparison at most. Two filtered dumps of a TiB have some 70 M runs, of a byte or two each. */
const maxBytes = 128 * 2 ** 20;
const groupRuns = 256;
const chunkBytes = 1 << 20;
/** A byte has 3 bits of the kind and 4 of the length, the next ones 7 bits of the length each: enough for 2^53 pages. */
const mostRunBytes = 9;

/**
 * Runs as their lengths and kinds in bytes, in groups that begin at known places. Runs of a few pages, of which there may be tens of
 * millions, take one byte.
 */
class PackedRuns {
  length = 0;
  listed = 0;
  readonly #chunks: Uint8Array[] = [];
  #used = chunkBytes;
  /** Of each group: its first page, its place in the chunks, and the listed runs before it. */
  readonly starts = new NumberColumn();
  readonly places = new NumberColumn();
  readonly listedBefore = new NumberColumn();

  get bytes(): number {
    return this.#chunks.length * chunkBytes;
  }

  get isFull(): boolean {
    return this.bytes >= maxBytes && this.#used + groupRuns * mostRunBytes > chunkBytes;
  }

  push(start: number, pages: number, kind: number): void {
    if (this.length % groupRuns === 0) {
      if (this.#used + groupRuns * mostRunBytes > chunkBytes) {
        this.#chunks.push(new Uint8Array(chunkBytes));
        this.#used = 0;
      }
      this.starts.push(start);
      this.places.push((this.#chunks.length - 1) * chunkBytes + this.#used);
      this.listedBefore.push(this.listed);
    }
    const chunk = this.#chunks.at(-1) ?? new Uint8Array(0);
    let rest = Math.floor(pages / 16);
    chunk[this.#used++] = kind | ((pages % 16) << 3) | (rest > 0 ? 0x80 : 0);
    while (rest > 0) {
      const more = Math.floor(rest / 128);
      chunk[this.#used++] = (rest % 128) | (more > 0 ? 0x80 : 0);
      rest = more;
    }
    this.length += 1;
    if (isListedCode[kind] === true) this.listed += 1;
  }

  /** Puts a group's runs into arrays. @returns how many there are; `starts` has one more number, where the last one ends */
  unpack(group: number, starts: Float64Array, kinds: Uint8Array): number {
    const place = this.places.at(group);
    const chunk = this.#chunks[Math.floor(place / chunkBytes)] ?? new Uint8Array(0);
    const count = Math.min(groupRuns, this.length - group * groupRuns);
    let at = place % chunkBytes;
    let page = this.starts.at(group);
    for (let run = 0; run < count; run += 1) {
      let byte = chunk[at++] ?? 0;
      kinds[run] = byte & 7;
      starts[run] = page;
      page += (byte >> 3) & 15;
      for (let unit = 16; (byte & 0x80) !== 0; unit *= 128) {
        byte = chunk[at++] ?? 0;
        page += (byte & 0x7f) * unit;
      }
    }
    starts[count] = page;
    return count;
  }
}

/** @param start first page, may be below 0 where a shift moves the right dump's pages before the left one's first */
export function pairRunsBuilder(start: number, limit = Infinity): PairRunsBuilder {
  const packed = new PackedRuns();
  let position = start;
  /** The run that may still grow. */
  let open = { start, pages: 0, kind: -1 };
  let complete = true;
  const totals = new Float64Array(pairKinds.length);
  const close = (): void => {
    if (open.pages > 0) packed.push(open.start, open.pages, open.kind);
  };
  return {
    add(pages, kind) {
      if (pages <= 0) return;
      totals[kind] = (totals[kind] ?? 0) + pages;
      position += pages;
      if (!complete) return;
      if (kind === open.kind) open.pages += pages;
      else if (open.pages > 0 && (packed.length + 1 >= limit || packed.isFull)) complete = false;
      else {
        close();
        open = { start: position - pages, pages, kind };
      }
    },
    finish() {
      close();
      return pairRuns(packed, open.start + open.pages, complete, totals);
    },
  };
}

function pairRuns(packed: PackedRuns, end: number, complete: boolean, totals: Float64Array): PairRuns {
  const { length, listed, bytes } = packed;
  const counts = emptyCounts();
  pairKinds.forEach((kind, code) => {
    if (kind !== 'neither') counts[kind] = totals[code] ?? 0;
  });
  /** The group that was looked at last. */
  let loaded = -1;
  let loadedRuns = 0;
  const starts = new Float64Array(groupRuns + 1);
  const kinds = new Uint8Array(groupRuns);
  const load = (group: number): void => {
    if (group === loaded) return;
    loadedRuns = packed.unpack(group, starts, kinds);
    loaded = group;
  };
  /** The last group whose number in an ascending column is not above a value. */
  const groupOf = (column: NumberColumn, value: number): number => {
    const above = column.firstFrom(value);
    return above < column.length && column.at(above) === value ? above : above - 1;
  };
  const kindAt = (index: number): PairKind => pairKinds[kinds[index % groupRuns] ?? 0] ?? 'neither';
  const indexFrom = (page: number): number => {
    if (page >= end) return length;
    const group = groupOf(packed.starts, page);
    if (group < 0) return 0;
    load(group);
    let run = 0;
    while (run < loadedRuns && (starts[run + 1] ?? end) <= page) run += 1;
    return group * groupRuns + run;
  };
  return {
    counts,
    complete,
    start: length === 0 ? 0 : packed.starts.at(0),
    end,
    length,
    listed,
    bytes,
    at(index) {
      load(Math.floor(index / groupRuns));
      const run = index % groupRuns;
      return { start: starts[run] ?? 0, end: starts[run + 1] ?? end, kind: kindAt(index) };
    },
    indexFrom,
    indexOfListed(number) {
      if (number >= listed) return length;
      // Groups without a listed run have the number of the one after them.
      let group = packed.listedBefore.firstFrom(number + 1) - 1;
      group = Math.max(0, group);
      load(group);
      let left = number - packed.listedBefore.at(group);
      for (let run = 0; run < loadedRuns; run += 1) {
        if (isListedCode[kinds[run] ?? 0] !== true) continue;
        if (left === 0) return group * groupRuns + run;
        left -= 1;
      }
      return length;
    },
    listedBefore(index) {
      if (index >= length) return listed;
      const group = Math.floor(index / groupRuns);
      load(group);
      let before = packed.listedBefore.at(group);
      for (let run = 0; run < index % groupRuns; run += 1) if (isListedCode[kinds[run] ?? 0] === true) before += 1;
      return before;
    },
    count(from, to) {
      const sums = emptyCounts();
      for (let index = indexFrom(from); index < length; index += 1) {
        load(Math.floor(index / groupRuns));
        const run = index % groupRuns;
        const first = starts[run] ?? 0;
        if (first >= to) break;
        const kind = kindAt(index);
        if (kind !== 'neither') sums[kind] += Math.min(starts[run + 1] ?? end, to) - Math.max(first, from);
      }
      return sums;
    },
  };
}

/** Whether a kind is a difference that nobody chose to ignore. */
export const isDifference = (kind: PairKind): boolean => kind === 'changed' || kind === 'onlyLeft' || kind === 'onlyRight' || kind === 'unreadable';
