import { ByteWriter } from './byte-writer.ts';
import { cksm } from './cksm.ts';
import type { MemoryImage } from './memory-image.ts';
import type { MemoryRange } from './system.ts';

/** One of the 13 slots of the os_info page: bytes elsewhere in memory with their checksum, or a bare value. */
export type OsInfoEntry =
  | { readonly kind: 'data'; readonly id: number; readonly address: number; readonly size: number; readonly checksum: number }
  | { readonly kind: 'value'; readonly id: number; readonly value: bigint };

export interface OsInfoContent {
  readonly crashkernel: MemoryRange | undefined;
  readonly entries?: readonly OsInfoEntry[];
  readonly versionMajor?: number;
  readonly versionMinor?: number;
}

/**
 * The 4096-byte os_info page with its checksum over 0x00c–0xfff (meminfo.md section 3).
 */
export function osInfoPage(content: OsInfoContent): Uint8Array {
  const page = new ByteWriter(4096).text(0x000, 'OSINFOSZ');
  page.u16(0x00c, content.versionMajor ?? 1).u16(0x00e, content.versionMinor ?? 1);
  page.u64(0x010, content.crashkernel?.start ?? 0).u64(0x018, content.crashkernel?.size ?? 0);
  for (const entry of content.entries ?? []) {
    const offset = 0x020 + 20 * entry.id;
    if (entry.kind === 'value') page.u64(offset, entry.value);
    else
      page
        .u64(offset, entry.address)
        .u64(offset + 8, entry.size)
        .u32(offset + 16, entry.checksum);
  }
  return page.u32(0x008, cksm(page.bytes.subarray(0x00c))).bytes;
}

/** A data entry for bytes that lie in memory now, with their right checksum. */
export function osInfoDataEntry(memory: MemoryImage, id: number, address: number, size: number): OsInfoEntry {
  return { kind: 'data', id, address, size, checksum: cksm(memory.read(address, size)) };
}

/** Pointers that dump tools look for in the lowcore at absolute 0 (meminfo.md section 2); 0 = none. */
export interface DumpPointers {
  readonly ipib?: number;
  readonly ipibChecksum?: number;
  /** Address of the VMCOREINFO note, or (odd) the load offset | 1 of a kernel that has not set it up yet. */
  readonly vmcoreInfo?: number;
  readonly osInfo?: number;
}

/** Writes only the pointers that are given; vmcore_info at 0xe0c is not aligned. */
export function writeDumpPointers(memory: MemoryImage, pointers: DumpPointers): void {
  if (pointers.ipib !== undefined) memory.u64(0xe00, pointers.ipib);
  if (pointers.ipibChecksum !== undefined) memory.u32(0xe08, pointers.ipibChecksum);
  if (pointers.vmcoreInfo !== undefined) memory.u64(0xe0c, pointers.vmcoreInfo);
  if (pointers.osInfo !== undefined) memory.u64(0xe18, pointers.osInfo);
}

/**
 * An IPL parameter block. The sheets fix only its first 4 bytes, its length; the rest is a recognisable pattern with the
 * bus id of the re-IPL device as text.
 * @param size bytes, a multiple of 4 or not: the checksum must cope with both
 */
export function iplParameterBlock(size = 0x60): Uint8Array {
  const block = new ByteWriter(size)
    .u32(0, size)
    .u8(7, 1)
    .u32(8, size - 8)
    .u8(12, 2);
  return block.text(16, 'reipl 0.0.4711', Math.max(0, size - 16)).bytes;
}
