import { alignUp, ByteWriter, type Endian } from './byte-writer.ts';

export interface ElfSegment {
  /** 1 PT_LOAD, 4 PT_NOTE. */
  readonly type: number;
  readonly flags?: number;
  readonly virtual?: bigint;
  readonly physical?: bigint;
  /** Bytes in the file. */
  readonly data: Uint8Array;
  /** p_filesz, when it shall not be the length of the data. */
  readonly fileSize?: number;
  /** p_memsz, when it shall not be p_filesz. */
  readonly memorySize?: number | bigint;
  readonly align?: number;
  /** p_offset, when it shall not be where the data lie (QEMU: 2^64 − 1 for memory that is not stored). */
  readonly offset?: bigint;
}

export interface ElfSection {
  readonly name: string;
  readonly data: Uint8Array;
  readonly type?: number;
}

export interface ElfFileDescription {
  readonly endian: Endian;
  readonly machine: number;
  readonly flags?: number;
  readonly segments: readonly ElfSegment[];
  /**
   * 'aligned': header, program headers, then data at multiples of 4096 as the kernel writes it.
   * 'qemu': e_ehsize 8, two section headers at 64 in the byte order of a little-endian host, program headers at 192, data unpadded.
   */
  readonly layout: 'aligned' | 'qemu';
  /** e_phnum 0xffff and the true count in section header 0. */
  readonly extendedCount?: boolean;
  /** Sections after the data (protected virtualization dumps); only in the 'aligned' layout. */
  readonly sections?: readonly ElfSection[];
}

const headerSize = 64;
const programHeaderSize = 56;
const sectionHeaderSize = 64;

/** An ELF64 core file (elf-vmcore.md sections 1 and 2). Segment data are stored in the order of the segments. */
export function elfFile(description: ElfFileDescription): Uint8Array {
  const { endian, segments, layout } = description;
  const qemu = layout === 'qemu';
  const programHeaders = qemu ? headerSize + 2 * sectionHeaderSize : headerSize;
  const countHeader = !qemu && description.extendedCount === true ? programHeaders + segments.length * programHeaderSize : undefined;
  let position = programHeaders + segments.length * programHeaderSize + (countHeader === undefined ? 0 : sectionHeaderSize);
  const places = segments.map((segment) => {
    if (!qemu && segment.data.length > 0) position = alignUp(position, 4096);
    const start = position;
    position += segment.data.length;
    return start;
  });
  const trailer = qemu ? undefined : sectionTrailer(description.sections ?? [], position, endian);
  const stringTable = '\0.shstrtab\0';
  const file = new ByteWriter(position + (qemu ? stringTable.length : (trailer?.bytes.length ?? 0)), endian);

  file.raw(0, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, endian === 'little' ? 1 : 2, 1));
  file
    .u16(16, 4)
    .u16(18, description.machine)
    .u32(20, 1)
    .u64(32, programHeaders)
    .u32(48, description.flags ?? 0);
  file.u16(52, qemu ? 8 : headerSize).u16(54, programHeaderSize);
  file.u16(56, description.extendedCount === true ? 0xffff : segments.length);
  segments.forEach((segment, index) => {
    const at = programHeaders + index * programHeaderSize;
    const fileSize = segment.fileSize ?? segment.data.length;
    file
      .u32(at, segment.type)
      .u32(at + 4, segment.flags ?? 0)
      .u64(at + 8, segment.offset ?? places[index] ?? 0);
    file.u64(at + 16, segment.virtual ?? 0n).u64(at + 24, segment.physical ?? 0n);
    file
      .u64(at + 32, fileSize)
      .u64(at + 40, segment.memorySize ?? fileSize)
      .u64(at + 48, segment.align ?? 0);
    if (segment.data.length > 0) file.raw(places[index] ?? 0, segment.data);
  });

  if (qemu) {
    // Section headers keep the host's byte order, which differs from a big-endian guest's: the real file's defect.
    file.u64(40, headerSize).u16(58, sectionHeaderSize).u16(60, 2).u16(62, 1);
    const sections = new ByteWriter(file.bytes, 'little');
    if (description.extendedCount === true) sections.u32(headerSize + 44, segments.length);
    const strings = headerSize + sectionHeaderSize;
    sections
      .u32(strings, 1)
      .u32(strings + 4, 3)
      .u64(strings + 24, position)
      .u64(strings + 32, stringTable.length);
    sections.text(position, stringTable);
  } else if (trailer !== undefined) {
    file
      .raw(position, trailer.bytes)
      .u64(40, trailer.headers)
      .u16(58, sectionHeaderSize)
      .u16(60, trailer.count)
      .u16(62, trailer.count - 1);
    if (description.extendedCount === true) file.u32(trailer.headers + 44, segments.length);
  } else if (countHeader !== undefined) {
    file
      .u64(40, countHeader)
      .u16(58, sectionHeaderSize)
      .u16(60, 1)
      .u32(countHeader + 44, segments.length);
  }
  return file.bytes;
}

/** Section data, a string table and the section headers, to be put at `start`. */
function sectionTrailer(
  sections: readonly ElfSection[],
  start: number,
  endian: Endian,
): { readonly bytes: Uint8Array; readonly headers: number; readonly count: number } | undefined {
  if (sections.length === 0) return undefined;
  const names = `\0${[...sections.map(({ name }) => name), '.shstrtab'].join('\0')}\0`;
  const stored: ElfSection[] = [...sections, { name: '.shstrtab', data: new TextEncoder().encode(names), type: 3 }];
  let position = alignUp(start, 8);
  const places = stored.map(({ data }) => {
    const at = position;
    position = alignUp(position + data.length, 8);
    return at;
  });
  const count = stored.length + 1;
  const trailer = new ByteWriter(position - start + count * sectionHeaderSize, endian);
  stored.forEach(({ name, data, type }, index) => {
    const place = places[index] ?? 0;
    const header = position - start + (index + 1) * sectionHeaderSize;
    trailer.raw(place - start, data);
    trailer
      .u32(header, names.indexOf(`\0${name}\0`) + 1)
      .u32(header + 4, type ?? 1)
      .u64(header + 24, place)
      .u64(header + 32, data.length);
  });
  return { bytes: trailer.bytes, headers: position, count };
}
