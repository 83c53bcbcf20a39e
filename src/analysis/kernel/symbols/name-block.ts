/**
 * Names of symbols one after the other in one block of Latin-1 text: a distribution's kernel has 200,000 of them, large ones a million, and as
 * strings they would take several times the room.
 */
import { hashFactor, type SymbolNames } from './symbol-names.ts';

class NameBlock implements SymbolNames {
  readonly length: number;
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

  at(position: number): string | undefined {
    return this.has(position) ? this.#bytes.toString('latin1', this.#start(position), this.#ends[position]) : undefined;
  }

  letter(position: number): string {
    return this.has(position) ? String.fromCharCode(this.#bytes[this.#start(position)] ?? 0) : '';
  }

  hash(position: number): number {
    const end = this.#ends[position] ?? 0;
    let hash = 0;
    for (let at = this.#start(position) + 1; at < end; at += 1) hash = (Math.imul(hash, hashFactor) + (this.#bytes[at] ?? 0)) | 0;
    return hash >>> 0;
  }

  isNamed(position: number, name: string): boolean {
    const start = this.#start(position) + 1;
    const end = this.#ends[position] ?? 0;
    if (end - start !== name.length) return false;
    for (let at = 0; at < name.length; at += 1) if (this.#bytes[start + at] !== name.charCodeAt(at)) return false;
    return true;
  }
}

export function nameBlock(names: readonly (string | undefined)[]): NameBlock {
  const ends = new Uint32Array(names.length);
  let length = 0;
  for (const [position, name] of names.entries()) ends[position] = length += name?.length ?? 0;
  const bytes = Buffer.allocUnsafeSlow(length);
  for (const [position, name] of names.entries()) if (name !== undefined) bytes.write(name, (ends[position] ?? 0) - name.length, 'latin1');
  return new NameBlock(bytes, ends);
}
