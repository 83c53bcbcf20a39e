/**
 * Pages that are in several dumps, by the fingerprints of their indexes. The range of all fingerprints is gone through in parts, each of which fits
 * into memory: of every index the sorted fingerprints of a part, merged. How many dumps there are, and how large, costs time and no memory.
 */
import { createPace, type Pace } from '../jobs/pace.ts';
import { IndexError } from './index-error.ts';
import type { IndexReader } from './index-reader-type.ts';
import { blockColumns } from './packed-block.ts';
import { fingerprintText } from './page-job.ts';
import { stateCode } from './page-meta.ts';

export interface SharedPage {
  /** 16 hex digits. */
  readonly fingerprint: string;
  /** The dumps that have it, ascending by their place in the list, and how often each does. */
  readonly dumps: readonly { readonly place: number; readonly pages: number }[];
  /** In all of them together. */
  readonly pages: number;
}

export interface SharedOptions {
  readonly signal?: AbortSignal;
  /** Dumps that must have a page; default 2. */
  readonly leastDumps?: number;
  /** Different fingerprints in memory at most, 16 bytes each; default 4 Mi. A part with more is halved. */
  readonly atOnce?: number;
  /** Parts done of all, in thousandths; called now and then. */
  readonly onProgress?: (done: number) => void;
}

const fingerprintsAtOnce = 4 * 1024 * 1024;
/** One past the last upper half of a fingerprint. */
const upperHalves = 2 ** 32;

/** What is asked of an index: it may be reopened for each pass, so that many need not be open at once. */
export type SharedReader = Pick<IndexReader, 'path' | 'header' | 'totals' | 'blocks'>;

/** Different fingerprints of one index, ascending, and how often each occurs. */
interface Counted {
  readonly values: BigUint64Array;
  readonly counts: Float64Array;
}

/** Collects fingerprints: sorts what came, and joins equal ones, whenever its buffer is full. */
class Collector {
  #words = new Uint32Array(1 << 16);
  #used = 0;
  #known: Counted = { values: new BigUint64Array(), counts: new Float64Array() };
  readonly #most: number;

  /** @param most different ones */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns false once there are more than may be */
  add(low: number, high: number): boolean {
    // Low half first: on the machines that Node runs on two words are one number.
    this.#words[this.#used++] = low;
    this.#words[this.#used++] = high;
    if (this.#used === this.#words.length) this.#join();
    return this.#known.values.length <= this.#most;
  }

  /** Undefined where there are more than may be. */
  result(): Counted | undefined {
    this.#join();
    return this.#known.values.length <= this.#most ? this.#known : undefined;
  }

  #join(): void {
    const added = new BigUint64Array(this.#words.buffer, 0, this.#used / 2).slice().sort();
    this.#used = 0;
    const { values, counts } = this.#known;
    const merged = { values: new BigUint64Array(values.length + added.length), counts: new Float64Array(values.length + added.length) };
    let length = 0;
    const put = (value: bigint, count: number): void => {
      if (length > 0 && merged.values[length - 1] === value) merged.counts[length - 1] = (merged.counts[length - 1] ?? 0) + count;
      else {
        merged.values[length] = value;
        merged.counts[length++] = count;
      }
    };
    let at = 0;
    for (const value of added) {
      for (let known = values[at]; known !== undefined && known < value; known = values[at]) put(known, counts[at++] ?? 0);
      put(value, 1);
    }
    for (; at < values.length; at += 1) put(values[at] ?? 0n, counts[at] ?? 0);
    this.#known = { values: merged.values.slice(0, length), counts: merged.counts.slice(0, length) };
    // Longer ones are sorted less often, so that joining stays in proportion to what comes.
    if (length > this.#words.length) this.#words = new Uint32Array(2 * this.#words.length);
  }
}

/** Fingerprints of present pages whose upper half is in [from, to). Undefined where more than `most` differ. @throws IndexDamaged, Cancelled */
async function collected(reader: SharedReader, from: number, to: number, most: number, breathe: () => Promise<void>): Promise<Counted | undefined> {
  const collector = new Collector(most);
  for (const row of reader.blocks()) {
    if (row.fingerprints === undefined) continue;
    const { uniform, meta, words } = blockColumns(row);
    for (let page = 0; page < row.pages; page += 1) {
      if (((uniform ?? meta?.[page] ?? 0) & 7) !== stateCode.present) continue;
      const high = (words?.[2 * page + 1] ?? 0) >>> 0;
      if (high < from || high >= to) continue;
      if (!collector.add((words?.[2 * page] ?? 0) >>> 0, high)) return undefined;
    }
    await breathe();
  }
  return collector.result();
}

/** Places in sorted lists, the lowest fingerprint first: a heap. */
class Cursors {
  readonly #lists: readonly Counted[];
  readonly #at: Uint32Array;
  readonly #heap: number[] = [];

  constructor(lists: readonly Counted[]) {
    this.#lists = lists;
    this.#at = new Uint32Array(lists.length);
    lists.forEach((list, place) => {
      if (list.values.length > 0) this.#push(place);
    });
  }

  /** Takes the lowest fingerprint; of equal ones the list that comes first. */
  take(): { readonly value: bigint; readonly place: number; readonly pages: number } | undefined {
    const [place] = this.#heap;
    if (place === undefined) return undefined;
    const value = this.#value(place);
    const at = this.#at[place] ?? 0;
    const pages = this.#lists[place]?.counts[at] ?? 0;
    this.#at[place] = at + 1;
    const last = this.#heap.pop() ?? place;
    const goesOn = at + 1 < (this.#lists[place]?.values.length ?? 0);
    if (this.#heap.length > 0) this.#sink(last);
    if (goesOn) this.#push(place);
    return { value, place, pages };
  }

  #value(place: number): bigint {
    return this.#lists[place]?.values[this.#at[place] ?? 0] ?? 0n;
  }

  #isBelow(one: number, other: number): boolean {
    const [left, right] = [this.#value(one), this.#value(other)];
    return left === right ? one < other : left < right;
  }

  #push(place: number): void {
    let at = this.#heap.push(place) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBelow(place, this.#heap[above] ?? 0)) break;
      this.#heap[at] = this.#heap[above] ?? 0;
      at = above;
    }
    this.#heap[at] = place;
  }

  /** Puts a place where the lowest one was. */
  #sink(place: number): void {
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= this.#heap.length) break;
      const lower = right < this.#heap.length && this.#isBelow(this.#heap[right] ?? 0, this.#heap[left] ?? 0) ? right : left;
      if (!this.#isBelow(this.#heap[lower] ?? 0, place)) break;
      this.#heap[at] = this.#heap[lower] ?? 0;
      at = lower;
    }
    this.#heap[at] = place;
  }
}

