import { deflateSync } from 'node:zlib';

import { ByteWriter, concatBytes } from './byte-writer.ts';
import { s390Magic } from './s390-standalone.ts';
import { rleCompress } from './rle.ts';
import type { MemoryRange, S390xCpu, System } from './system.ts';

export interface LkcdOptions {
  /** Pages as zlib streams, or run-length encoded, where that is shorter. */
  readonly compressed?: boolean | 'rle' | 'rle-of-libkdumpfile';
  /** From version 9 on, its header area may have any size. */
  readonly bufferSize?: number;
  /** Address ranges without a page record. */
  readonly holes?: readonly MemoryRange[];
  readonly panicString?: string;
  /** The right end record, or one of the two bad ones that occur. */
  readonly end?: 'right' | 'last-page-twice' | 'zero-four-zero' | 'none';
}

const pageSize = 4096;
/** Bytes of the header proper; the s390 extension follows at that offset. */
const headerSize = 734;
const pagesStart = 0x10000;

/** An LKCD dump of s390x (s390-dump.md section 6). */
export function lkcd(system: System, options: LkcdOptions = {}): Uint8Array {
  const pages: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  for (let address = 0; address < system.memory.size; address += pageSize) {
    if ((options.holes ?? []).some((hole) => address >= hole.start && address < hole.start + hole.size)) continue;
    last = pageRecord(address, system.memory.read(address, pageSize), options.compressed ?? false);
    pages.push(last);
  }
  return concatBytes([header(system, pages.length, options), ...pages, ...endRecord(options.end ?? 'right', last)]);
}

/** RLE is 1, gzip 2. */
const compressionCode = (compressed: NonNullable<LkcdOptions['compressed']>): number => (compressed === true ? 2 : compressed === false ? 0 : 1);

function header(system: System, pages: number, options: LkcdOptions): Uint8Array {
  const { bufferSize } = options;
  const extension = bufferSize === undefined ? headerSize : headerSize + 8;
  const writer = new ByteWriter(bufferSize ?? pagesStart)
    .u64(0, s390Magic.lkcd)
    .u32(8, bufferSize === undefined ? 8 : 9)
    .u32(12, extension)
    .u32(16, 4)
    .u32(20, pageSize);
  writer.u64(24, system.memory.size).u64(32, 0).u64(40, system.memory.size).u32(48, pages);
  writer
    .text(52, options.panicString ?? 'sysrq triggered crash', 255)
    .u64(308, system.dumpTime)
    .u64(316, 0);
  const { uts } = system;
  [uts.sysname, uts.nodename, uts.release, uts.version, uts.machine, uts.domainname].forEach((name, index) => {
    writer.text(324 + index * 65, name, 64);
  });
  writer.u64(714, 0).u32(722, compressionCode(options.compressed ?? false));
  if (bufferSize !== undefined) writer.u64(headerSize, bufferSize);
  const cpus = system.cpus.filter((cpu): cpu is S390xCpu => cpu.kind === 's390x');
  writer
    .u64(extension, 0x733339302d64756dn)
    .u32(extension + 8, 1)
    .u32(extension + 12, 20 + 512 * 4);
  writer.u16(extension + 16, cpus.length).u16(extension + 18, cpus.length);
  cpus.forEach((cpu, index) => writer.u32(extension + 20 + index * 4, cpu.prefix));
  return writer.bytes;
}

function packed(page: Uint8Array, compressed: NonNullable<LkcdOptions['compressed']>): Uint8Array {
  if (compressed === true) return new Uint8Array(deflateSync(page));
  return compressed === false ? page : rleCompress(page, { more: compressed === 'rle' ? 1 : 0 });
}

/** Page header {address, size, flags} and data; flags 1 = raw, 2 = compressed. */
function pageRecord(address: number, page: Uint8Array, compressed: NonNullable<LkcdOptions['compressed']>): Uint8Array {
  const stream = packed(page, compressed);
  const shrunk = compressed !== false && stream.length < page.length;
  const data = shrunk ? stream : page;
  return concatBytes([
    new ByteWriter(16)
      .u64(0, address)
      .u32(8, data.length)
      .u32(12, shrunk ? 2 : 1).bytes,
    data,
  ]);
}

function endRecord(kind: 'right' | 'last-page-twice' | 'zero-four-zero' | 'none', last: Uint8Array | undefined): readonly Uint8Array[] {
  const record = (size: number, flags: number): Uint8Array => new ByteWriter(16).u32(8, size).u32(12, flags).bytes;
  switch (kind) {
    case 'right':
      return [record(0, 4)];
    case 'last-page-twice':
      return last === undefined ? [] : [last];
    case 'zero-four-zero':
      return [record(4, 0)];
    case 'none':
      return [];
  }
}
