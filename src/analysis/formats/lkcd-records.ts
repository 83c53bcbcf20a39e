/** Where the page records of an LKCD dump are: a chain, each record leading to the next (s390-dump.md section 6). */
import type { Finding } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, readExactly, type ByteSource, type FileFault } from '../source/byte-source.ts';
import { lkcdPageFlags, lkcdPageHeader } from './lkcd-layout.ts';
import { NumberColumn } from '../source/number-column.ts';

export const recordHeaderBytes = lkcdPageHeader.size;
/** Deflate makes a page that it cannot shrink a little larger. */
const maxStoredBytes = 2 * pageSize;
/** 4 GiB in pages. */
const pagesPer4GiB = 2 ** 32 / pageSize;
/** Records of which one is remembered: the others are found from it. */
const groupRecords = 128;
const windowBytes = 64 * 1024;
/** Headers that must follow each other after bytes that the disk does not give, before the chain counts as found again. */
const provenRecords = 8;

/** Pages whose records lie where the disk gives no bytes; some of them may be holes. */
export interface LostPages {
  readonly start: number;
  /** Undefined where the chain was not found again: then all that follow. */
  readonly end: number | undefined;
  readonly fault: FileFault;
}

/** In ascending order of their pages. */
export interface Records {
  readonly count: number;
  /** One past the last page that has a record. */
  readonly end: number;
  pfn(index: number): number;
  /** Position of the record's header. */
  offset(index: number): number;
  /** First record whose page is not below `pfn`; `count` where there is none. */
  from(pfn: number): number;
  /** One past the last of the records from `index` on whose pages follow each other without a hole. */
  runEnd(index: number): number;
  /** False when the chain ends before the dump does. */
  readonly finished: boolean;
  readonly lost: readonly LostPages[];
}

/** A dump that holds every page raw needs no walk: its records are all of one size. Some of them are looked at. */
export function regularRecords(source: ByteSource, pages: number, pagesStart: number): Records | undefined {
  const stride = recordHeaderBytes + pageSize;
  if (pages === 0 || source.size !== pagesStart + pages * stride + recordHeaderBytes) return undefined;
  const head = new Uint8Array(recordHeaderBytes);
  const data = new DataView(head.buffer);
  for (const pfn of [0, Math.floor(pages / 3), Math.floor((2 * pages) / 3), pages - 1]) {
    // A header that the disk does not give says nothing against it.
    if (source.readInto(pagesStart + pfn * stride, head) < recordHeaderBytes) continue;
    if (data.getBigUint64(0) !== BigInt(pfn) * BigInt(pageSize) || data.getUint32(8) !== pageSize || data.getUint32(12) !== lkcdPageFlags.raw) return undefined;
  }
  if (source.readInto(source.size - recordHeaderBytes, head) < recordHeaderBytes || (data.getUint32(12) & lkcdPageFlags.end) === 0) return undefined;
  return {
    count: pages,
    end: pages,
    pfn: (index) => index,
    offset: (index) => pagesStart + index * stride,
    from: (pfn) => Math.min(pfn, pages),
    runEnd: () => pages,
    finished: true,
    lost: [],
  };
}

function broken(at: number, what: string): Finding {
  return {
    id: 'container-complete/page-chain',
    severity: 'error',
    title: 'The chain of page records is broken',
    detail: `at file offset 0x${at.toString(16)} ${what}; pages after the last good record are not known`,
    where: { fileOffset: at, bytes: recordHeaderBytes },
  };
}

const badEnd = (at: number, what: string): Finding => ({
  id: 'container-complete/end-record',
  severity: 'info',
  title: 'The end record is one of the known malformed ones',
  detail: `at file offset 0x${at.toString(16)} ${what} in place of the end record; the pages before it are complete`,
});

const chainLost = (at: number, fault: FileFault, next: number | undefined): Finding => ({
  id: 'container-complete/page-chain',
  severity: 'error',
  title: 'The chain of page records cannot be read',
  detail: `${faultText(fault)}: ${next === undefined ? 'the chain is not found again after it' : `the chain continues at file offset 0x${next.toString(16)}`}`,
  where: { fileOffset: at, bytes: (next ?? at + fault.bytes) - at },
});

/** Page frame of the record whose header lies at `at` of `data`. */
const pageOf = (data: DataView, at = 0): number => data.getUint32(at) * pagesPer4GiB + Math.floor(data.getUint32(at + 4) / pageSize);

