import { deflateSync } from 'node:zlib';

import { alignUp, ByteWriter, concatBytes } from './byte-writer.ts';
import type { MemoryImage } from './memory-image.ts';
import type { MemoryRange } from './system.ts';

const mib = 0x100000;
/** Bytes of a segment header. */
export const segmentHeaderSize = 4096;
/** Most compressed entries that a segment header can list. */
const maxEntries = 1011;

export interface SegmentHeader {
  readonly start: number;
  readonly length: number;
  readonly stop: boolean;
  /** Device blocks of compressed data; 0 = stored as it is. */
  readonly sizeOnDisk?: number;
  readonly entryOffsets?: readonly number[];
}

/** df_s390_dump_segm_hdr (s390-dump.md section 4). */
export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const block = new ByteWriter(segmentHeaderSize).u64(0x00, header.start).u64(0x08, header.length);
  block.u64(0x10, header.stop ? -1n : 0).u32(0x18, header.sizeOnDisk ?? 0);
  const offsets = header.entryOffsets ?? [];
  block.u32(0x30, offsets.length);
  offsets.forEach((offset, index) => block.u32(0x34 + index * 4, offset));
  return block.bytes;
}

/** Runs of MiBs that are not all zero, as the dumper stores them. */
export function usedMebibytes(memory: MemoryImage, size: number): readonly MemoryRange[] {
  const runs: { start: number; size: number }[] = [];
  for (let start = 0; start < size; start += mib) {
    const length = Math.min(mib, size - start);
    if (memory.isZero(start, length)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.size === start) last.size += length;
    else runs.push({ start, size: length });
  }
  return runs;
}

/** How compressed segments are stored. */
export interface SegmentCompression {
  /** 512, 1024, 2048 or 4096: the unit of sizes and offsets in segment headers. */
  readonly blockSize: number;
  /** Memory bytes per entry; 1 MiB in real dumps. */
  readonly entrySize: number;
}

/** One segment with its data: raw, or in entries of zlib streams padded to whole pages; an entry that does not shrink is raw. */
export function encodeSegment(memory: MemoryImage, range: MemoryRange, stop: boolean, compression?: SegmentCompression): Uint8Array {
  if (compression === undefined) {
    return concatBytes([encodeSegmentHeader({ start: range.start, length: range.size, stop }), memory.read(range.start, range.size)]);
  }
  const { blockSize, entrySize } = compression;
  if (range.size > maxEntries * entrySize) throw new RangeError(`a compressed segment holds at most ${maxEntries} entries`);
  const entryOffsets: number[] = [];
  const parts: Uint8Array[] = [];
  let position = 0;
  for (let start = range.start; start < range.start + range.size; start += entrySize) {
    const raw = memory.read(start, Math.min(entrySize, range.start + range.size - start));
    const stream = new Uint8Array(deflateSync(raw));
    const shrunk = alignUp(stream.length, 4096) < raw.length;
    const stored = shrunk ? stream : raw;
    const padded = new Uint8Array(alignUp(stored.length, 4096));
    padded.set(stored);
    entryOffsets.push((position / blockSize + (shrunk ? 0 : 0x80000000)) >>> 0);
    parts.push(padded);
    position += padded.length;
  }
  const header = encodeSegmentHeader({ start: range.start, length: range.size, stop, sizeOnDisk: position / blockSize, entryOffsets });
  return concatBytes([header, ...parts]);
}
