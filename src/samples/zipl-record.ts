import { ascii, ByteWriter } from './byte-writer.ts';

export interface ZiplBootInfo {
  /** Both inclusive. */
  readonly startBlock: number;
  readonly endBlock: number;
}

export interface ZiplDumperOptions {
  readonly version?: number;
  /** Bytes; none unless given. */
  readonly sizeLimit?: bigint;
  readonly force?: boolean;
  readonly noCompress?: boolean;
}

const noLimit = (1n << 64n) - 1n;

/** Boot information of an ECKD or FBA disk that is prepared for a dump (s390-tools, include/boot/boot_defs.h). */
export function ziplBootInfo(kind: 'eckd' | 'fba', { startBlock, endBlock }: ZiplBootInfo): Uint8Array {
  const info = new ByteWriter(40)
    .text(0, 'zIPL')
    .u8(4, 1)
    .u8(5, 1)
    .u8(6, kind === 'fba' ? 1 : 0)
    .u8(7, 1);
  if (kind === 'fba') return info.u32(12, startBlock).u32(20, endBlock).bytes;
  return info.u32(8, startBlock).u32(12, endBlock).u16(16, 4096).u8(18, 15).u8(19, 12).bytes;
}

/** The boot information of a SCSI disk: it leads to a superblock. */
export const ziplScsiBootInfo = (superblockAt: number): Uint8Array =>
  new ByteWriter(40).text(0, 'zIPL').u8(4, 1).u8(5, 1).u8(6, 2).u8(7, 1).u64(8, superblockAt).bytes;

export const scsiSuperblock = (partStart: number, partSize: number, dumpSize: number): Uint8Array =>
  new ByteWriter(72).text(0, 'ZFCPDUMP').u64(8, 1).u64(16, partStart).u64(24, partSize).u64(40, dumpSize).bytes;

const sizes: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  XECKD64: { 1: 0x3000, 2: 0x8000 },
  XMULT64: { 1: 0x3000, 2: 0x4000 },
  XDFBA64: { 1: 0x3000 },
};

/** A dumper without its program: name and version at the begin, parameters at the end. */
export function ziplDumper(magic: 'XECKD64' | 'XMULT64' | 'XDFBA64', options: ZiplDumperOptions = {}): Uint8Array {
  const version = options.version ?? (magic === 'XDFBA64' ? 1 : 2);
  const size = sizes[magic]?.[version] ?? 0x3000;
  const dumper = new ByteWriter(size).raw(0, ascii(magic)).u8(7, version);
  dumper.u8(size - 10, options.noCompress === true ? 1 : 0).u8(size - 9, options.force === true ? 1 : 0);
  return dumper.u64(size - 8, options.sizeLimit ?? noLimit).bytes;
}

export interface SampleVolume extends ZiplBootInfo {
  readonly devno: number;
  readonly ssid?: number;
}

/** The table of volumes after a multi-volume dumper. @param time microseconds since 1970 when zipl ran */
export function ziplVolumeTable(time: bigint, volumes: readonly SampleVolume[]): Uint8Array {
  const table = new ByteWriter(512).u64(0, ((time / 1_000_000n) << 20n) + (time % 1_000_000n)).u16(8, volumes.length);
  volumes.forEach(({ devno, ssid = 0, startBlock, endBlock }, index) => {
    const at = 10 + 13 * index;
    table
      .u16(at, devno)
      .u32(at + 2, startBlock)
      .u32(at + 6, endBlock)
      .u8(at + 10, 16)
      .u8(at + 11, 12)
      .u8(at + 12, 15);
    table.u8(426 + index, ssid);
  });
  return table.bytes;
}
