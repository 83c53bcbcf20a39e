/** Finds word size and byte order of a kdump-compressed file and reads its headers (kdump-compressed.md sections 2 and 3). */
import { DumpError } from '../../shared/dump-error.ts';
import type { Endian } from '../layout/field.ts';
import { parse, view, type Fields, type StructLayout, type StructView } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { diskDumpHeader32, diskDumpHeader64, kdumpSubHeader32Aligned, kdumpSubHeader32Packed, kdumpSubHeader64 } from './kdump-layout.ts';

export interface KdumpHeader {
  readonly bits: 32 | 64;
  readonly endian: Endian;
  readonly version: number;
  readonly names: { readonly sysname: string; readonly nodename: string; readonly release: string; readonly version: string; readonly machine: string };
  /** Seconds since 1970, 0: not recorded. */
  readonly seconds: bigint;
  readonly microseconds: bigint;
  readonly status: number;
  readonly blockSize: number;
  readonly subHeaderBlocks: number;
  readonly bitmapBlocks: number;
  readonly maxMapnr: number;
  readonly cpuCount: number;
  /** Values of the sub header; those that the file's version does not have are absent. */
  readonly physBase: bigint | undefined;
  readonly dumpLevel: number | undefined;
  /** Page frames that this file holds, when it is one part of a split set. */
  readonly split: { readonly start: number; readonly end: number } | undefined;
  readonly notes: Extent | undefined;
  readonly vmcoreinfo: Extent | undefined;
  readonly eraseinfo: Extent | undefined;
  readonly structures: readonly StructView[];
}

interface Extent {
  readonly offset: number;
  readonly bytes: number;
}

const maxBlockSize = 262144;
const combinations = [
  { bits: 32, endian: 'little', blockSize: 416 },
  { bits: 32, endian: 'big', blockSize: 416 },
  { bits: 64, endian: 'little', blockSize: 428 },
  { bits: 64, endian: 'big', blockSize: 428 },
] as const;

/** The combination of word size and byte order with which the sizes make sense; undefined when none does. */
export function detectWords(head: Uint8Array): { readonly bits: 32 | 64; readonly endian: Endian } | undefined {
  const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return combinations.find(({ endian, blockSize }) => {
    if (head.length < blockSize + 16) return false;
    const little = endian === 'little';
    const size = data.getUint32(blockSize, little);
    const bitmapBlocks = data.getUint32(blockSize + 8, little);
    const maxMapnr = data.getUint32(blockSize + 12, little);
    return size >= 4096 && size <= maxBlockSize && (size & (size - 1)) === 0 && 8 * bitmapBlocks * size >= maxMapnr;
  });
}

/** Choice between the two 32-bit sub headers: the packed one if its vmcoreinfo lies where it can lie. */
function subHeaderLayout(bits: 32 | 64, endian: Endian, block: Uint8Array, blockSize: number, blocks: number): StructLayout<Fields> {
  if (bits === 64) return kdumpSubHeader64;
  const packed = parse(kdumpSubHeader32Packed, block, { endian });
  const none = packed.offset_vmcoreinfo === 0n && packed.size_vmcoreinfo === 0;
  const inside = packed.offset_vmcoreinfo > BigInt(blockSize) && packed.offset_vmcoreinfo < BigInt(blockSize * (1 + blocks));
  return none || inside || block.length < kdumpSubHeader32Aligned.size ? kdumpSubHeader32Packed : kdumpSubHeader32Aligned;
}

const extentOf = (offset: unknown, size: unknown): Extent | undefined => {
  const [start, bytes] = [BigInt(offset as bigint | number), BigInt(size as bigint | number)];
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return start === 0n || bytes === 0n || start > limit || bytes > limit ? undefined : { offset: Number(start), bytes: Number(bytes) };
};

/**
 * @throws DumpError corrupt when no combination of word size and byte order makes sense, truncated when the headers are cut off
 */