/** The fingerprints of a part in all indexes; undefined where they are more than may be in memory. */
async function partOf(
  readers: readonly SharedReader[],
  from: number,
  to: number,
  atOnce: number,
  breathe: () => Promise<void>,
): Promise<Counted[] | undefined> {
  const lists: Counted[] = [];
  // Where no smaller part is left, all upper halves are one.
  let room = to - from === 1 ? Infinity : atOnce;
  for (const reader of readers) {
    const list = await collected(reader, from, to, room, breathe);
    if (list === undefined) return undefined;
    room -= list.values.length;
    lists.push(list);
  }
  return lists;
}

function assertComparable(readers: readonly SharedReader[]): void {
  const [first] = readers;
  const algorithm = first?.header().fingerprintAlgorithm;
  const other = readers.find((reader) => reader.header().fingerprintAlgorithm !== algorithm);
  if (other !== undefined)
    throw new IndexError(`the fingerprints of ${first?.path ?? ''} and ${other.path} are of different algorithms: build one of the indexes again`);
}

/**
 * Pages that are in several dumps, ascending by fingerprint. Zero pages are left out, and what an index has not looked at yet.
 * @param readers of indexes of either kind, each open until all is asked
 * @throws IndexError where the indexes have different fingerprint algorithms
 * @throws IndexDamaged, Cancelled
 */
export async function* sharedPages(readers: readonly SharedReader[], options: SharedOptions = {}): AsyncGenerator<SharedPage, undefined> {
  const { leastDumps = 2, atOnce = fingerprintsAtOnce, signal, onProgress } = options;
  assertComparable(readers);
  const pace: Pace = createPace(signal);
  const present = readers.reduce((pages, reader) => pages + (reader.totals().counters.states[stateCode.present] ?? 0), 0);
  // Fingerprints are evenly spread, but those that are there often count once.
  const size = Math.max(1, Math.ceil(upperHalves / Math.max(1, Math.ceil((present * 1.25) / atOnce))));
  const parts: (readonly [from: number, to: number])[] = [];
  for (let end = upperHalves; end > 0; end -= size) parts.push([Math.max(0, end - size), end]);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    const breathe = (): Promise<void> => pace.breathe(() => onProgress?.(Math.floor((1000 * from) / upperHalves)));
    const lists = await partOf(readers, from, to, atOnce, breathe);
    if (lists === undefined) {
      const middle = from + Math.floor((to - from) / 2);
      parts.push([middle, to], [from, middle]);
      continue;
    }
    const cursors = new Cursors(lists);
    for (let next = cursors.take(); next !== undefined;) {
      const { value } = next;
      const dumps: { readonly place: number; readonly pages: number }[] = [];
      for (; next?.value === value; next = cursors.take()) dumps.push({ place: next.place, pages: next.pages });
      if (dumps.length >= leastDumps) {
        const fingerprint = fingerprintText(Number(value & 0xffffffffn), Number(value >> 32n));
        yield { fingerprint, dumps, pages: dumps.reduce((sum, { pages }) => sum + pages, 0) };
      }
      await breathe();
    }
  }
  return undefined;
}
