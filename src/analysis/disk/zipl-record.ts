/**
 * What zipl leaves on a disk that it prepares for a dump (s390-tools: zipl/src/install.c, include/boot/boot_defs.h, zdump/dt_*.c):
 * boot information with the blocks that may be written, the dumper with its parameters at its end, of a multi-volume set the
 * table of volumes, of a SCSI disk a superblock.
 */
import { defined } from '../../shared/defined.ts';
import type { DumpDeviceJson } from '../../shared/disk-model.ts';
import { microsecondsToIso } from '../arch/s390x/tod-clock.ts';
import { bytes, u16, u32, u64, u8 } from '../layout/field.ts';
import { parse, struct } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Disk } from './disk.ts';

/** Blocks that a dumper may write, both inclusive, and their size. */
interface BlockRange {
  readonly startBlock: number;
  readonly endBlock: number;
  readonly blockBytes: number;
}

export interface ZiplRecord {
  readonly device: DumpDeviceJson;
  /** Of the multi-volume dumper: the table as it is stored, equal on all volumes of a set. */
  readonly table?: Uint8Array;
}

export const bootInfo = struct(
  'zipl_boot_info',
  { endian: 'big', size: 40, doc: 'Source: s390-tools include/boot/boot_defs.h (boot_info).' },
  {
    magic: bytes(0x00, 4, 'ASCII "zIPL"'),
    version: u8(0x04, '1'),
    bp_type: u8(0x05, '0: IPL, 1: dump'),
    dev_type: u8(0x06, '0: ECKD, 1: FBA, 2: SCSI'),
    flags: u8(0x07, 'bit 0: 64-bit'),
    eckd_start: u32(0x08, 'ECKD: first block'),
    eckd_end: u32(0x0c, 'ECKD: last block; FBA: first block'),
    eckd_block: u16(0x10, 'ECKD: bytes of a block'),
    eckd_heads: u8(0x12),
    eckd_blocks_per_track: u8(0x13),
    fba_end: u32(0x14, 'FBA: last block'),
  },
);

const dumpType = 1;
const devices = { eckd: 0, fba: 1, scsi: 2 } as const;

export const superblock = struct(
  'scsi_dump_sb',
  { endian: 'big', size: 72, doc: 'Source: s390-tools include/boot/boot_defs.h.' },
  {
    magic: bytes(0x00, 8, 'ASCII "ZFCPDUMP"'),
    version: u64(0x08),
    part_start: u64(0x10, 'first byte of the partition'),
    part_size: u64(0x18, 'bytes of the partition'),
    dump_offset: u64(0x20),
    dump_size: u64(0x28, 'bytes that may be dumped'),
    csum_offset: u64(0x30),
    csum_size: u64(0x38),
    csum: u64(0x40, 'CHECKSUM of the beginning of the partition, with a seed'),
  },
);

interface DumperKind {
  readonly tool: DumpDeviceJson['tool'];
  /** Bytes of the dumper by its version; its parameters are at the end. */
  readonly sizes: Readonly<Record<number, number>>;
}

/** By the seven bytes that a dumper begins with (include/boot/loaders_layout.h). Tools before 2.4 wrote other versions, of which no size is known here. */
const dumpers: Readonly<Record<string, DumperKind>> = {
  XECKD64: { tool: 'eckd', sizes: { 1: 0x3000, 2: 0x8000 } },
  XMULT64: { tool: 'eckd-mv', sizes: { 1: 0x3000, 2: 0x4000 } },
  XDFBA64: { tool: 'fba', sizes: { 1: 0x3000, 2: 0x3000 } },
};
const fbaDumperBytes = 0x3000;
/** Block of the dumper in the compatible disk layout. */
const cdlDumperBlock = 3;
const noLimit = (1n << 64n) - 1n;
const mostVolumes = 32;
const tableBytes = 458;
/** Sectors of the boot loader between the blocks of an FBA disk that may be written and the dumper (zipl/include/boot.h, boot_fba_stage1b). */
const fbaLoaderBytes = 1024;
const fbaBlock = 512;

