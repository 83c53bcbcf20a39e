import type { MemoryImage } from './memory-image.ts';

/** Entry values of kernel page tables as real 6.1 and 6.12 systems have them (lowcore.md sections 7.3, 7.4). */
export const tableBits = {
  regionThird: 0x007n,
  invalidRegionThird: 0x024n,
  segmentTable: 0x000n,
  invalidSegment: 0x020n,
  /** Segment entry with FC: a frame of 1 MiB without a page table. */
  largeSegment: 0x400n,
  text: 0x21dn,
  data: 0x13dn,
  readOnlyData: 0x31dn,
  emptyPage: 0x400n,
} as const;

const tableBytes = 0x4000;
const mib = 0x100000;

/** Designation of a region-third table of full length, as `kernel_asce` has it. */
export const regionThirdAsce = (origin: number): bigint => BigInt(origin) | tableBits.regionThird;

/** Writes 2048 invalid entries of a region-third or segment table (16 KiB). */
export function emptyTable(memory: MemoryImage, origin: number, level: 'region-third' | 'segment'): void {
  const entry = level === 'region-third' ? tableBits.invalidRegionThird : tableBits.invalidSegment;
  for (let offset = 0; offset < tableBytes; offset += 8) memory.u64(origin + offset, entry);
}

/** Writes 256 empty entries of a page table (2 KiB). */
export function emptyPageTable(memory: MemoryImage, origin: number): void {
  for (let offset = 0; offset < 0x800; offset += 8) memory.u64(origin + offset, tableBits.emptyPage);
}

/** Links the segment table at `segmentTable` into the region-third table for the 2 GiB around a virtual address. */
export function linkSegmentTable(memory: MemoryImage, regionThird: number, segmentTable: number, virtual: bigint): void {
  memory.u64(regionThird + Number((virtual >> 31n) & 0x7ffn) * 8, BigInt(segmentTable) | tableBits.regionThird);
}

/** Links the page table at `pageTable` into a segment table for the MiB around a virtual address. */
export function linkPageTable(memory: MemoryImage, segmentTable: number, pageTable: number, virtual: bigint): void {
  memory.u64(segmentTable + Number((virtual >> 20n) & 0x7ffn) * 8, BigInt(pageTable) | tableBits.segmentTable);
}

/** Writes one page-table entry. */
export function mapPage(memory: MemoryImage, pageTable: number, virtual: bigint, frame: number, bits: bigint): void {
  memory.u64(pageTable + Number((virtual >> 12n) & 0xffn) * 8, BigInt(frame) | bits);
}

/**
 * Maps [0, size) one to one: a page table per MiB while `pageTables` has room, frames of 1 MiB after.
 * @param pageTables where the page tables lie, 2 KiB each; `room` of them fit
 * @param bits entry bits for a frame address
 */
export function mapIdentity(memory: MemoryImage, segmentTable: number, pageTables: number, room: number, size: number, bits: (frame: number) => bigint): void {
  for (let start = 0, index = 0; start < size; start += mib, index += 1) {
    if (index >= room) {
      memory.u64(segmentTable + index * 8, BigInt(start) | tableBits.largeSegment);
      continue;
    }
    const table = pageTables + index * 0x800;
    emptyPageTable(memory, table);
    linkPageTable(memory, segmentTable, table, BigInt(start));
    for (let frame = start; frame < Math.min(start + mib, size); frame += 0x1000) {
      mapPage(memory, table, BigInt(frame), frame, bits(frame));
    }
  }
}
