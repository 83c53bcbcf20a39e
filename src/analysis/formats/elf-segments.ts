/** PT_LOADs as segments, read from the program headers whenever they are asked for: a million of them in columns take 50 MiB. */
import { NumberColumn } from '../source/number-column.ts';
import type { Segment, SegmentList } from './dump-format.ts';
import type { NumberedHeader } from './elf-program-headers.ts';

/** PT_LOADs from the one with a number on, in the order of their numbers; as often as they are asked for. */
export type Loads = (from: number) => Iterable<NumberedHeader>;

/** Segments from one whose header is known to the next such one. */
const between = 64;

export class ElfSegments implements SegmentList {
  length = 0;
  readonly #loads: Loads;
  readonly #isUsable: (load: NumberedHeader) => boolean;
  /** Of each so many-th segment: the number of its header, and which of the PT_LOADs it is. */
  readonly #numbers = new NumberColumn(Uint32Array);
  readonly #indexes = new NumberColumn(Uint32Array);

  /** @param isUsable the other loads are not segments */
  constructor(loads: Loads, isUsable: (load: NumberedHeader) => boolean) {
    this.#loads = loads;
    this.#isUsable = isUsable;
  }

  /** Takes the next usable load. @param index among all loads */
  add({ number }: NumberedHeader, index: number): void {
    if (this.length++ % between !== 0) return;
    this.#numbers.push(number);
    this.#indexes.push(index);
  }

  at(index: number): Segment | undefined {
    if (index < 0 || index >= this.length) return undefined;
    let left = index % between;
    for (const segment of this.#from((index - left) / between)) if (left-- === 0) return segment;
    return undefined;
  }

  [Symbol.iterator](): Generator<Segment, undefined> {
    return this.#from(0);
  }

  *#from(mark: number): Generator<Segment, undefined> {
    if (this.length === 0) return undefined;
    let index = this.#indexes.at(mark) - 1;
    for (const load of this.#loads(this.#numbers.at(mark))) {
      index += 1;
      if (!this.#isUsable(load)) continue;
      const fileOffset = load.p_filesz === 0n ? 0 : Number(load.p_offset);
      yield { index, fileOffset, fileBytes: Number(load.p_filesz), start: load.p_paddr, memoryBytes: load.p_memsz, virtual: load.p_vaddr };
    }
    return undefined;
  }
}
