/** `readelf -hlnW` (GNU binutils): ELF header, program headers, notes with the bytes of those that it does not decode. */
import type { NoteJson } from '../../src/shared/structure-model.ts';
import { fieldOf, type Answers } from './answers.ts';
import type { Facts } from './facts.ts';
import type { Oracle } from './oracle-suite.ts';

type Value = string | number | boolean;

const machines: Readonly<Record<string, number>> = { 'IBM S/390': 22, 'Advanced Micro Devices X86-64': 62, AArch64: 183, PowerPC64: 21 };
const segmentTypes: Readonly<Record<string, number>> = { NULL: 0, LOAD: 1, NOTE: 4, SHLIB: 5 };
const flagBits: Readonly<Record<string, number>> = { R: 4, W: 2, E: 1 };

/** Label of a header line -> our field, and how the text after the colon reads. */
const headerLines: readonly (readonly [label: string, field: string, read: (text: string) => Value])[] = [
  ['Magic', 'e_ident', (text) => text.replaceAll(' ', '')],
  ['Type', 'e_type', (text) => (text.startsWith('CORE') ? 4 : text)],
  ['Machine', 'e_machine', (text) => machines[text] ?? text],
  ['Entry point address', 'e_entry', (text) => text],
  ['Start of program headers', 'e_phoff', (text) => `0x${Number.parseInt(text, 10).toString(16)}`],
  ['Start of section headers', 'e_shoff', (text) => `0x${Number.parseInt(text, 10).toString(16)}`],
  ['Flags', 'e_flags', (text) => text],
  ['Size of this header', 'e_ehsize', (text) => Number.parseInt(text, 10)],
  ['Size of program headers', 'e_phentsize', (text) => Number.parseInt(text, 10)],
  ['Number of program headers', 'e_phnum', (text) => Number.parseInt(text, 10)],
  ['Size of section headers', 'e_shentsize', (text) => Number.parseInt(text, 10)],
  ['Number of section headers', 'e_shnum', (text) => Number.parseInt(text, 10)],
  ['Section header string table index', 'e_shstrndx', (text) => Number.parseInt(text, 10)],
];

const segmentFields = ['p_type', 'p_offset', 'p_vaddr', 'p_paddr', 'p_filesz', 'p_memsz', 'p_flags', 'p_align'] as const;
const segmentLine =
  /^ {2}([A-Z]+|<unknown>: [0-9a-f]+) +0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) 0x([0-9a-f]+) ([R ][W ][E ]) (?:0x)?([0-9a-f]+)$/;
const noteLine = /^ {2}(\S+) +0x([0-9a-f]{8})\t(\w+)(?: note type: \(0x([0-9a-f]+)\))?[^\t]*(?:\t +description data: ([0-9a-f ]+))?/;

const hexOf = (digits: string): string => `0x${BigInt(`0x${digits}`).toString(16)}`;
/** More are not kept as structures. */
const shownHeaders = 64;

function stated(text: string): Facts {
  const facts = new Map<string, Value>();
  let segments = 0;
  let notes = 0;
  for (const line of text.split('\n')) {
    const header = headerLines.find(([label]) => line.startsWith(`  ${label}:`));
    if (header !== undefined) facts.set(`header ${header[1]}`, header[2](line.slice(header[0].length + 3).trim()));
    if (line.startsWith('  Data:')) facts.set('byte order', line.includes('big endian') ? 'big' : 'little');
    const segment = segmentLine.exec(line);
    if (segment !== null && segments < shownHeaders) {
      const [, type = '', offset = '', vaddr = '', paddr = '', filesz = '', memsz = '', flags = '', align = ''] = segment;
      const bits = Object.entries(flagBits).reduce((sum, [letter, bit]) => sum + (flags.includes(letter) ? bit : 0), 0);
      // A type without a name is cut to the width of its column.
      const values = [segmentTypes[type], hexOf(offset), hexOf(vaddr), hexOf(paddr), hexOf(filesz), hexOf(memsz), hexOf(bits.toString(16)), hexOf(align)];
      segmentFields.forEach((field, index) => {
        const value = values[index];
        if (value !== undefined) facts.set(`segment ${segments} ${field}`, value);
      });
      segments += 1;
    }
    const note = noteLine.exec(line);
    if (note !== null) {
      const [, owner = '', size = '', name = '', type, bytes] = note;
      facts.set(`note ${notes} owner`, owner);
      facts.set(`note ${notes} size`, Number.parseInt(size, 16));
      if (type === undefined) facts.set(`note ${notes} name`, name);
      else facts.set(`note ${notes} type`, Number.parseInt(type, 16));
      if (bytes !== undefined) facts.set(`note ${notes} bytes`, bytes.replaceAll(' ', ''));
      notes += 1;
    }
  }
  // The text about a damaged count is cut.
  if (segments === facts.get('header e_phnum') && segments < shownHeaders) facts.set('segments', segments);
  if (notes > 0) facts.set('notes', notes);
  return facts;
}

