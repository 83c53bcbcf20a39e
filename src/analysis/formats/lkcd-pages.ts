/** The chain of page records of an LKCD dump (s390-dump.md section 6). */
import { pageSize } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import { decodeZlib } from '../codec/inflate.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Extent } from './dump-format.ts';
import { generatedExtents } from './extent-map.ts';
import { NumberColumn } from './number-column.ts';
import { lkcdPageFlags, lkcdPageHeader, lkcdPagesStart } from './lkcd-layout.ts';
import { pageMemory, type PageContent, type PageLocator } from './page-memory.ts';
import type { MemoryImage } from './dump-format.ts';

const headerBytes = lkcdPageHeader.size;
/** Deflate makes a page that it cannot shrink a little larger. */
const maxStoredBytes = 2 * pageSize;
const noRecord = 'no page record: a hole';
const behindBreak = 'the chain of page records ends before it';

export interface LkcdPages {
  readonly memory: MemoryImage;
  readonly records: number;
  readonly findings: readonly Finding[];
}

/** Where the records of a dump are: in ascending order of their pages. */
interface Records {
  readonly count: number;
  pfn(index: number): number;
  /** Position of the record's header. */
  offset(index: number): number;
  /** False when the chain ends before the dump does. */
  readonly finished: boolean;
}

/** A dump that holds every page raw needs no walk: its records are all of one size. Some of them are looked at. */
function regularRecords(source: ByteSource, pages: number): Records | undefined {
  const stride = headerBytes + pageSize;
  if (pages === 0 || source.size !== lkcdPagesStart + pages * stride + headerBytes) return undefined;
  const head = new Uint8Array(headerBytes);
  const data = new DataView(head.buffer);
  for (const pfn of [0, Math.floor(pages / 3), Math.floor((2 * pages) / 3), pages - 1]) {
    source.readInto(lkcdPagesStart + pfn * stride, head);
    if (data.getBigUint64(0) !== BigInt(pfn) * BigInt(pageSize) || data.getUint32(8) !== pageSize || data.getUint32(12) !== lkcdPageFlags.raw) return undefined;
  }
  source.readInto(source.size - headerBytes, head);
  if ((data.getUint32(12) & lkcdPageFlags.end) === 0) return undefined;
  return { count: pages, pfn: (index) => index, offset: (index) => lkcdPagesStart + index * stride, finished: true };
}

function broken(at: number, what: string): Finding {
  return {
    id: 'container-complete/page-chain',
    severity: 'error',
    title: 'The chain of page records is broken',
    detail: `at file offset 0x${at.toString(16)} ${what}; pages behind the last good record are not known`,
    where: { fileOffset: at, bytes: headerBytes },
  };
}

const badEnd = (at: number, what: string): Finding => ({
  id: 'container-complete/end-record',
  severity: 'info',
  title: 'The end record is one of the known malformed ones',
  detail: `at file offset 0x${at.toString(16)} ${what} in place of the end record; the pages before it are complete`,
});