function readAt(source: ByteSource, at: number, length: number): Uint8Array | undefined {
  if (!Number.isSafeInteger(at) || at < 0 || at + length > source.size) return undefined;
  const found = new Uint8Array(length);
  return source.readInto(at, found) === length ? found : undefined;
}

const asciiOf = (found: Uint8Array): string => Buffer.from(found).toString('latin1');

interface Dumper {
  readonly tool: DumpDeviceJson['tool'];
  readonly version: number;
  readonly size: number;
  readonly force: number;
  readonly noCompress: number;
  readonly limit: bigint;
}

function dumperAt(source: ByteSource, at: number): Dumper | undefined {
  const head = readAt(source, at, 8);
  const kind = head === undefined ? undefined : dumpers[asciiOf(head.subarray(0, 7))];
  if (head === undefined || kind === undefined) return undefined;
  const version = head[7] ?? 0;
  const size = kind.sizes[version];
  const tail = size === undefined ? undefined : readAt(source, at + size - 10, 10);
  // Of another version it is not known where its parameters are.
  if (size === undefined || tail === undefined) return { tool: kind.tool, version, size: 0, force: 0, noCompress: 0, limit: 0n };
  return { tool: kind.tool, version, size, noCompress: tail[0] ?? 0, force: tail[1] ?? 0, limit: Buffer.from(tail).readBigUInt64BE(2) };
}

/** Parameters of the dumper, as far as its version has them. */
function dumperFacts({ tool, version, size, force, noCompress, limit }: Dumper): Omit<DumpDeviceJson, 'tool'> {
  if (size === 0) return { version };
  return {
    version,
    ...(limit === noLimit ? { unlimited: true as const } : limit <= BigInt(Number.MAX_SAFE_INTEGER) ? { sizeLimit: Number(limit) } : {}),
    ...(tool === 'eckd-mv' ? { force: force !== 0 } : {}),
    ...(tool === 'eckd' && version >= 2 ? { noCompress: noCompress !== 0 } : {}),
  };
}

/** The table of volumes after the multi-volume dumper. The time is that of zipl's own clock: seconds above bit 20, microseconds below. */
function volumeTable(source: ByteSource, at: number): Pick<DumpDeviceJson, 'volumes' | 'installed'> & { readonly table?: Uint8Array } {
  const table = readAt(source, at, tableBytes);
  if (table === undefined) return {};
  const data = Buffer.from(table);
  const count = data.readUInt16BE(8);
  const time = data.readBigUInt64BE(0);
  const [seconds, fraction] = [time >> 20n, time & 0xfffffn];
  if (count === 0 || count > mostVolumes) return {};
  const volumes = Array.from({ length: count }, (_, index) => {
    const entry = 10 + 13 * index;
    const ssid = data.readUInt8(426 + index);
    return {
      busId: `0.${ssid.toString(16)}.${data.readUInt16BE(entry).toString(16).padStart(4, '0')}`,
      startBlock: data.readUInt32BE(entry + 2),
      endBlock: data.readUInt32BE(entry + 6),
      blockBytes: data.readUInt8(entry + 10) * 256,
    };
  });
  // Later than year 9999 no clock was.
  const installed = seconds === 0n || seconds > 253_402_300_799n || fraction > 999_999n ? undefined : microsecondsToIso(seconds * 1_000_000n + fraction);
  return { table, volumes, ...defined({ installed }) };
}

/** @param at position of the dumper */
function fromDumper(source: ByteSource, at: number, known: Partial<DumpDeviceJson>): ZiplRecord | undefined {
  const dumper = dumperAt(source, at);
  if (dumper === undefined) return undefined;
  const { table, ...ofSet } = dumper.tool === 'eckd-mv' && dumper.size > 0 ? volumeTable(source, at + dumper.size) : {};
  return { device: { tool: dumper.tool, ...dumperFacts(dumper), ...known, ...ofSet }, ...defined({ table }) };
}

