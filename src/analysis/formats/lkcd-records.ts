/** Where the page records of an LKCD dump are: a chain, each record leading to the next (s390-dump.md section 6). */
import type { Finding } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, type ByteSource, type FileFault } from '../source/byte-source.ts';
import { lkcdPageFlags, lkcdPageHeader } from './lkcd-layout.ts';
import { NumberColumn } from './number-column.ts';

export const recordHeaderBytes = lkcdPageHeader.size;
/** Deflate makes a page that it cannot shrink a little larger. */
const maxStoredBytes = 2 * pageSize;
/** Headers that must follow each other behind bytes that the disk does not give, before the chain counts as found again. */
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
  pfn(index: number): number;
  /** Position of the record's header. */
  offset(index: number): number;
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
  return { count: pages, pfn: (index) => index, offset: (index) => pagesStart + index * stride, finished: true, lost: [] };
}

function broken(at: number, what: string): Finding {
  return {
    id: 'container-complete/page-chain',
    severity: 'error',
    title: 'The chain of page records is broken',
    detail: `at file offset 0x${at.toString(16)} ${what}; pages behind the last good record are not known`,
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
  detail: `${faultText(fault)}: ${next === undefined ? 'the chain is not found again behind it' : `the chain goes on at file offset 0x${next.toString(16)}`}`,
  where: { fileOffset: at, bytes: (next ?? at + fault.bytes) - at },
});

/** Why bytes are no header of a record that follows page `last`, or undefined. */
function implausible(data: DataView, last: number): string | undefined {
  const address = data.getBigUint64(0);
  const size = data.getUint32(8);
  const flags = data.getUint32(12);
  const page = address / BigInt(pageSize);
  if (address % BigInt(pageSize) !== 0n || page > BigInt(Number.MAX_SAFE_INTEGER)) return `the address 0x${address.toString(16)} is not that of a page`;
  if (Number(page) <= last) return `the page 0x${page.toString(16)} does not follow 0x${last.toString(16)}`;
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
    last = Number(data.getBigUint64(0) / BigInt(pageSize));
    at += recordHeaderBytes + data.getUint32(8);
  }
  return true;
}

/** The next place behind bytes that the disk does not give where the chain goes on: no record is longer than the place is far. */
function* chainBehind(source: ByteSource, from: number, last: number): Steps<number | undefined> {
  for (let at = from; at <= from + maxStoredBytes + recordHeaderBytes && at < source.size; at += 1) {
    if ((at - from) % stepTurns === 0) yield;
    if (startsChain(source, at, last)) return at;
  }
  return undefined;
}

/** In steps: a chain has a record for each page. */
export function* walkRecords(source: ByteSource, findings: Finding[], pagesStart: number): Steps<Records> {
  const pfns = new NumberColumn();
  const offsets = new NumberColumn();
  const lost: LostPages[] = [];
  const head = new Uint8Array(recordHeaderBytes);
  const data = new DataView(head.buffer);
  let at = pagesStart;
  const records = (finished: boolean): Records => ({
    count: pfns.length,
    pfn: (index) => pfns.at(index),
    offset: (index) => offsets.at(index),
    finished,
    lost,
  });
  for (let turns = 0; ; turns += 1) {
    if (turns % stepTurns === 0) yield;
    const got = at >= source.size ? 0 : source.readInto(at, head);
    const last = pfns.length === 0 ? -1 : pfns.at(pfns.length - 1);
    if (got < recordHeaderBytes) {
      const fault = source.faultAt?.(at + got);
      if (fault === undefined) {
        findings.push(broken(at, 'the file ends, without an end record'));
        return records(false);
      }
      const next = yield* chainBehind(source, at + got + fault.bytes, last);
      findings.push(chainLost(at, fault, next));
      const following = next !== undefined && source.readInto(next, head) === recordHeaderBytes ? Number(data.getBigUint64(0) / BigInt(pageSize)) : undefined;
      lost.push({ start: last + 1, end: following, fault });
      if (next === undefined) return records(false);
      at = next;
      continue;
    }
    if ((data.getUint32(12) & lkcdPageFlags.end) !== 0) return records(true);
    const size = data.getUint32(8);
    if (data.getBigUint64(0) === 0n && size === 4 && data.getUint32(12) === 0 && last >= 0) {
      findings.push(badEnd(at, 'stands {0, 4, 0}'));
      return records(true);
    }
    const page = data.getBigUint64(0) / BigInt(pageSize);
    if (Number(page) === last && at + recordHeaderBytes + size >= source.size) {
      findings.push(badEnd(at, 'the last page stands again'));
      return records(true);
    }
    const wrong = implausible(data, last);
    if (wrong !== undefined) {
      findings.push(broken(at, wrong));
      return records(false);
    }
    pfns.push(Number(page));
    offsets.push(at);
    at += recordHeaderBytes + size;
  }
}