/** The descriptor put together again from its decoded fields, so that each of them is judged. */
function bytesOf(note: NoteJson, little: boolean): string {
  const bytes = Buffer.alloc(note.bytes);
  if (note.text !== undefined) bytes.write(note.text, 'latin1');
  for (const { offset, size, value } of note.fields ?? []) {
    if (value === undefined) continue;
    const isNumber = typeof value === 'number' || value.startsWith('0x');
    const digits = isNumber
      ? BigInt(value)
          .toString(16)
          .padStart(2 * size, '0')
      : value;
    const field = Buffer.from(digits, 'hex');
    (isNumber && little ? field.reverse() : field).copy(bytes, offset);
  }
  return bytes.toString('hex');
}

/** Three letters show the low bits of p_flags; a damaged header has others too. */
const shown = (field: string, value: string | number | undefined): string | number | undefined =>
  field === 'p_flags' && value !== undefined ? `0x${(BigInt(value) & 7n).toString(16)}` : value;

function answered(answers: Answers): Facts {
  const facts = new Map<string, Value>();
  const set = (name: string, value: Value | undefined): void => {
    if (value !== undefined) facts.set(name, value);
  };
  facts.set('byte order', answers.info.machine.endianness);
  for (const [, field] of headerLines) set(`header ${field}`, fieldOf(answers, 'Elf64_Ehdr', field));
  const segments = answers.structures.filter(({ name }) => name === 'Elf64_Phdr').length;
  for (let index = 0; index < segments; index += 1) {
    for (const field of segmentFields) set(`segment ${index} ${field}`, shown(field, fieldOf(answers, 'Elf64_Phdr', field, index)));
  }
  facts.set('segments', segments);
  answers.notes.forEach((note, index) => {
    facts.set(`note ${index} owner`, note.owner);
    facts.set(`note ${index} size`, note.bytes);
    facts.set(`note ${index} name`, note.name);
    facts.set(`note ${index} type`, note.type);
    facts.set(`note ${index} bytes`, bytesOf(note, answers.info.machine.endianness === 'little'));
  });
  facts.set('notes', answers.notes.length);
  return facts;
}

/** The ELF header comes first, then the program headers; of the former e_version is not among the lines that are read. */
function segmentOrHeader(structure: number, field: number, facts: Facts): boolean {
  if (structure === 0) return field !== 3;
  // Our table lists p_flags second.
  const names = ['p_type', 'p_flags', 'p_offset', 'p_vaddr', 'p_paddr', 'p_filesz', 'p_memsz', 'p_align'];
  return facts.has(`segment ${structure - 1} ${names[field] ?? ''}`) && (names[field] !== 'p_flags' || facts.has('segments'));
}

export const readelf: Oracle = {
  name: 'readelf',
  stated,
  answered,
  judged(pointer, facts) {
    const field = /^\/structures\/(\d+)\/fields\/(\d+)\/value$/.exec(pointer);
    if (field !== null) return segmentOrHeader(Number(field[1]), Number(field[2]), facts);
    if (pointer === '/notes/-') return facts.has('notes');
    const note = /^\/notes\/(\d+)\/(owner|bytes|name|fields\/\d+\/value|text)$/.exec(pointer);
    if (note === null) return pointer === '/info/machine/endianness';
    const [, index = '', part = ''] = note;
    if (part === 'owner' || part === 'bytes') return facts.has(`note ${index} owner`);
    return facts.has(part === 'name' ? `note ${index} name` : `note ${index} bytes`);
  },
};