export function readKdumpHeader(source: ByteSource): KdumpHeader {
  const head = readExactly(source, 0, diskDumpHeader64.size, 'the kdump header');
  const words = detectWords(head);
  if (words === undefined) {
    throw new DumpError(
      'corrupt',
      { file: source.name, offset: 416 },
      'block size, bitmap size and number of page frames are not consistent in any byte order',
      'a block size from 4096 to 262144 and bitmaps that hold all page frames',
    );
  }
  const { bits, endian } = words;
  const layout = bits === 64 ? diskDumpHeader64 : diskDumpHeader32;
  const main = bits === 64 ? parse(diskDumpHeader64, head, { endian }) : parse(diskDumpHeader32, head, { endian });
  const structures: StructView[] = [view(layout as StructLayout<Fields>, head.subarray(0, layout.size), { endian, where: { fileOffset: 0 } })];
  const version = main.header_version;
  // A file without pages may end with the shortest of the three.
  const atLeast = bits === 64 ? kdumpSubHeader64.size : kdumpSubHeader32Packed.size;
  const subBytes = Math.max(atLeast, Math.min(kdumpSubHeader64.size, source.size - main.block_size));
  const subBlock = version < 1 ? undefined : readExactly(source, main.block_size, subBytes, 'the kdump sub header');
  const sub: Readonly<Record<string, unknown>> | undefined =
    subBlock && parse(subHeaderLayout(bits, endian, subBlock, main.block_size, main.sub_hdr_size), subBlock, { endian });
  if (subBlock !== undefined) {
    structures.push(
      view(subHeaderLayout(bits, endian, subBlock, main.block_size, main.sub_hdr_size), subBlock, { endian, where: { fileOffset: main.block_size } }),
    );
  }
  const number = (key: string, wideKey: string): number => {
    const value = BigInt((version >= 6 ? sub?.[wideKey] : sub?.[key]) as bigint | number);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new DumpError('corrupt', { file: source.name, offset: main.block_size }, `${wideKey} is 0x${value.toString(16)}`, 'a page frame number');
    return Number(value);
  };
  const wide = version >= 6 && sub !== undefined ? (sub.max_mapnr_64 as bigint) : BigInt(main.max_mapnr);
  const capacity = BigInt(main.bitmap_blocks) * BigInt(main.block_size) * 8n;
  if (wide > capacity) {
    throw new DumpError(
      'corrupt',
      { file: source.name, offset: main.block_size + 0x60 },
      `max_mapnr_64 is 0x${wide.toString(16)}`,
      `at most 0x${capacity.toString(16)}, what the bitmaps can hold`,
    );
  }
  return {
    bits,
    endian,
    version,
    names: { sysname: main.sysname, nodename: main.nodename, release: main.release, version: main.version, machine: main.machine },
    seconds: BigInt(main.tv_sec),
    microseconds: BigInt(main.tv_usec),
    status: main.status,
    blockSize: main.block_size,
    subHeaderBlocks: main.sub_hdr_size,
    bitmapBlocks: main.bitmap_blocks,
    maxMapnr: Number(wide),
    cpuCount: main.nr_cpus,
    physBase: sub === undefined ? undefined : BigInt(sub.phys_base as bigint | number),
    dumpLevel: sub === undefined ? undefined : (sub.dump_level as number),
    split:
      version >= 2 && sub !== undefined && sub.split !== 0 ? { start: number('start_pfn', 'start_pfn_64'), end: number('end_pfn', 'end_pfn_64') } : undefined,
    notes: version >= 4 && sub !== undefined ? extentOf(sub.offset_note, sub.size_note) : undefined,
    vmcoreinfo: version >= 3 && sub !== undefined ? extentOf(sub.offset_vmcoreinfo, sub.size_vmcoreinfo) : undefined,
    eraseinfo: version >= 5 && sub !== undefined ? extentOf(sub.offset_eraseinfo, sub.size_eraseinfo) : undefined,
    structures,
  };
}
