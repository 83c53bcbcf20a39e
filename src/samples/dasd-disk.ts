import { ebcdicBytes } from '../shared/ebcdic.ts';
import { alignUp, ByteWriter } from './byte-writer.ts';
import { ziplBootInfo, ziplDumper, ziplVolumeTable, type SampleVolume, type ZiplDumperOptions } from './zipl-record.ts';

/** A 3390 with blocks of 4096 bytes. */
const heads = 15;
const blocksPerTrack = 12;
const blockBytes = 4096;
const trackBytes = blocksPerTrack * blockBytes;
const firstPartitionTrack = 2;
const labelBytes = 140;
const fillByte = 0xe5;

function ebcdic(text: string, length: number): Uint8Array {
  const bytes = ebcdicBytes(text.padEnd(length), '037');
  if (!(bytes instanceof Uint8Array)) throw new RangeError(`"${text}" has no EBCDIC`);
  return bytes;
}

export interface DasdPartition {
  readonly data: Uint8Array;
  readonly tracks?: number;
  /** Data set name; LINUX.V<volume>.PART000n.NATIVE unless given. */
  readonly name?: string;
  /** Format of its label; 1 unless given. */
  readonly format?: 1 | 8;
}

export interface CdlOptions {
  readonly volume?: string;
  /** What zipl left for a dump into the first partition. */
  readonly zipl?: ZiplDumperOptions & {
    readonly endBlock?: number;
    /** Of a multi-volume set: the table of all volumes, and when zipl wrote it (microseconds since 1970). */
    readonly volumes?: readonly SampleVolume[];
    readonly time?: bigint;
  };
  readonly finish?: (disk: Uint8Array) => Uint8Array;
}

const cchh = (track: number): readonly [cc: number, hh: number] => {
  const cylinder = Math.floor(track / heads);
  return [cylinder & 0xffff, ((cylinder >> 16) << 4) | (track % heads)];
};

/** Blocks of the partition that a disk of one partition would have, for a table of volumes. */
export const cdlBlocks = (tracks: number): { readonly startBlock: number; readonly endBlock: number } => ({
  startBlock: firstPartitionTrack * blocksPerTrack,
  endBlock: (firstPartitionTrack + tracks) * blocksPerTrack - 1,
});

export const cdlTracks = (bytes: number): number => Math.ceil(bytes / trackBytes);

