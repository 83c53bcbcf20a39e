import { ascii, ByteWriter, concatBytes, type Endian } from './byte-writer.ts';
import { encodeNotes, systemNotes, vmcoreinfo, type ElfNote } from './elf-notes.ts';
import { storedPage, pageCodecs, type PageCodec } from './page-codec.ts';
import type { MemoryRange, System } from './system.ts';

/** Word size of the writing machine; 32-bit sub headers come with 8-byte items aligned (ARM) or packed (i386). */
export type KdumpWords = '64' | '32-aligned' | '32-packed';

export interface KdumpOptions {
  /** makedumpfile unless given; QEMU knows no names, no time, and stores all RAM. */
  readonly producer?: 'makedumpfile' | 'qemu';
  /** 0 … 6; 6 unless given. */
  readonly version?: number;
  readonly words?: KdumpWords;
  /** Page size in bytes; 4096 unless given. */
  readonly blockSize?: number;
  /** One codec for all pages, or one per PFN. 'zlib' unless given. */
  readonly codec?: PageCodec | ((pfn: number) => PageCodec);
  /** makedumpfile -d; 31 unless given. Bit 1 lets all zero pages share one block. */
  readonly dumpLevel?: number;
  /** Addresses without RAM (bitmap 1 and 2 clear); the crashkernel area for makedumpfile unless given. */
  readonly holes?: readonly MemoryRange[];
  /** RAM that the filter left out (bitmap 2 clear). */
  readonly excluded?: readonly MemoryRange[];
  /** Pages with a descriptor of offset 0, as when the writer ran out of space; sets the incomplete status. */
  readonly lost?: readonly MemoryRange[];
  /** More status bits: 0x10 vmemmap excluded. */
  readonly status?: number;
  /** Writes bitmap 2 only. */
  readonly singleBitmap?: boolean;
  /** Lines for the erase information. */
  readonly erase?: string;
  readonly extraNotes?: readonly ElfNote[];
  /** [first, end) PFNs of one file of a split set. */
  readonly split?: readonly [number, number];
  /** Page data begin at the next block, as libkdumpfile's builder writes them, instead of right after the descriptors. */
  readonly dataAtBlock?: boolean;
  /** The header's time in seconds, with no microseconds: makedumpfile's copy of CRASHTIME. */
  readonly headerSeconds?: number;
  /** phys_base of the sub header; 0 unless given. */
  readonly physBase?: number;
  /** Replaces 32-bit fields of the main header by name. */
  readonly header?: Partial<Record<'status' | 'blockSize' | 'subHdrSize' | 'bitmapBlocks' | 'maxMapnr' | 'nrCpus', number>>;
}

/** 64-bit, 32-bit offset of each field after the names (kdump-compressed.md section 2). */
const headerFields = {
  status: [424, 412],
  blockSize: [428, 416],
  subHdrSize: [432, 420],
  bitmapBlocks: [436, 424],
  maxMapnr: [440, 428],
  nrCpus: [460, 448],
} as const;

/** Offsets for 64-bit, 32-bit aligned and 32-bit packed; size in 64-bit and 32-bit files; first version (section 3). */
const subHeaderFields = {
  physBase: [0x00, 0x00, 0x00, 8, 4, 0],
  dumpLevel: [0x08, 0x04, 0x04, 4, 4, 1],
  split: [0x0c, 0x08, 0x08, 4, 4, 2],
  startPfn: [0x10, 0x0c, 0x0c, 8, 4, 2],
  endPfn: [0x18, 0x10, 0x10, 8, 4, 2],
  offsetVmcoreinfo: [0x20, 0x18, 0x14, 8, 8, 3],
  sizeVmcoreinfo: [0x28, 0x20, 0x1c, 8, 4, 3],
  offsetNote: [0x30, 0x28, 0x20, 8, 8, 4],
  sizeNote: [0x38, 0x30, 0x28, 8, 4, 4],
  offsetEraseinfo: [0x40, 0x38, 0x2c, 8, 8, 5],
  sizeEraseinfo: [0x48, 0x40, 0x34, 8, 4, 5],
  startPfn64: [0x50, 0x48, 0x38, 8, 8, 6],
  endPfn64: [0x58, 0x50, 0x40, 8, 8, 6],
  maxMapnr64: [0x60, 0x58, 0x48, 8, 8, 6],
} as const;

const wordColumn: Readonly<Record<KdumpWords, 0 | 1 | 2>> = { '64': 0, '32-aligned': 1, '32-packed': 2 };
const subHeaderSizes: Readonly<Record<KdumpWords, number>> = { '64': 0x68, '32-aligned': 0x60, '32-packed': 0x50 };

