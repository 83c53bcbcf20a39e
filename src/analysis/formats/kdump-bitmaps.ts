/** What bitmaps and page descriptors of a kdump-compressed dump say of each other, for the check that compares them. */
import { defined } from '../../shared/defined.ts';
import { faultError } from '../source/byte-source.ts';
import type { BitmapFacts } from './dump-format.ts';
import { parse } from '../layout/struct.ts';
import type { KdumpGeometry, KdumpPart } from './kdump-geometry.ts';
import { pageDescriptor } from './kdump-layout.ts';
import { PageBitmap } from './page-bitmap.ts';

const descriptorBytes = pageDescriptor.size;
const blockDescriptors = 4096;

/** Pages that are stored and do not exist. */
function pagesOutside({ source, bitmap1Offset, bitmap2Offset, maxMapnr }: KdumpGeometry): number {
  if (bitmap1Offset === undefined) return 0;
  const exists = new PageBitmap(source, bitmap1Offset, maxMapnr);
  const stored = new PageBitmap(source, bitmap2Offset, maxMapnr);
  const fault = exists.faultIn(0, maxMapnr);
  if (fault !== undefined) throw faultError(fault);
  let outside = 0;
  for (const run of stored.runs()) if (run.set) outside += run.end - run.start - (exists.rank(run.end) - exists.rank(run.start));
  return outside;
}

/**
 * Descriptors between those of the announced pages and the first data. What lies there otherwise is unused: data are found by their
 * descriptors, so a writer may begin them at the next block (kdump-compressed.md section 5).
 */
function surplusDescriptors({ source }: KdumpPart, from: number, firstData: number, { endian, blockSize }: KdumpGeometry): number {
  const bytes = new Uint8Array(Math.max(0, Math.min(firstData - from, blockDescriptors * descriptorBytes)));
  const got = bytes.length === 0 || from >= source.size ? 0 : source.readInto(from, bytes);
  let count = 0;
  for (; (count + 1) * descriptorBytes <= got; count += 1) {
    const { offset, size } = parse(pageDescriptor, bytes.subarray(count * descriptorBytes), { endian });
    if (offset < BigInt(firstData) || offset >= BigInt(source.size) || size === 0 || size > blockSize) break;
  }
  return count;
}

/** @throws DumpError io where the disk does not give all of the bitmaps or descriptors: then nothing can be counted */
export function kdumpBitmaps(geometry: KdumpGeometry): BitmapFacts {
  const stored = new PageBitmap(geometry.source, geometry.bitmap2Offset, geometry.maxMapnr);
  const fault = stored.faultIn(0, geometry.maxMapnr);
  if (fault !== undefined) throw faultError(fault);
  const block = new Uint8Array(blockDescriptors * descriptorBytes);
  const data = new DataView(block.buffer);
  const parts = geometry.parts.map((part) => {
    const pages = stored.rank(Math.min(part.end, geometry.maxMapnr)) - stored.rank(Math.min(part.start, geometry.maxMapnr));
    let firstData: bigint | undefined;
    for (let index = 0; index < pages; index += blockDescriptors) {
      const at = part.descriptors + index * descriptorBytes;
      const wanted = block.subarray(0, Math.min(blockDescriptors, pages - index) * descriptorBytes);
      const got = at >= part.source.size ? 0 : part.source.readInto(at, wanted);
      for (let from = 0; from + descriptorBytes <= got; from += descriptorBytes) {
        const offset = data.getBigUint64(from, geometry.endian === 'little');
        if (offset !== 0n && (firstData === undefined || offset < firstData)) firstData = offset;
      }
      const lost = got < wanted.length ? part.source.faultAt?.(at + got) : undefined;
      if (lost !== undefined) throw faultError(lost);
      if (got < wanted.length) break;
    }
    const first = firstData === undefined ? undefined : Number(firstData);
    return {
      name: part.source.name,
      pages,
      descriptors: part.descriptors,
      ...defined({ firstData: first }),
      surplus: first === undefined ? 0 : surplusDescriptors(part, part.descriptors + pages * descriptorBytes, first, geometry),
    };
  });
  return { outside: pagesOutside(geometry), parts };
}
