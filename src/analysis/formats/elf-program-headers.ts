/** The program headers of an ELF file, read a piece of the table at a time, as often as they are asked for: there may be a million. */
import type { Endian } from '../layout/field.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { elfProgramHeader, type ProgramHeader } from './elf-layout.ts';

const { fields, size } = elfProgramHeader;
const headersInPiece = 4096;
const headersInFirst = 64;

/** Where they lie in a file. */
export interface ProgramHeaderTable {
  readonly source: ByteSource;
  readonly offset: number;
  readonly length: number;
  readonly endian: Endian;
}

/** A program header and its place in the table. */
export interface NumberedHeader extends ProgramHeader {
  readonly number: number;
}

export class ProgramHeaders {
  readonly length: number;
  readonly #table: ProgramHeaderTable;
  readonly #little: boolean;

  constructor(table: ProgramHeaderTable) {
    this.length = table.length;
    this.#table = table;
    this.#little = table.endian === 'little';
  }

  /** How many there are of one type. @throws DumpError where they cannot be read */
  count(type: number): number {
    let count = 0;
    for (const { data, headers } of this.#pieces())
      for (let index = 0; index < headers; index += 1) if (data.getUint32(index * size + fields.p_type.offset, this.#little) === type) count += 1;
    return count;
  }

  /**
   * Those of one type, in their order, from the header with a number on. The table's offsets are used directly: a parse of every field takes ten times as long.
   * @throws DumpError where they cannot be read
   */
  *ofType(type: number, from = 0): Generator<NumberedHeader, undefined> {
    const little = this.#little;
    for (const { data, headers, first } of this.#pieces(from))
      for (let index = 0; index < headers; index += 1) {
        const at = index * size;
        if (data.getUint32(at + fields.p_type.offset, little) !== type) continue;
        yield {
          number: first + index,
          p_type: type,
          p_flags: data.getUint32(at + fields.p_flags.offset, little),
          p_offset: data.getBigUint64(at + fields.p_offset.offset, little),
          p_vaddr: data.getBigUint64(at + fields.p_vaddr.offset, little),
          p_paddr: data.getBigUint64(at + fields.p_paddr.offset, little),
          p_filesz: data.getBigUint64(at + fields.p_filesz.offset, little),
          p_memsz: data.getBigUint64(at + fields.p_memsz.offset, little),
          p_align: data.getBigUint64(at + fields.p_align.offset, little),
        };
      }
    return undefined;
  }

  /** A few first: who starts in the middle mostly wants the next ones. */
  *#pieces(from = 0): Generator<{ readonly data: DataView; readonly headers: number; readonly first: number }, undefined> {
    const { source, offset } = this.#table;
    let wanted = from === 0 ? headersInPiece : headersInFirst;
    for (let first = from; first < this.length;) {
      const headers = Math.min(wanted, this.length - first);
      wanted = headersInPiece;
      const bytes = readExactly(source, offset + first * size, headers * size, 'the program headers');
      yield { data: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), headers, first };
      first += headers;
    }
    return undefined;
  }
}