/** Why bytes are not a header of a record that follows page `last`, or undefined. */
function implausible(data: DataView, last: number, at = 0): string | undefined {
  const size = data.getUint32(at + 8);
  const flags = data.getUint32(at + 12);
  const page = pageOf(data, at);
  if (data.getUint32(at + 4) % pageSize !== 0) return `the address 0x${data.getBigUint64(at).toString(16)} is not that of a page`;
  if (page <= last) return `the page 0x${page.toString(16)} does not follow 0x${last.toString(16)}`;
  if (flags !== lkcdPageFlags.raw && flags !== lkcdPageFlags.compressed) return `the flags are 0x${flags.toString(16)}`;
  return size === 0 || size > maxStoredBytes ? `a page claims ${size} bytes` : undefined;
}

/** Whether a chain of records begins at a place: several of them, or fewer up to the end record. */
function startsChain(source: ByteSource, start: number, before: number): boolean {
  const head = new Uint8Array(recordHeaderBytes);
  const data = new DataView(head.buffer);
  let at = start;
  let last = before;
  for (let count = 0; count < provenRecords; count += 1) {
    if (at >= source.size || source.readInto(at, head) < recordHeaderBytes) return false;
    if (count > 0 && (data.getUint32(12) & lkcdPageFlags.end) !== 0 && at + recordHeaderBytes === source.size) return true;
    if (implausible(data, last) !== undefined) return false;
    last = pageOf(data);
    at += recordHeaderBytes + data.getUint32(8);
  }
  return true;
}

/** The next place after bytes that the disk does not give where the chain continues: no record is longer than the place is far. */
function* chainBehind(source: ByteSource, from: number, last: number): Steps<number | undefined> {
  for (let at = from; at <= from + maxStoredBytes + recordHeaderBytes && at < source.size; at += 1) {
    if ((at - from) % stepTurns === 0) yield;
    if (startsChain(source, at, last)) return at;
  }
  return undefined;
}

/** Headers of records that mostly follow each other: those of compressed pages have a few dozen bytes between them. */
class HeaderWindow {
  readonly data: DataView;
  readonly #source: ByteSource;
  readonly #bytes = new Uint8Array(windowBytes);
  #start = 0;
  #end = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.data = new DataView(this.#bytes.buffer);
  }

  /** Place of the header in `data` that was found last. */
  place = 0;

  /** Brings a header into `data`. @returns how many of its bytes came */
  find(at: number): number {
    if (at < this.#start || at + recordHeaderBytes > this.#end) {
      this.#start = at;
      this.#end = at + (at >= this.#source.size ? 0 : this.#source.readInto(at, this.#bytes));
    }
    this.place = at - this.#start;
    return Math.min(recordHeaderBytes, this.#end - at);
  }
}

/**
 * Where a chain has been: the page and the place of every 128th record. A dump of a TiB has a record for each of its pages, so the
 * others are read again, a group at a time, when one of them is asked for.
 */
class GroupedRecords implements Records {
  count = 0;
  end = 0;
  finished = false;
  readonly lost: LostPages[] = [];
  readonly #source: ByteSource;
  readonly #window: HeaderWindow;
  /** Of the first record of each group. */
  readonly #numbers = new NumberColumn();
  readonly #pages = new NumberColumn();
  readonly #places = new NumberColumn();
  #loaded = -1;
  #first = 0;
  #length = 0;
  /** The run that was looked for last: pages are read in their order, so the next question is mostly about it, too. */
  #runStart = 0;
  #runEnd = 0;
  readonly #loadedPages = new Float64Array(groupRecords);
  readonly #loadedPlaces = new Float64Array(groupRecords);

  constructor(source: ByteSource) {
    this.#source = source;
    this.#window = new HeaderWindow(source);
  }

  /** @param apart true where the record does not follow the one before in the file */
  push(page: number, at: number, apart: boolean): void {
    const begun = this.#numbers.at(this.#numbers.length - 1);
    if (apart || this.count === 0 || this.count - begun === groupRecords) {
      this.#numbers.push(this.count);
      this.#pages.push(page);
      this.#places.push(at);
    }
    this.count += 1;
    this.end = page + 1;
  }

  pfn(index: number): number {
    this.#loadRecord(index);
    return this.#loadedPages[index - this.#first] ?? 0;
  }

  offset(index: number): number {
    this.#loadRecord(index);
    return this.#loadedPlaces[index - this.#first] ?? 0;
  }

