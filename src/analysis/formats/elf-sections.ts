/** Sections of an ELF64 file that is not a dump: a vmlinux, or the file of its debug information (the ELF-64 object file format). */
import { DumpError } from '../../shared/dump-error.ts';
import type { Endian } from '../layout/field.ts';
import { parse } from '../layout/struct.ts';
import { faultError, readExactly, type ByteSource } from '../source/byte-source.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import { architectureOfElf } from '../arch/index.ts';
import { elfHeader, elfSectionHeader } from './elf-layout.ts';

export interface ElfSection {
  readonly name: string;
  /** sh_type: 1 PROGBITS, 2 SYMTAB, 3 STRTAB, 7 NOTE, 8 NOBITS. */
  readonly type: number;
  /** sh_flags: 1 write, 2 alloc, 4 execute. */
  readonly flags: bigint;
  readonly address: bigint;
  readonly offset: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** sh_link: index of another section. */
  readonly link: number;
}

export interface ElfFile {
  readonly source: ByteSource;
  readonly endian: Endian;
  /** Undefined for a machine whose dumps are not read. */
  readonly arch: Architecture | undefined;
  readonly sections: readonly ElfSection[];
}

export const sectionTypes = { symbols: 2, note: 7, nobits: 8 } as const;
export const sectionFlags = { write: 1n, alloc: 2n, execute: 4n } as const;

/** A vmlinux has some 60, with functions in sections of their own some thousands. */
const maxSections = 65_280;
/** Functions in sections of their own give them their names. */
const maxSectionName = 1024;
const maxNameBytes = 4 * 1024 * 1024;

/** @throws DumpError not-this-format, truncated or corrupt */
export function readElfSections(source: ByteSource): ElfFile {
  const head = new Uint8Array(elfHeader.size);
  const got = source.readInto(0, head);
  const fault = got < head.length ? source.faultAt?.(got) : undefined;
  if (fault !== undefined) throw faultError(fault);
  const ident = Buffer.from(head.subarray(0, 6)).toString('hex');
  const endian = ident === '7f454c460201' ? 'little' : ident === '7f454c460202' ? 'big' : undefined;
  if (got < head.length || endian === undefined)
    throw new DumpError(
      'not-this-format',
      { file: source.name, offset: 0 },
      'it is not a 64-bit ELF file',
      'an uncompressed vmlinux, or the file of its debug information',
    );
  const header = parse(elfHeader, head, { endian });
  const { e_shnum: count, e_shoff: start, e_shentsize: bytes, e_shstrndx: namesAt } = header;
  if (count === 0 || start === 0n)
    throw new DumpError('unsupported', { file: source.name, offset: 60 }, 'it has no section headers', 'a vmlinux with its symbol table');
  if (bytes !== elfSectionHeader.size || count > maxSections || namesAt >= count || start > BigInt(source.size))
    throw new DumpError(
      'corrupt',
      { file: source.name, offset: 40 },
      `${count} section headers of ${bytes} bytes at ${start}`,
      'section headers of 64 bytes within the file',
    );
  const table = readExactly(source, Number(start), count * elfSectionHeader.size, 'the section headers');
  const headers = Array.from({ length: count }, (_, index) => parse(elfSectionHeader, table.subarray(index * elfSectionHeader.size), { endian }));
  const names = headers[namesAt];
  const texts =
    names === undefined || names.sh_size > BigInt(maxNameBytes) || names.sh_offset > BigInt(source.size)
      ? new Uint8Array()
      : readExactly(source, Number(names.sh_offset), Number(names.sh_size), 'the names of the sections');
  const nameAt = (offset: number): string => {
    const text = texts.subarray(offset, offset + maxSectionName);
    return Buffer.from(text.subarray(0, Math.max(0, text.indexOf(0)))).toString('latin1');
  };
  return {
    source,
    endian,
    arch: architectureOfElf(header.e_machine, endian),
    sections: headers.map((one) => ({
      name: nameAt(one.sh_name),
      type: one.sh_type,
      flags: one.sh_flags,
      address: one.sh_addr,
      offset: one.sh_offset,
      size: one.sh_size,
      link: one.sh_link,
    })),
  };
}

/**
 * All bytes of a section.
 * @returns undefined where the file holds none: NOBITS, as in a file of debug information
 * @throws DumpError truncated; unsupported when it has more than `limit` bytes
 */
export function sectionBytes({ source }: ElfFile, section: ElfSection, limit: number): Uint8Array | undefined {
  if (section.type === sectionTypes.nobits) return undefined;
  if (section.size > BigInt(limit))
    throw new DumpError('unsupported', { file: source.name }, `section ${section.name} has ${section.size} bytes`, `at most ${limit}`);
  if (section.offset > BigInt(source.size)) throw new DumpError('corrupt', { file: source.name }, `section ${section.name} begins past the end of the file`);
  return readExactly(source, Number(section.offset), Number(section.size), `section ${section.name}`);
}
