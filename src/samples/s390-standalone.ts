import { ByteWriter, concatBytes } from './byte-writer.ts';
import type { S390xCpu, System } from './system.ts';
import { todOfSeconds } from './tod.ts';

/** The fields of the 4096-byte header that s390, s390_ext, s390mv and s390mv_ext share (s390-dump.md section 1). */
export interface S390Header {
  readonly magic: bigint;
  readonly version: number;
  readonly hdrSize: number;
  readonly dumpLevel: number;
  readonly pageSize: number;
  readonly memSize: bigint;
  readonly memStart: bigint;
  readonly memEnd: bigint;
  readonly numPages: number;
  readonly tod: bigint;
  readonly cpuId: bigint;
  readonly arch: number;
  readonly volnr: number;
  readonly buildArch: number;
  readonly memSizeReal: bigint;
  readonly mvdump: number;
  readonly cpuCnt: number;
  readonly realCpuCnt: number;
  readonly zlibVersion: number;
  readonly zlibEntrySize: number;
  readonly mvdumpSign: bigint;
  readonly mvdumpZiplTime: bigint;
  /** Prefixes; at most 512. */
  readonly lcVec: readonly number[];
}

export const s390Magic = { lkcd: 0xa8190173618f23edn, plain: 0xa8190173618f23fdn, extended: 0xa8190173618f23fen } as const;

/** Writes the header; the fields from 0x054 to 0x065 are not aligned. */
export function encodeS390Header(header: S390Header): Uint8Array {
  const block = new ByteWriter(4096);
  block.u64(0x000, header.magic).u32(0x008, header.version).u32(0x00c, header.hdrSize);
  block.u32(0x010, header.dumpLevel).u32(0x014, header.pageSize);
  block.u64(0x018, header.memSize).u64(0x020, header.memStart).u64(0x028, header.memEnd).u32(0x030, header.numPages);
  block.u64(0x038, header.tod).u64(0x040, header.cpuId).u32(0x048, header.arch).u32(0x04c, header.volnr);
  block.u32(0x050, header.buildArch).u64(0x054, header.memSizeReal).u8(0x05c, header.mvdump);
  block.u16(0x05d, header.cpuCnt).u16(0x05f, header.realCpuCnt);
  block.u8(0x061, header.zlibVersion).u32(0x062, header.zlibEntrySize);
  block.u64(0x200, header.mvdumpSign).u64(0x208, header.mvdumpZiplTime);
  header.lcVec.forEach((prefix, index) => block.u32(0x800 + index * 4, prefix));
  return block.bytes;
}

/** Who wrote the file: the dumper that zipl installs, or zgetdump as a converter, which knows neither time nor machine. */
export type S390Producer = 'zipl' | 'zgetdump';

/** The header that a producer writes for a system. */
export function s390Header(system: System, producer: S390Producer, changes: Partial<S390Header> = {}): S390Header {
  const zipl = producer === 'zipl';
  const memSize = changes.memSize ?? BigInt(system.memory.size);
  const cpus = system.cpus.filter((cpu): cpu is S390xCpu => cpu.kind === 's390x');
  return {
    magic: s390Magic.plain,
    version: 5,
    hdrSize: 0x1000,
    dumpLevel: 4,
    pageSize: 0x1000,
    memSize,
    memStart: 0n,
    memEnd: zipl ? memSize : memSize - 1n,
    numPages: Number(BigInt.asUintN(32, memSize >> 12n)),
    tod: zipl ? todOfSeconds(system.dumpTime) : 0n,
    cpuId: zipl ? system.cpuId : 0n,
    arch: 2,
    volnr: 0,
    buildArch: zipl ? 2 : 0,
    memSizeReal: zipl ? BigInt(system.memory.size) : 0n,
    mvdump: 0,
    cpuCnt: cpus.length,
    realCpuCnt: zipl ? cpus.length : 0,
    zlibVersion: 0,
    zlibEntrySize: 0,
    mvdumpSign: 0n,
    mvdumpZiplTime: 0n,
    lcVec: cpus.map((cpu) => cpu.prefix),
    ...changes,
  };
}

/** The 16-byte end marker (s390-dump.md section 3). */
export function s390EndMarker(tod: bigint): Uint8Array {
  return new ByteWriter(16).text(0, 'DUMP_END').u64(8, tod).bytes;
}

export interface S390StandaloneOptions {
  /** 'zipl' unless given. */
  readonly producer?: S390Producer;
  /** Replaces single header fields. */
  readonly header?: Partial<S390Header>;
  /** TOD in the end marker; 'none' leaves the marker out. Two seconds after the header's for zipl, 0 for zgetdump. */
  readonly endTod?: bigint | 'none';
  /** Bytes after the marker; zipl fills its 4096-byte block with zeros. */
  readonly trailing?: Uint8Array;
  /** Last change to the finished bytes. */
  readonly finish?: (file: Uint8Array) => Uint8Array;
}

/** A plain single-volume stand-alone dump: header, all memory, end marker (s390-dump.md section 4). */
export function s390Standalone(system: System, options: S390StandaloneOptions = {}): Uint8Array {
  const producer = options.producer ?? 'zipl';
  const header = s390Header(system, producer, options.header);
  const stored = Number(header.memSize <= BigInt(system.memory.size) ? header.memSize : BigInt(system.memory.size));
  const parts = [encodeS390Header(header), system.memory.read(0, stored)];
  if (options.endTod !== 'none') {
    parts.push(s390EndMarker(options.endTod ?? defaultEndTod(header)));
    parts.push(options.trailing ?? new Uint8Array(producer === 'zipl' ? 4096 - 16 : 0));
  }
  const file = concatBytes(parts);
  return options.finish === undefined ? file : options.finish(file);
}

/** Two seconds after the start, or 0 when the start is not known. */
export const defaultEndTod = (header: S390Header): bigint => (header.tod === 0n ? 0n : header.tod + 2000000n * 4096n);