  from(pfn: number): number {
    if (this.count === 0) return 0;
    const above = this.#pages.firstFrom(pfn);
    const isFirst = above < this.#pages.length && this.#pages.at(above) === pfn;
    if (above === 0 && !isFirst) return 0;
    // Also where its first record is the answer: what is asked of it next needs no second search.
    this.#load(isFirst ? above : above - 1);
    let slot = 0;
    while (slot < this.#length && (this.#loadedPages[slot] ?? 0) < pfn) slot += 1;
    return this.#first + slot;
  }

  runEnd(index: number): number {
    if (index >= this.#runStart && index < this.#runEnd) return this.#runEnd;
    // Pages only ascend: what their numbers are ahead of those of the records never becomes less, and stays the same within a run.
    const ahead = this.pfn(index) - index;
    let low = this.#loaded;
    let high = this.#numbers.length;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#pages.at(middle) - this.#numbers.at(middle) === ahead) low = middle;
      else high = middle;
    }
    this.#load(low);
    let slot = Math.max(0, index - this.#first);
    while (slot < this.#length && (this.#loadedPages[slot] ?? 0) - (this.#first + slot) === ahead) slot += 1;
    this.#runStart = index;
    this.#runEnd = this.#first + slot;
    return this.#runEnd;
  }

  #loadRecord(index: number): void {
    if (this.#loaded >= 0 && index >= this.#first && index < this.#first + this.#length) return;
    const above = this.#numbers.firstFrom(index);
    this.#load(above < this.#numbers.length && this.#numbers.at(above) === index ? above : above - 1);
  }

  #load(group: number): void {
    if (group === this.#loaded) return;
    // Set last: a read that fails leaves no half of a group.
    this.#loaded = -1;
    const first = this.#numbers.at(group);
    const length = (group + 1 < this.#numbers.length ? this.#numbers.at(group + 1) : this.count) - first;
    let at = this.#places.at(group);
    for (let slot = 0; slot < length; slot += 1) {
      // It could be read before: a disk that takes it back ends the answer.
      if (this.#window.find(at) < recordHeaderBytes) readExactly(this.#source, at, recordHeaderBytes, 'the header of a page record');
      const { data, place } = this.#window;
      this.#loadedPages[slot] = pageOf(data, place);
      this.#loadedPlaces[slot] = at;
      at += recordHeaderBytes + data.getUint32(place + 8);
    }
    this.#first = first;
    this.#length = length;
    this.#loaded = group;
  }
}

/** In steps: a chain has a record for each page. */
export function* walkRecords(source: ByteSource, findings: Finding[], pagesStart: number): Steps<Records> {
  const records = new GroupedRecords(source);
  const window = new HeaderWindow(source);
  let at = pagesStart;
  /** True once after bytes that the disk does not give. */
  let apart = false;
  const ended = (finished: boolean): Records => {
    records.finished = finished;
    return records;
  };
  for (let turns = 0; ; turns += 1) {
    if (turns % stepTurns === 0) yield;
    const got = window.find(at);
    const last = records.end - 1;
    if (got < recordHeaderBytes) {
      const fault = source.faultAt?.(at + got);
      if (fault === undefined) {
        findings.push(broken(at, 'the file ends, without an end record'));
        return ended(false);
      }
      const next = yield* chainBehind(source, at + got + fault.bytes, last);
      findings.push(chainLost(at, fault, next));
      const head = new Uint8Array(recordHeaderBytes);
      const following = next !== undefined && source.readInto(next, head) === recordHeaderBytes ? pageOf(new DataView(head.buffer)) : undefined;
      records.lost.push({ start: last + 1, end: following, fault });
      if (next === undefined) return ended(false);
      at = next;
      apart = true;
      continue;
    }
    const { data, place } = window;
    if ((data.getUint32(place + 12) & lkcdPageFlags.end) !== 0) return ended(true);
    const size = data.getUint32(place + 8);
    if (size === 4 && data.getUint32(place + 12) === 0 && data.getBigUint64(place) === 0n && last >= 0) {
      findings.push(badEnd(at, 'is {0, 4, 0}'));
      return ended(true);
    }
    const page = pageOf(data, place);
    if (page === last && at + recordHeaderBytes + size >= source.size) {
      findings.push(badEnd(at, 'the last page is again'));
      return ended(true);
    }
    const wrong = implausible(data, last, place);
    if (wrong !== undefined) {
      findings.push(broken(at, wrong));
      return ended(false);
    }
    records.push(page, at, apart);
    apart = false;
    at += recordHeaderBytes + size;
  }
}
