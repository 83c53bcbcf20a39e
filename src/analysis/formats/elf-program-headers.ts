/** The program headers of an ELF file, kept as they are in the file and read one at a time: there may be a million. */
import type { Endian } from '../layout/field.ts';
import { elfProgramHeader, type ProgramHeader } from './elf-layout.ts';

const { fields, size } = elfProgramHeader;

export class ProgramHeaders {
  readonly length: number;
  readonly #data: DataView;
  readonly #little: boolean;

  /** @param bytes whole headers */
  constructor(bytes: Uint8Array, endian: Endian) {
    this.length = Math.floor(bytes.length / size);
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = endian === 'little';
  }

  /** How many there are of one type. */
  count(type: number): number {
    let count = 0;
    for (let index = 0; index < this.length; index += 1) if (this.#data.getUint32(index * size + fields.p_type.offset, this.#little) === type) count += 1;
    return count;
  }

  /** Those of one type, in their order. The table's offsets are used directly: a parse of every field takes ten times as long. */
  *ofType(type: number): Generator<ProgramHeader, undefined> {
    const u32 = (at: number): number => this.#data.getUint32(at, this.#little);
    const u64 = (at: number): bigint => this.#data.getBigUint64(at, this.#little);
    for (let index = 0; index < this.length; index += 1) {
      const at = index * size;
      if (u32(at + fields.p_type.offset) !== type) continue;
      yield {
        p_type: type,
        p_flags: u32(at + fields.p_flags.offset),
        p_offset: u64(at + fields.p_offset.offset),
        p_vaddr: u64(at + fields.p_vaddr.offset),
        p_paddr: u64(at + fields.p_paddr.offset),
        p_filesz: u64(at + fields.p_filesz.offset),
        p_memsz: u64(at + fields.p_memsz.offset),
        p_align: u64(at + fields.p_align.offset),
      };
    }
    return undefined;
  }
}