/** The superblock of the SCSI dump tool; undefined where the record leads to none. */
function fromSuperblock(source: ByteSource, at: number, arch: DumpDeviceJson['arch']): ZiplRecord | undefined {
  const head = readAt(source, at, superblock.size);
  if (head === undefined) return undefined;
  const one = parse(superblock, head);
  if (asciiOf(one.magic) !== 'ZFCPDUMP') return undefined;
  const { version, part_start: start, part_size: size } = one;
  const last = start + size;
  const inDisk = size > 0n && last <= BigInt(Number.MAX_SAFE_INTEGER);
  return {
    device: {
      tool: 'scsi',
      ...(version <= 0xffff_ffffn ? { version: Number(version) } : {}),
      ...defined({ arch }),
      ...(one.dump_size > 0n && one.dump_size <= BigInt(Number.MAX_SAFE_INTEGER) ? { sizeLimit: Number(one.dump_size) } : {}),
      ...(inDisk ? { startBlock: Number(start / 512n), endBlock: Number(last / 512n) - 1, blockBytes: 512 } : {}),
    },
  };
}

/** Where the boot information is: after the boot loader's first part, which the compatible disk layout has in its second record, after a key of four bytes. */
const bootInfoAt = ({ layout, blockBytes }: Disk): number => (layout === 'cdl' ? blockBytes + 4 + 0x58 : 0x70);

/**
 * The record on a whole disk; undefined where zipl left none that is for dumps.
 * @param disk as far as it is known; of an FBA disk without a label nothing else tells where its partition is
 */
export function readZiplRecord(disk: Disk): ZiplRecord | undefined {
  const { source, blockBytes, layout, partitions } = disk;
  const stored = readAt(source, bootInfoAt(disk), bootInfo.size);
  const info = stored === undefined ? undefined : parse(bootInfo, stored);
  const isForDump = info !== undefined && asciiOf(info.magic) === 'zIPL' && info.bp_type === dumpType;
  const arch = !isForDump ? undefined : (info.flags & 1) === 1 ? ('s390x' as const) : ('s390' as const);
  const known = defined({ arch });
  if (isForDump && info.dev_type === devices.scsi && stored !== undefined)
    return fromSuperblock(source, Number(new DataView(stored.buffer).getBigUint64(8)), arch);
  if (isForDump && info.dev_type === devices.fba) {
    const range = { startBlock: info.eckd_end, endBlock: info.fba_end, blockBytes: fbaBlock };
    const at = (info.fba_end + 1) * fbaBlock + fbaLoaderBytes;
    return fromDumper(source, at, { ...known, ...range }) ?? { device: { tool: 'fba', ...known, ...range } };
  }
  const range = isForDump ? { startBlock: info.eckd_start, endBlock: info.eckd_end, ...(info.eckd_block === 0 ? {} : { blockBytes: info.eckd_block }) } : {};
  if (layout === 'cdl') return fromDumper(source, cdlDumperBlock * blockBytes, { ...known, ...range });
  // In the Linux disk layout the dumper lies where the dump will: a dump has overwritten it.
  const [first] = partitions;
  const inPlace = first === undefined ? undefined : fromDumper(source, first.start, { ...known, ...range });
  return inPlace ?? (isForDump && info.dev_type === devices.eckd ? { device: { tool: 'eckd', ...known, ...range } } : undefined);
}

/** The record in the image of a partition alone: at its end on an FBA disk, at its begin in the Linux disk layout before there is a dump. */
export function readPartitionRecord(partition: ByteSource): ZiplRecord | undefined {
  return fromDumper(partition, partition.size - fbaDumperBytes, {}) ?? fromDumper(partition, 0, {});
}

/** An FBA disk without a label: zipl's boot information alone says where its partition is. */
export function fbaRange(source: ByteSource): BlockRange | undefined {
  const stored = readAt(source, 0x70, bootInfo.size);
  if (stored === undefined) return undefined;
  const info = parse(bootInfo, stored);
  if (asciiOf(info.magic) !== 'zIPL' || info.bp_type !== dumpType || info.dev_type !== devices.fba || info.fba_end < info.eckd_end) return undefined;
  return { startBlock: info.eckd_end, endBlock: info.fba_end, blockBytes: fbaBlock };
}