/** A kdump-compressed file of a system (kdump-compressed.md). Throws RangeError when the memory is not whole pages. */
export function kdumpCompressed(system: System, options: KdumpOptions = {}): Uint8Array {
  const { endian } = system;
  const qemu = options.producer === 'qemu';
  const version = options.version ?? 6;
  const words = options.words ?? '64';
  const blockSize = options.blockSize ?? 4096;
  const dumpLevel = options.dumpLevel ?? (qemu ? 1 : 31);
  const pages = system.memory.size / blockSize;
  if (!Number.isInteger(pages)) throw new RangeError('the memory is not made of whole pages');

  const notes = systemNotes(system, qemu ? 'qemu' : 'kernel').concat(options.extraNotes ?? []);
  const noteBytes = version >= 4 ? encodeNotes(notes, endian) : new Uint8Array(0);
  const info = system.vmcoreinfo === undefined || qemu ? undefined : ascii(system.vmcoreinfo);
  const behindSubHeader = version === 3 && info !== undefined ? info : noteBytes;
  const headerBytes = subHeaderSizes[words];
  const subHdrSize = Math.ceil((headerBytes + behindSubHeader.length) / blockSize);

  const holes = options.holes ?? (qemu || system.crashkernel === undefined ? [] : [system.crashkernel]);
  const isRam = (pfn: number): boolean => !inRanges(holes, pfn, blockSize);
  const isStored = (pfn: number): boolean => isRam(pfn) && !inRanges(options.excluded ?? [], pfn, blockSize);
  const bitmapBytes = Math.ceil(Math.ceil(pages / 8) / blockSize) * blockSize;
  const bitmaps = [...(options.singleBitmap === true ? [] : [bitmap(pages, bitmapBytes, isRam)]), bitmap(pages, bitmapBytes, isStored)];
  const bitmapBlocks = (bitmaps.length * bitmapBytes) / blockSize;

  const descriptors = blockSize * (1 + subHdrSize + bitmapBlocks);
  const [firstPfn, endPfn] = options.split ?? [0, pages];
  const body = pageArea(system, { firstPfn, endPfn, blockSize, start: descriptors, dumpLevel, isStored }, options);
  const erase = version >= 5 && options.erase !== undefined ? ascii(options.erase) : undefined;

  const codec = typeof options.codec === 'function' ? 'none' : (options.codec ?? 'zlib');
  const incomplete = (options.lost ?? []).length > 0 ? 0x08 : 0;
  const header = mainHeader(system, endian, { qemu, version, blockSize, is64: words === '64', headerSeconds: options.headerSeconds });
  const fields = {
    status: pageCodecs[codec].flag | incomplete | (options.status ?? 0),
    blockSize,
    subHdrSize,
    bitmapBlocks,
    maxMapnr: Math.min(pages, 0xffffffff),
    nrCpus: system.cpus.length,
    ...options.header,
  };
  for (const [name, [wide, narrow]] of Object.entries(headerFields)) {
    header.u32(words === '64' ? wide : narrow, fields[name as keyof typeof fields]);
  }

  const noteOffset = blockSize + headerBytes;
  const infoOffset = version === 3 ? noteOffset : noteOffset + vmcoreinfoOffset(notes, endian);
  const sub = subHeader(words, version, endian, {
    physBase: options.physBase ?? 0,
    dumpLevel,
    split: options.split === undefined ? 0 : 1,
    startPfn: options.split === undefined ? 0 : firstPfn,
    endPfn: options.split === undefined ? 0 : endPfn,
    offsetVmcoreinfo: info === undefined ? 0 : infoOffset,
    sizeVmcoreinfo: info?.length ?? 0,
    offsetNote: noteOffset,
    sizeNote: noteBytes.length,
    offsetEraseinfo: erase === undefined ? 0 : descriptors + body.length,
    sizeEraseinfo: erase?.length ?? 0,
    startPfn64: options.split === undefined ? 0 : firstPfn,
    endPfn64: options.split === undefined ? 0 : endPfn,
    maxMapnr64: pages,
  });
  const subBlocks = new Uint8Array(subHdrSize * blockSize);
  subBlocks.set(sub);
  subBlocks.set(behindSubHeader, headerBytes);
  return concatBytes([header.bytes, subBlocks, ...bitmaps, body, ...(erase === undefined ? [] : [erase])]);
}

/** A split set: files that share headers and bitmaps, each with the pages of its own PFN range. */
export function kdumpSplitSet(system: System, options: KdumpOptions, boundaries: readonly number[]): readonly Uint8Array[] {
  const pages = system.memory.size / (options.blockSize ?? 4096);
  const edges = [0, ...boundaries, pages];
  return edges.slice(0, -1).map((start, index) => kdumpCompressed(system, { ...options, split: [start, edges[index + 1] ?? pages] }));
}

