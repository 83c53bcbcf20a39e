/** What a table of symbols asks of its names, however they are kept: a kernel of a distribution has 200,000 of them, large ones a million. */

export interface SymbolNames {
  readonly length: number;
  /** Those that are known. */
  readonly known: number;
  has(position: number): boolean;
  /** Type letter and name, or undefined where it is not known. */
  at(position: number): string | undefined;
  /** Letter of its type; empty where it is not known. */
  letter(position: number): string;
  /** As {@link nameHash}, of the name without the letter. */
  hash(position: number): number;
  /** Whether a symbol has this name, whatever its type. */
  isNamed(position: number, name: string): boolean;
}

/** Of a hash: what each unit before the last one is multiplied with, once for each that follows. Odd, so that nothing is lost. */
export const hashFactor = 0x01000193;

/**
 * Hash of a name over its UTF-16 units, of a symbol without the letter of its type: a polynomial, so that the hash of two texts together follows
 * from theirs.
 */
export function nameHash(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at += 1) hash = (Math.imul(hash, hashFactor) + name.charCodeAt(at)) | 0;
  return hash >>> 0;
}

/** Which of so many slots, a power of 2, a hash belongs to: the lowest bits of a polynomial know of the lowest bits of its units alone. */
export const slotOf = (hash: number, slots: number): number => (hash ^ (hash >>> 15)) & (slots - 1);
