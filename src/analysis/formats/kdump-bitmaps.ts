/** What bitmaps and page descriptors of a kdump-compressed dump say of each other, for the check that compares them. */
import { defined } from '../../shared/defined.ts';
import type { Steps } from '../jobs/steps.ts';
import { faultError } from '../source/byte-source.ts';
import type { BitmapFacts } from './dump-format.ts';
import { parse } from '../layout/struct.ts';
import type { KdumpGeometry, KdumpPart } from './kdump-geometry.ts';
import { pageDescriptor } from './kdump-layout.ts';
import { kdumpBits, type KdumpBits } from './kdump-memory.ts';

const descriptorBytes = pageDescriptor.size;
const blockDescriptors = 4096;

/** Both bitmaps with their set bits counted, in steps: those of large machines have hundreds of MiB. */
export function* countedBits(geometry: KdumpGeometry): Steps<KdumpBits> {
  const bits = kdumpBits(geometry);
  yield* bits.stored.counted();
  // What is counted and all alike is not read again.
  if (bits.exists !== undefined) yield* bits.exists.counted();
  return bits;
}

/** Pages that are stored and do not exist. */
function* pagesOutside({ exists, stored }: KdumpBits, { maxMapnr }: KdumpGeometry): Steps<number> {
  if (exists === undefined) return 0;
  const fault = exists.faultIn(0, maxMapnr);
  if (fault !== undefined) throw faultError(fault);
  return yield* stored.countNotIn(exists);
}

/**
 * Descriptors between those of the announced pages and the first data. What lies there otherwise is unused: data are found by their
 * descriptors, so a writer may begin them at the next block (kdump-compressed.md section 5).
 */
export function surplusDescriptors({ source }: KdumpPart, from: number, firstData: number, { endian, blockSize }: KdumpGeometry): number {
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
export function* bitmapFacts(geometry: KdumpGeometry, bits: KdumpBits): Steps<BitmapFacts> {
  const { stored } = bits;
  const fault = stored.faultIn(0, geometry.maxMapnr);
  if (fault !== undefined) throw faultError(fault);
  const block = new Uint8Array(blockDescriptors * descriptorBytes);
  const data = new DataView(block.buffer);
  const parts: BitmapFacts['parts'][number][] = [];
  for (const part of geometry.parts) {
    const pages = stored.rank(Math.min(part.end, geometry.maxMapnr)) - stored.rank(Math.min(part.start, geometry.maxMapnr));
    let firstData: bigint | undefined;
    for (let index = 0; index < pages; index += blockDescriptors) {
      yield;
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
    parts.push({
      name: part.source.name,
      pages,
      descriptors: part.descriptors,
      ...defined({ firstData: first }),
      surplus: first === undefined ? 0 : surplusDescriptors(part, part.descriptors + pages * descriptorBytes, first, geometry),
    });
  }
  return { outside: yield* pagesOutside(bits, geometry), parts };
}