function inRanges(ranges: readonly MemoryRange[], pfn: number, blockSize: number): boolean {
  const address = pfn * blockSize;
  return ranges.some((range) => address >= range.start && address < range.start + range.size);
}

/** Bit n: byte n >> 3, mask 1 << (n & 7), on every byte order (section 4). */
function bitmap(pages: number, size: number, isSet: (pfn: number) => boolean): Uint8Array {
  const bits = new Uint8Array(size);
  for (let pfn = 0; pfn < pages; pfn += 1) {
    if (isSet(pfn)) bits[pfn >> 3] = (bits[pfn >> 3] ?? 0) | (1 << (pfn & 7));
  }
  return bits;
}

function mainHeader(
  system: System,
  endian: Endian,
  given: { readonly qemu: boolean; readonly version: number; readonly blockSize: number; readonly is64: boolean; readonly headerSeconds: number | undefined },
): ByteWriter {
  const header = new ByteWriter(given.blockSize, endian).text(0, 'KDUMP   ').u32(8, given.version);
  const { uts } = system;
  if (given.qemu) header.text(272, system.arch === 's390x' ? 'S390X' : uts.machine, 64);
  else {
    const names = [uts.sysname, uts.nodename, uts.release, uts.version, uts.machine, uts.domainname];
    names.forEach((name, index) => header.text(12 + index * 65, name, 64));
    const [seconds, microseconds] = given.headerSeconds === undefined ? [system.dumpTime, 123456] : [given.headerSeconds, 0];
    if (given.is64) header.u64(408, seconds).u64(416, microseconds);
    else header.u32(404, seconds).u32(408, microseconds);
  }
  return header;
}

function subHeader(words: KdumpWords, version: number, endian: Endian, values: Readonly<Record<keyof typeof subHeaderFields, number>>): Uint8Array {
  const sub = new ByteWriter(subHeaderSizes[words], endian);
  for (const [name, row] of Object.entries(subHeaderFields)) {
    const [, , , wide, narrow, since] = row;
    if (version < since) continue;
    const offset = row[wordColumn[words]];
    const value = values[name as keyof typeof subHeaderFields];
    if ((words === '64' ? wide : narrow) === 8) sub.u64(offset, value);
    else sub.u32(offset, value);
  }
  return sub.bytes;
}

/** Position of the VMCOREINFO text inside the encoded notes. */
function vmcoreinfoOffset(notes: readonly ElfNote[], endian: Endian): number {
  const index = notes.findIndex((note) => note.owner === vmcoreinfo('').owner);
  return index < 0 ? 0 : encodeNotes(notes.slice(0, index), endian).length + 24;
}

interface PageAreaPlace {
  readonly firstPfn: number;
  readonly endPfn: number;
  readonly blockSize: number;
  /** File offset of the first descriptor. */
  readonly start: number;
  readonly dumpLevel: number;
  readonly isStored: (pfn: number) => boolean;
}

/** Page descriptors and page data (section 5). */
function pageArea(system: System, place: PageAreaPlace, options: KdumpOptions): Uint8Array {
  const { blockSize } = place;
  const pfns: number[] = [];
  for (let pfn = place.firstPfn; pfn < place.endPfn; pfn += 1) if (place.isStored(pfn)) pfns.push(pfn);
  const table = new ByteWriter(pfns.length * 24, system.endian);
  const sharedZero = (place.dumpLevel & 1) !== 0 && pfns.some((pfn) => system.memory.isZero(pfn * blockSize, blockSize));
  const descriptorsEnd = place.start + table.bytes.length;
  const dataStart = options.dataAtBlock === true ? Math.ceil(descriptorsEnd / blockSize) * blockSize : descriptorsEnd;
  const data: Uint8Array[] = sharedZero ? [new Uint8Array(blockSize)] : [];
  let position = dataStart + (sharedZero ? blockSize : 0);
  pfns.forEach((pfn, index) => {
    const at = index * 24;
    if (inRanges(options.lost ?? [], pfn, blockSize)) {
      // A lost page: the descriptor was never filled.
      table
        .u64(at, 0)
        .u32(at + 8, 0)
        .u32(at + 12, 0);
      return;
    }
    if (sharedZero && system.memory.isZero(pfn * blockSize, blockSize)) {
      table
        .u64(at, dataStart)
        .u32(at + 8, blockSize)
        .u32(at + 12, 0);
      return;
    }
    const codec = typeof options.codec === 'function' ? options.codec(pfn) : (options.codec ?? 'zlib');
    const { flag, bytes } = storedPage(system.memory.read(pfn * blockSize, blockSize), codec);
    table
      .u64(at, position)
      .u32(at + 8, bytes.length)
      .u32(at + 12, flag);
    data.push(bytes);
    position += bytes.length;
  });
  return concatBytes([table.bytes, new Uint8Array(dataStart - descriptorsEnd), ...data]);
}
