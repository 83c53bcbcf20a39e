/** Headers and notes of an ELF core as bytes, by the tables that they are read with (elf-vmcore.md sections 1 to 3). */
import { architectures } from '../arch/index.ts';
import type { Endian } from '../layout/field.ts';
import type { Fields, StructLayout } from '../layout/struct.ts';
import { elfHeader, elfNoteHeader, elfProgramHeader, elfSectionHeader, ET_CORE, PN_XNUM, PT_LOAD, PT_NOTE } from '../formats/elf-layout.ts';
import type { ExportPlan, OutgoingNote } from './export-plan.ts';

/** Numbers into the fields of a structure; the others are zero. */
function composed<F extends Fields>(layout: StructLayout<F>, endian: Endian, values: Partial<Record<keyof F & string, number | bigint>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const view = new DataView(bytes.buffer);
  const little = endian === 'little';
  for (const [name, value] of Object.entries(values) as [keyof F & string, number | bigint][]) {
    const field = layout.fields[name];
    if (field === undefined) continue;
    if (field.size === 8) view.setBigUint64(field.offset, BigInt(value), little);
    else if (field.size === 4) view.setUint32(field.offset, Number(value), little);
    else view.setUint16(field.offset, Number(value), little);
  }
  return bytes;
}

export interface ElfCounts {
  /** Program headers, the PT_NOTE included. */
  readonly headers: number;
  /** Where a section header lies that counts them, where they are too many for the ELF header. */
  readonly sectionAt: number;
}

/** e_ident begins with the magic, the class (2: 64 bits), the byte order and the version. */
export function elfHeaderBytes({ machine }: ExportPlan, { headers, sectionAt }: ElfCounts): Uint8Array {
  const isMany = headers >= PN_XNUM;
  const bytes = composed(elfHeader, machine.endian, {
    e_type: ET_CORE,
    e_machine: architectures[machine.arch].elf.machine,
    e_version: 1,
    e_phoff: elfHeader.size,
    e_shoff: isMany ? sectionAt : 0,
    e_ehsize: elfHeader.size,
    e_phentsize: elfProgramHeader.size,
    e_phnum: isMany ? PN_XNUM : headers,
    e_shentsize: isMany ? elfSectionHeader.size : 0,
    e_shnum: isMany ? 1 : 0,
  });
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, machine.endian === 'little' ? 1 : 2, 1]);
  return bytes;
}

/** Section header 0, whose sh_info counts the program headers where e_phnum cannot. */
export const countingSection = (endian: Endian, headers: number): Uint8Array => composed(elfSectionHeader, endian, { sh_size: 1, sh_info: headers });

export interface Load {
  readonly physical: bigint;
  readonly virtual: bigint;
  readonly bytes: bigint;
  readonly offset: number;
}

/** Readable, writable, executable: as /proc/vmcore has them. */
const allRights = 7;

export const loadBytes = (endian: Endian, { physical, virtual, bytes, offset }: Load): Uint8Array =>
  composed(elfProgramHeader, endian, {
    p_type: PT_LOAD,
    p_flags: allRights,
    p_offset: offset,
    p_vaddr: virtual,
    p_paddr: physical,
    p_filesz: bytes,
    p_memsz: bytes,
    // As /proc/vmcore has it: crash takes an ELF core with another alignment and offsets that fit it for one of netdump, and one of x86_64 with notes of QEMU then ends it.
    p_align: 0,
  });

export const noteHeaderBytes = (endian: Endian, offset: number, size: number): Uint8Array =>
  composed(elfProgramHeader, endian, { p_type: PT_NOTE, p_offset: offset, p_filesz: size, p_memsz: size, p_align: 4 });

const padded = (bytes: number): number => (bytes + 3) & ~3;

/** The records of a PT_NOTE: owner and descriptor are padded to 4 bytes. */
export function noteBytes(endian: Endian, notes: readonly OutgoingNote[]): Uint8Array {
  const pieces = notes.flatMap(({ owner, type, desc }) => {
    const name = Buffer.alloc(padded(owner.length + 1));
    name.write(owner, 'latin1');
    const body = Buffer.alloc(padded(desc.length));
    body.set(desc);
    return [composed(elfNoteHeader, endian, { n_namesz: owner.length + 1, n_descsz: desc.length, n_type: type }), name, body];
  });
  return Buffer.concat(pieces);
}
