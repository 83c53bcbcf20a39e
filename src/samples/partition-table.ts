import { crc32 } from 'node:zlib';
import { alignUp, ByteWriter } from './byte-writer.ts';

export interface SamplePartition {
  readonly data: Uint8Array;
  /** In a GPT. */
  readonly name?: string;
  /** In an MBR; 0x83 unless given. */
  readonly type?: number;
  /** First sector, where it matters; after the partition before it otherwise. */
  readonly start?: number;
  /** Number of the entry in a GPT, from 1; the next one unless given. */
  readonly number?: number;
  /** In the extended partition of an MBR. */
  readonly logical?: boolean;
}

export interface PartitionedDiskOptions {
  /** 512 unless given. */
  readonly sector?: 512 | 4096;
  /** Sectors between partitions. */
  readonly gap?: number;
  /** Last change to the finished bytes. */
  readonly finish?: (disk: Uint8Array) => Uint8Array;
}

const linuxType = '0fc63daf-8483-4772-8e79-3d69d8477de4';
const entryCount = 128;
const entryBytes = 128;

function guidBytes(text: string): Uint8Array {
  const raw = Buffer.from(text.replaceAll('-', ''), 'hex');
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (at) => raw[at] ?? 0);
}

interface Placed extends SamplePartition {
  readonly start: number;
  readonly sectors: number;
}

function place(partitions: readonly SamplePartition[], first: number, sector: number, gap: number): readonly Placed[] {
  let next = first;
  return partitions.map((partition) => {
    const start = partition.start ?? next;
    const sectors = Math.max(1, Math.ceil(partition.data.length / sector));
    next = start + sectors + gap;
    return { ...partition, start, sectors };
  });
}

const endOf = (placed: readonly Placed[], first: number): number => placed.reduce((end, { start, sectors }) => Math.max(end, start + sectors), first);

/** A disk with a protective boot record, a GPT, and its backup (UEFI specification, section 5.3). */
export function gptDisk(partitions: readonly SamplePartition[], { sector = 512, gap = 0, finish }: PartitionedDiskOptions = {}): Uint8Array {
  const tableSectors = (entryCount * entryBytes) / sector;
  const first = 2 + tableSectors;
  const placed = place(partitions, first, sector, gap);
  const last = endOf(placed, first) + tableSectors;
  const disk = new ByteWriter((last + 1) * sector, 'little');
  disk
    .u8(446 + 4, 0xee)
    .u32(446 + 8, 1)
    .u32(446 + 12, last)
    .u16(510, 0xaa55);
  const entries = new ByteWriter(entryCount * entryBytes, 'little');
  placed.forEach(({ name = '', start, sectors, number }, index) => {
    const at = ((number ?? index + 1) - 1) * entryBytes;
    entries.raw(at, guidBytes(linuxType)).raw(at + 16, guidBytes(`00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`));
    entries
      .u64(at + 32, start)
      .u64(at + 40, start + sectors - 1)
      .raw(at + 56, Buffer.from(name, 'utf16le'));
  });
  const header = (at: number, own: number, other: number, entriesAt: number): void => {
    const bytes = new ByteWriter(92, 'little').text(0, 'EFI PART').u32(8, 0x10000).u32(12, 92);
    bytes
      .u64(24, own)
      .u64(32, other)
      .u64(40, first)
      .u64(48, last - tableSectors - 1);
    bytes.u64(72, entriesAt).u32(80, entryCount).u32(84, entryBytes).u32(88, crc32(entries.bytes));
    bytes.u32(16, crc32(bytes.bytes));
    disk.raw(at, bytes.bytes);
  };
  header(sector, 1, last, 2);
  disk.raw(2 * sector, entries.bytes);
  header(last * sector, last, 1, last - tableSectors);
  disk.raw((last - tableSectors) * sector, entries.bytes);
  for (const { start, data } of placed) disk.raw(start * sector, data);
  return finish === undefined ? disk.bytes : finish(disk.bytes);
}

/** A disk with a master boot record; logical partitions lie in an extended one after the primary ones. */
export function mbrDisk(partitions: readonly SamplePartition[], { sector = 512, gap = 0, finish }: PartitionedDiskOptions = {}): Uint8Array {
  const primary = place(
    partitions.filter(({ logical }) => logical !== true),
    8,
    sector,
    gap,
  );
  const extended = endOf(primary, 8) + gap;
  let next = extended;
  const logical = partitions
    .filter((one) => one.logical === true)
    .map((partition) => {
      const link = next;
      const sectors = Math.max(1, Math.ceil(partition.data.length / sector));
      next = link + 1 + sectors + gap;
      return { ...partition, link, start: link + 1, sectors };
    });
  if (primary.length > (logical.length > 0 ? 3 : 4)) throw new RangeError('a boot record has four entries');
  const disk = new ByteWriter(alignUp(Math.max(next, endOf(primary, 8)), 8) * sector, 'little');
  const entry = (record: number, index: number, type: number, start: number, sectors: number): void => {
    const at = record + 446 + 16 * index;
    disk
      .u8(at + 4, type)
      .u32(at + 8, start)
      .u32(at + 12, sectors);
  };
  primary.forEach(({ type = 0x83, start, sectors, data }, index) => {
    entry(0, index, type, start, sectors);
    disk.raw(start * sector, data);
  });
  disk.u16(510, 0xaa55);
  if (logical.length > 0) entry(0, primary.length, 0x05, extended, next - extended);
  logical.forEach(({ type = 0x83, link, start, sectors, data }, index) => {
    const record = link * sector;
    disk.u16(record + 510, 0xaa55);
    entry(record, 0, type, start - link, sectors);
    const following = logical[index + 1];
    if (following !== undefined) entry(record, 1, 0x05, following.link - extended, following.sectors + 1);
    disk.raw(start * sector, data);
  });
  return finish === undefined ? disk.bytes : finish(disk.bytes);
}