/** An ECKD DASD in the compatible disk layout as dd reads it from Linux: labels as blocks, filled with 0xe5. */
export function cdlDisk(partitions: readonly DasdPartition[], options: CdlOptions = {}): Uint8Array {
  const volume = options.volume ?? '0X0201';
  let next = firstPartitionTrack;
  const placed = partitions.map((partition) => {
    const first = next;
    const tracks = partition.tracks ?? Math.max(1, cdlTracks(partition.data.length));
    next += tracks;
    return { ...partition, first, tracks };
  });
  const cylinders = Math.ceil(next / heads);
  const disk = new ByteWriter(cylinders * heads * trackBytes);
  const labelBlock = (block: number, key: string, length: number): number => {
    const at = block * blockBytes;
    disk.bytes.fill(fillByte, at + length, at + blockBytes);
    disk.raw(at, ebcdic(key, 4));
    return at;
  };
  labelBlock(0, 'IPL1', 28);
  const second = labelBlock(1, 'IPL2', 148);
  const label = labelBlock(2, 'VOL1', 84);
  disk.bytes.fill(0x40, label + 4, label + 84);
  disk.raw(label + 4, ebcdic('VOL1', 4)).raw(label + 8, ebcdic(volume, 6));
  disk
    .u16(label + 15, 0)
    .u16(label + 17, 1)
    .u8(label + 19, 1);
  const { zipl } = options;
  const [own] = placed;
  if (zipl !== undefined && own !== undefined) {
    const startBlock = own.first * blocksPerTrack;
    const endBlock = zipl.endBlock ?? startBlock + own.tracks * blocksPerTrack - 1;
    disk.raw(second + 4 + 0x58, ziplBootInfo('eckd', { startBlock, endBlock }));
    const dumper = ziplDumper(zipl.volumes === undefined ? 'XECKD64' : 'XMULT64', zipl);
    disk.raw(3 * blockBytes, dumper);
    if (zipl.volumes !== undefined) disk.raw(3 * blockBytes + dumper.length, ziplVolumeTable(zipl.time ?? 0n, zipl.volumes));
  }
  const dscb = (index: number): number => {
    const at = (blocksPerTrack + index) * blockBytes;
    disk.bytes.fill(0, at, at + labelBytes);
    return at;
  };
  for (let index = 0; index < blocksPerTrack; index += 1) {
    const at = (blocksPerTrack + index) * blockBytes;
    disk.bytes.fill(fillByte, at + labelBytes, at + blockBytes);
  }
  const four = dscb(0);
  disk.bytes.fill(0x04, four, four + 44);
  disk
    .u8(four + 44, 0xf4)
    .u16(four + 0x3e, cylinders)
    .u16(four + 0x40, heads)
    .u8(four + 0x4a, blocksPerTrack);
  disk
    .u8(four + 0x69, 1)
    .u16(four + 0x6d, 1)
    .u16(four + 0x71, 1)
    .u32(four + 0x84, cylinders);
  disk.u8(dscb(1) + 44, 0xf5);
  disk.u8(dscb(2) + 44, 0xf7);
  let slot = 3;
  placed.forEach(({ name, format = 1, first, tracks, data }, index) => {
    const at = dscb(slot);
    slot += 1;
    disk.raw(at, ebcdic(name ?? `LINUX.V${volume}.PART${String(index + 1).padStart(4, '0')}.NATIVE`, 44)).u8(at + 44, 0xf0 + format);
    const [lowerCc, lowerHh] = cchh(first);
    const [upperCc, upperHh] = cchh(first + tracks - 1);
    disk
      .u8(at + 0x3b, 1)
      .u8(at + 0x69, 1)
      .u16(at + 0x6b, lowerCc)
      .u16(at + 0x6d, lowerHh)
      .u16(at + 0x6f, upperCc)
      .u16(at + 0x71, upperHh);
    if (format === 8) {
      disk.u8(dscb(slot) + 44, 0xf9);
      slot += 1;
    }
    disk.raw(first * trackBytes, data);
  });
  return options.finish === undefined ? disk.bytes : options.finish(disk.bytes);
}

export interface LdlOptions {
  readonly volume?: string;
  /** What zipl left; the dumper itself is where a dump overwrites it. */
  readonly zipl?: ZiplDumperOptions;
  /** No number of formatted blocks, as before large volumes. */
  readonly withoutSize?: boolean;
}

/** An ECKD DASD in the Linux disk layout: a label in block 2, one partition after it. Without data it is one that is prepared for a dump. */
export function ldlDisk(data: Uint8Array | undefined, { volume = '0X0202', zipl, withoutSize = false }: LdlOptions = {}): Uint8Array {
  const bytes = alignUp(3 * blockBytes + (data?.length ?? 0x20000), heads * trackBytes);
  const disk = new ByteWriter(bytes);
  const label = 2 * blockBytes;
  disk.raw(label, ebcdic('LNX1', 4)).raw(label + 4, ebcdic(volume, 6));
  if (!withoutSize) disk.u8(label + 0x4f, 0xf2).u64(label + 0x50, bytes / blockBytes);
  if (zipl !== undefined) disk.raw(0x70, ziplBootInfo('eckd', { startBlock: 3, endBlock: bytes / blockBytes - 1 }));
  if (data !== undefined) disk.raw(3 * blockBytes, data);
  else if (zipl !== undefined) disk.raw(3 * blockBytes, ziplDumper('XECKD64', zipl));
  return disk.bytes;
}

/** An FBA DASD without a label that zipl prepared: the partition begins in block 2, loader and dumper are at its end. */
export function fbaDisk(data: Uint8Array | undefined, zipl: ZiplDumperOptions = {}): Uint8Array {
  const block = 512;
  const room = alignUp(data?.length ?? 0x20000, block);
  const endBlock = 2 + room / block - 1;
  const dumper = ziplDumper('XDFBA64', zipl);
  const disk = new ByteWriter((endBlock + 1) * block + 1024 + dumper.length);
  disk.raw(0x70, ziplBootInfo('fba', { startBlock: 2, endBlock }));
  if (data !== undefined) disk.raw(2 * block, data);
  disk.raw((endBlock + 1) * block + 1024, dumper);
  return disk.bytes;
}
