/** ELF64 headers (elf-vmcore.md sections 1 and 2; the ELF-64 object file format). */
import { bytes, u16, u32, u64 } from '../layout/field.ts';
import { codes, hex } from '../layout/presentation.ts';
import { struct, type Values } from '../layout/struct.ts';

export const elfHeader = struct(
  'Elf64_Ehdr',
  { endian: 'given', size: 64, doc: 'ELF header. Source: elf-vmcore.md section 1.' },
  {
    e_ident: bytes(0, 16, 'magic 7f 45 4c 46, class (2: 64-bit), data (1 little, 2 big endian), version'),
    e_type: u16(16, '4: core file', codes({ 1: 'relocatable file', 2: 'executable', 3: 'shared object', 4: 'core file' })),
    e_machine: u16(18, 'architecture', codes({ 3: 'i386', 21: 'ppc64', 22: 's390', 62: 'x86_64', 183: 'aarch64' })),
    e_version: u32(20, '1'),
    e_entry: u64(24, 'unused in core files'),
    e_phoff: u64(32, 'file offset of the program headers'),
    e_shoff: u64(40, 'file offset of the section headers, 0: none'),
    e_flags: u32(48, 'bit 0: makedumpfile ran out of space', hex),
    e_ehsize: u16(52, 'size of this header; QEMU 7.2 writes 8'),
    e_phentsize: u16(54, 'size of a program header: 56'),
    e_phnum: u16(56, 'number of program headers; 0xffff: see sh_info of section header 0'),
    e_shentsize: u16(58, 'size of a section header'),
    e_shnum: u16(60, 'number of section headers'),
    e_shstrndx: u16(62, 'section with the section names'),
  },
);

export const elfProgramHeader = struct(
  'Elf64_Phdr',
  { endian: 'given', size: 56, doc: 'Program header. Source: elf-vmcore.md section 2.' },
  {
    p_type: u32(0, 'kind of segment', codes({ 0: 'PT_NULL', 1: 'PT_LOAD', 4: 'PT_NOTE' })),
    p_flags: u32(4, 'access rights', hex),
    p_offset: u64(8, 'file offset of the first byte'),
    p_vaddr: u64(16, 'virtual address; its meaning depends on the producer'),
    p_paddr: u64(24, 'physical (absolute) address'),
    p_filesz: u64(32, 'bytes in the file'),
    p_memsz: u64(40, 'bytes in memory'),
    p_align: u64(48, 'alignment'),
  },
);

export type ProgramHeader = Values<typeof elfProgramHeader.fields>;

export const elfSectionHeader = struct(
  'Elf64_Shdr',
  { endian: 'given', size: 64, doc: 'Section header. Source: elf-vmcore.md section 1.' },
  {
    sh_name: u32(0, 'offset of the name in the section of names'),
    sh_type: u32(4, 'kind of section'),
    sh_flags: u64(8, 'flags'),
    sh_addr: u64(16, 'virtual address'),
    sh_offset: u64(24, 'file offset'),
    sh_size: u64(32, 'bytes'),
    sh_link: u32(40, 'section index'),
    sh_info: u32(44, 'number of program headers when e_phnum is 0xffff'),
    sh_addralign: u64(48, 'alignment'),
    sh_entsize: u64(56, 'entry size'),
  },
);

export const elfNoteHeader = struct(
  'Elf64_Nhdr',
  { endian: 'given', size: 12, doc: 'Note record. Source: elf-vmcore.md section 3.' },
  {
    n_namesz: u32(0, 'bytes of the owner name with its NUL'),
    n_descsz: u32(4, 'bytes of the descriptor'),
    n_type: u32(8, 'type, to be read together with the owner', hex),
  },
);

export const PT_LOAD = 1;
export const PT_NOTE = 4;
export const PN_XNUM = 0xffff;
export const ET_CORE = 4;
