/** The pages of an LKCD dump by their records (s390-dump.md section 6). */
import { pageSize } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import { decodeZlib } from '../codec/inflate.ts';
import type { PageDecoder } from '../codec/page-codec.ts';
import { decodeRle } from '../codec/rle.ts';
import type { Steps } from '../jobs/steps.ts';
import { faultText, type ByteSource } from '../source/byte-source.ts';
import type { Extent, ExtentState } from './dump-format.ts';
import { generatedExtents } from './extent-map.ts';
import { lkcdCompressions, lkcdPageFlags } from './lkcd-layout.ts';
import { recordHeaderBytes, regularRecords, walkRecords } from './lkcd-records.ts';
import { pageMemory, unreadablePage, type PageContent, type PageLocator } from './page-memory.ts';
import type { MemoryImage } from './dump-format.ts';

const noRecord = 'no page record: a hole';
const behindBreak = 'the chain of page records ends before it';

export interface LkcdPages {
  readonly memory: MemoryImage;
  readonly records: number;
  readonly findings: readonly Finding[];
}

/** What compressed pages are decoded with; the header alone says how they are compressed. */
function decoderOf(compression: number): PageDecoder {
  if (compression === lkcdCompressions.rle) return decodeRle;
  // Pages that are compressed although the header says that none are: only zlib shows by itself what it is.
  if (compression === lkcdCompressions.none || compression === lkcdCompressions.gzip) return decodeZlib;
  return () => `its compression, ${compression} in the header, is not a known one`;
}

function loadRecord(source: ByteSource, at: number, target: Uint8Array, decode: PageDecoder): PageContent {
  const head = new Uint8Array(recordHeaderBytes);
  const unreadable = (reason: string): PageContent => ({ state: 'unreadable', reason });
  const got = source.readInto(at, head);
  if (got < recordHeaderBytes) return unreadablePage(source, at + got, 'the file ends before its record');
  const data = new DataView(head.buffer);
  const size = data.getUint32(8);
  const compressed = data.getUint32(12) === lkcdPageFlags.compressed;
  if (!compressed && size !== pageSize) return unreadable(`it is stored raw, but with ${size} bytes`);
  const input = compressed ? new Uint8Array(size) : target;
  const came = source.readInto(at + recordHeaderBytes, input);
  if (came < input.length) return unreadablePage(source, at + recordHeaderBytes + came, 'the file ends within it');
  const damage = compressed ? decode(input, target) : undefined;
  return damage === undefined ? { state: 'stored' } : unreadable(damage);
}

export interface LkcdPlan {
  /** Page frames that the header describes. */
  readonly pages: number;
  /** Position of the first page record. */
  readonly pagesStart: number;
  /** `dump_compress` of the header. */
  readonly compression: number;
}

export function* lkcdPages(source: ByteSource, { pages, pagesStart, compression }: LkcdPlan): Steps<LkcdPages> {
  const decode = decoderOf(compression);
  const findings: Finding[] = [];
  const records = regularRecords(source, pages, pagesStart) ?? (yield* walkRecords(source, findings, pagesStart));
  const known = records.end;
  const total = Math.max(pages, known);
  const gap = (pfn: number): PageContent => {
    const lost = records.lost.find(({ start, end }) => start <= pfn && pfn < (end ?? Infinity));
    if (lost !== undefined) return { state: 'unreadable', reason: `whether it has a page record is not known: ${faultText(lost.fault)}`, fault: lost.fault };
    return { state: 'missing', reason: pfn >= known && !records.finished ? behindBreak : noRecord };
  };
  function* extentsFrom(address: bigint): Generator<Extent, undefined> {
    const extent = (start: number, end: number, content: PageContent): Extent => ({
      start: BigInt(start) * BigInt(pageSize),
      end: BigInt(end) * BigInt(pageSize),
      state: content.state,
      ...('reason' in content ? { reason: content.reason } : {}),
    });
    let at = Number(address / BigInt(pageSize));
    for (let index = records.from(at); index < records.count;) {
      const first = records.pfn(index);
      if (at < first) yield extent(at, first, gap(at));
      const next = records.runEnd(index);
      at = first + (next - index);
      yield extent(first, at, { state: 'stored' });
      index = next;
    }
    if (at < total) yield extent(at, total, gap(at));
    return undefined;
  }
  /** What is lost lies between records, so none of its pages has one. */
  const counts = (start: number, end: number): Partial<Record<ExtentState, number>> => {
    const stop = Math.min(end, total);
    const stored = records.from(stop) - records.from(start);
    let unreadable = 0;
    for (const { start: from, end: to } of records.lost) unreadable += Math.max(0, Math.min(stop, to ?? stop) - Math.max(start, from));
    return { stored, unreadable, missing: stop - start - stored - unreadable };
  };
  const locator: PageLocator = {
    pages: total,
    extents: generatedExtents({
      from: extentsFrom,
      counts,
      totals: { storedPages: records.count, availableEnd: BigInt(known) * BigInt(pageSize), cut: false },
    }),
    load(pfn, target) {
      const index = records.from(pfn);
      return index < records.count && records.pfn(index) === pfn ? loadRecord(source, records.offset(index), target, decode) : gap(pfn);
    },
  };
  return { memory: pageMemory(locator), records: records.count, findings };
}
