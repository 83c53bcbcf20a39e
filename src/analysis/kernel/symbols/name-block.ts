/**
 * Names of symbols one after the other in one block of Latin-1 text: a distribution's kernel has 200,000 of them, large ones a million, and as
 * strings they would take several times the room.
 */

/** FNV-1a of a name over its UTF-16 units; of a symbol without the letter of its type. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export class NameBlock {
  readonly length: number;
  /** Those that are known. */
  readonly known: number;
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;

  /** @param ends where each name ends; one that is not known has no bytes */
  constructor(bytes: Buffer, ends: Uint32Array) {
    this.#bytes = bytes;
    this.#ends = ends;
    this.length = ends.length;
    let known = 0;
    for (let at = 0; at < ends.length; at += 1) if (this.has(at)) known += 1;
    this.known = known;
  }

  #start(position: number): number {
    return position === 0 ? 0 : (this.#ends[position - 1] ?? 0);
  }

  has(position: number): boolean {
    return (this.#ends[position] ?? 0) > this.#start(position);
  }

  /** Type letter and name, or undefined where it is not known. */
  at(position: number): string | undefined {
    return this.has(position) ? this.#bytes.toString('latin1', this.#start(position), this.#ends[position]) : undefined;
  }

  /** Letter of its type; empty where it is not known. */
  letter(position: number): string {
    return this.has(position) ? String.fromCharCode(this.#bytes[this.#start(position)] ?? 0) : '';
  }

  /** As {@link nameHash}. */
  hash(position: number): number {
    const end = this.#ends[position] ?? 0;
    let hash = 0x811c9dc5;
    for (let at = this.#start(position) + 1; at < end; at += 1) hash = Math.imul(hash ^ (this.#bytes[at] ?? 0), 0x01000193);
    return hash >>> 0;
  }

  /** Whether a symbol has this name, whatever its type. */
  isNamed(position: number, name: string): boolean {
    const start = this.#start(position) + 1;
    const end = this.#ends[position] ?? 0;
    if (end - start !== name.length) return false;
    for (let at = 0; at < name.length; at += 1) if (this.#bytes[start + at] !== name.charCodeAt(at)) return false;
    return true;
  }
}

/** Makes a block, name by name. */
export class NameBlockBuilder {
  #bytes: Buffer;
  #ends: Uint32Array;
  #length = 0;
  #count = 0;

  /** @param count names that are expected */
  constructor(count = 1024) {
    this.#ends = new Uint32Array(Math.max(count, 1));
    this.#bytes = Buffer.allocUnsafe(Math.max(count * 16, 4096));
  }

  /** Bytes of all names so far. */
  get size(): number {
    return this.#length;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes back what came after so many names. */
  rewind(count: number): void {
    this.#count = count;
    this.#length = count === 0 ? 0 : (this.#ends[count - 1] ?? 0);
  }

  /**
   * Room for one more name, at most so long. What is written there counts once `close` says how long it became.
   * @returns the block and where in it to write
   */
  open(most: number): { readonly bytes: Buffer; readonly at: number } {
    if (this.#length + most > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + most));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return { bytes: this.#bytes, at: this.#length };
  }

  /** Ends a name of so many bytes; 0 for one that is not known. */
  close(length: number): void {
    if (this.#count === this.#ends.length) {
      const larger = new Uint32Array(this.#ends.length * 2);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#length += length;
    this.#ends[this.#count] = this.#length;
    this.#count += 1;
  }

  push(name: string | undefined): void {
    const { bytes, at } = this.open(name?.length ?? 0);
    this.close(name === undefined ? 0 : bytes.write(name, at, 'latin1'));
  }

  done(): NameBlock {
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    return new NameBlock(bytes, this.#ends.slice(0, this.#count));
  }
}

export function nameBlock(names: readonly (string | undefined)[]): NameBlock {
  const builder = new NameBlockBuilder(names.length);
  for (const name of names) builder.push(name);
  return builder.done();
}