function walkRecords(source: ByteSource, findings: Finding[]): Records {
  const pfns = new NumberColumn();
  const offsets = new NumberColumn();
  const head = new Uint8Array(headerBytes);
  const data = new DataView(head.buffer);
  let at = lkcdPagesStart;
  const records = (finished: boolean): Records => ({
    count: pfns.length,
    pfn: (index) => pfns.at(index),
    offset: (index) => offsets.at(index),
    finished,
  });
  for (;;) {
    const got = at >= source.size ? 0 : source.readInto(at, head);
    if (got < headerBytes) {
      findings.push(broken(at, 'the file ends, without an end record'));
      return records(false);
    }
    const address = data.getBigUint64(0);
    const size = data.getUint32(8);
    const flags = data.getUint32(12);
    const last = pfns.length === 0 ? -1 : pfns.at(pfns.length - 1);
    if ((flags & lkcdPageFlags.end) !== 0) return records(true);
    if (address === 0n && size === 4 && flags === 0 && last >= 0) {
      findings.push(badEnd(at, 'stands {0, 4, 0}'));
      return records(true);
    }
    const page = address / BigInt(pageSize);
    if (Number(page) === last && at + headerBytes + size >= source.size) {
      findings.push(badEnd(at, 'the last page stands again'));
      return records(true);
    }
    const wrong =
      address % BigInt(pageSize) !== 0n || page > BigInt(Number.MAX_SAFE_INTEGER)
        ? `the address 0x${address.toString(16)} is not that of a page`
        : Number(page) <= last
          ? `the page 0x${page.toString(16)} does not follow 0x${last.toString(16)}`
          : flags !== lkcdPageFlags.raw && flags !== lkcdPageFlags.compressed
            ? `the flags are 0x${flags.toString(16)}`
            : size === 0 || size > maxStoredBytes
              ? `a page claims ${size} bytes`
              : undefined;
    if (wrong !== undefined) {
      findings.push(broken(at, wrong));
      return records(false);
    }
    pfns.push(Number(page));
    offsets.push(at);
    at += headerBytes + size;
  }
}

/** First record whose page is not below `pfn`. */
function recordAt(records: Records, pfn: number): number {
  let low = 0;
  let high = records.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records.pfn(middle) < pfn) low = middle + 1;
    else high = middle;
  }
  return low;
}

function loadRecord(source: ByteSource, at: number, target: Uint8Array): PageContent {
  const head = new Uint8Array(headerBytes);
  const unreadable = (reason: string): PageContent => ({ state: 'unreadable', reason });
  if (source.readInto(at, head) < headerBytes) return unreadable('the file ends before its record');
  const data = new DataView(head.buffer);
  const size = data.getUint32(8);
  const compressed = data.getUint32(12) === lkcdPageFlags.compressed;
  if (!compressed && size !== pageSize) return unreadable(`it is stored raw, but with ${size} bytes`);
  const input = compressed ? new Uint8Array(size) : target;
  if (source.readInto(at + headerBytes, input) < input.length) return unreadable('the file ends within it');
  const damage = compressed ? decodeZlib(input, target) : undefined;
  return damage === undefined ? { state: 'stored' } : unreadable(damage);
}

/** @param pages number of page frames that the header describes */
export function lkcdPages(source: ByteSource, pages: number): LkcdPages {
  const findings: Finding[] = [];
  const records = regularRecords(source, pages) ?? walkRecords(source, findings);
  const known = records.count === 0 ? 0 : records.pfn(records.count - 1) + 1;
  const total = Math.max(pages, known);
  const gap = (pfn: number): PageContent => ({ state: 'missing', reason: pfn >= known && !records.finished ? behindBreak : noRecord });
  function* extentsFrom(address: bigint): Generator<Extent, undefined> {
    const extent = (start: number, end: number, content: PageContent): Extent => ({
      start: BigInt(start) * BigInt(pageSize),
      end: BigInt(end) * BigInt(pageSize),
      state: content.state,
      ...('reason' in content ? { reason: content.reason } : {}),
    });
    let at = Number(address / BigInt(pageSize));
    for (let index = recordAt(records, at); index < records.count;) {
      const first = records.pfn(index);
      if (at < first) yield extent(at, first, gap(at));
      let next = index + 1;
      while (next < records.count && records.pfn(next) === first + (next - index)) next += 1;
      at = first + (next - index);
      yield extent(first, at, { state: 'stored' });
      index = next;
    }
    if (at < total) yield extent(at, total, gap(at));
    return undefined;
  }
  const locator: PageLocator = {
    pages: total,
    extents: generatedExtents(extentsFrom),
    load(pfn, target) {
      const index = recordAt(records, pfn);
      return index < records.count && records.pfn(index) === pfn ? loadRecord(source, records.offset(index), target) : gap(pfn);
    },
  };
  return { memory: pageMemory(locator), records: records.count, findings };
}
