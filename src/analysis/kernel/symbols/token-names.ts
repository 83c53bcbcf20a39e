/**
 * Names as kallsyms packs them: a length, then one byte for each token (vmcoreinfo-kallsyms-btf.md section 3). Each is looked at once, for whether
 * it is a name and for its hash, which follows from those of its tokens; it is put together when somebody asks for it.
 */
import { hashFactor, nameHash, type SymbolNames } from './symbol-names.ts';

/** Longest record: KSYM_NAME_LEN is 512 since 6.1. */
const maxRecord = 1024;
/** KSYM_NAME_LEN, and its letter. */
const maxName = 513;
const letters = new Set(Buffer.from('TtDdBbRrAaWwVvNnUuGgSsCcIi', 'latin1'));
/** Bytes of a name: neither controls nor blanks. */
const isNameByte = (byte: number): boolean => byte >= 0x21 && byte !== 0x7f;
/** In the column of places: a name that is not known. */
const unknownPlace = 0xffff_ffff;

/** hashFactor to the power of each length that a name can have. */
const powers = new Int32Array(maxName + 1);
powers[0] = 1;
for (let length = 1; length <= maxName; length += 1) powers[length] = Math.imul(powers[length - 1] ?? 0, hashFactor);

/** The texts of all tokens in one piece, and what is known of each. */
export interface Tokens {
  readonly bytes: Uint8Array;
  /** Where each begins; one more for the end. */
  readonly starts: Uint32Array;
  readonly hashes: Int32Array;
  /** What a hash is multiplied with when the token follows; one that is longer than a name is in none. */
  readonly factors: Int32Array;
  /** 1 where a byte of it cannot be in a name. */
  readonly wrong: Uint8Array;
}

export function tokensOf(texts: readonly string[]): Tokens {
  const starts = new Uint32Array(texts.length + 1);
  for (const [code, text] of texts.entries()) starts[code + 1] = (starts[code] ?? 0) + text.length;
  const bytes = Buffer.from(texts.join(''), 'latin1');
  return {
    bytes,
    starts,
    hashes: Int32Array.from(texts, nameHash),
    factors: Int32Array.from(texts, ({ length }) => powers[Math.min(length, maxName)] ?? 0),
    wrong: Uint8Array.from(texts, (text) => (Buffer.from(text, 'latin1').every(isNameByte) ? 0 : 1)),
  };
}

/** What is noted of each name, by its position. */
export interface NameColumns {
  /** Where its record begins. */
  readonly places: Uint32Array;
  readonly hashes: Uint32Array;
}

/** Of a block of names. */
export interface ScannedBlock {
  /** Where the next record lies. */
  readonly end: number;
  /** Characters of all of them, letters included. */
  readonly text: number;
}

/**
 * Looks at `count` records from `start` on.
 * @param into takes what is noted of them, from `position` on
 * @returns undefined when one of them is not a name
 */
export function scanBlock(
  bytes: Uint8Array,
  start: number,
  count: number,
  { bytes: texts, starts, hashes, factors, wrong }: Tokens,
  into?: NameColumns,
  position = 0,
): ScannedBlock | undefined {
  let at = start;
  let text = 0;
  for (let index = 0; index < count; index += 1) {
    const place = at;
    const first = bytes[at++] ?? 0;
    const tokens = (first & 0x80) === 0 ? first : (first & 0x7f) | ((bytes[at++] ?? 0) << 7);
    const end = at + tokens;
    if (tokens === 0 || tokens > maxRecord || end > bytes.length) return undefined;
    let hash = 0;
    let length = 0;
    let bad = 0;
    let letter = 0;
    for (; at < end; at += 1) {
      const code = bytes[at] ?? 0;
      const from = starts[code] ?? 0;
      if (length === 0) letter = texts[from] ?? 0;
      length += (starts[code + 1] ?? 0) - from;
      hash = (Math.imul(hash, factors[code] ?? 0) + (hashes[code] ?? 0)) | 0;
      bad |= wrong[code] ?? 1;
    }
    if (bad !== 0 || length < 2 || length > maxName || !letters.has(letter)) return undefined;
    text += length;
    if (into === undefined) continue;
    into.places[position + index] = place;
    into.hashes[position + index] = hash - Math.imul(letter, powers[length - 1] ?? 0);
  }
  return { end: at, text };
}

export class TokenNames implements SymbolNames {
  readonly length: number;
  readonly known: number;
  readonly #bytes: Uint8Array;
  readonly #tokens: Tokens;
  readonly #columns: NameColumns;
  readonly #text = Buffer.alloc(maxName);

  /** @param bytes records; @param columns of them, as far as they are known @param known how many are */
  constructor(bytes: Uint8Array, tokens: Tokens, columns: NameColumns, known: number) {
    this.#bytes = bytes;
    this.#tokens = tokens;
    this.#columns = columns;
    this.length = columns.places.length;
    this.known = known;
  }

  /** Room for so many names, of which none is known. */
  static columns(count: number): NameColumns {
    return { places: new Uint32Array(count).fill(unknownPlace), hashes: new Uint32Array(count) };
  }

  /** Takes back what was noted of the names of a block. */
  static forget({ places }: NameColumns, position: number, count: number): void {
    places.fill(unknownPlace, position, position + count);
  }

  has(position: number): boolean {
    return (this.#columns.places[position] ?? unknownPlace) !== unknownPlace;
  }

  at(position: number): string | undefined {
    return this.has(position) ? this.#text.toString('latin1', 0, this.#expand(position)) : undefined;
  }

  letter(position: number): string {
    return this.has(position) ? String.fromCharCode(this.#firstByte(position)) : '';
  }

  hash(position: number): number {
    return this.#columns.hashes[position] ?? 0;
  }

  isNamed(position: number, name: string): boolean {
    if (!this.has(position)) return false;
    const length = this.#expand(position);
    return length - 1 === name.length && this.#text.toString('latin1', 1, length) === name;
  }

  /** Where the tokens of a known name lie. */
  #record(position: number): { readonly start: number; readonly end: number } {
    const at = this.#columns.places[position] ?? 0;
    const first = this.#bytes[at] ?? 0;
    if ((first & 0x80) === 0) return { start: at + 1, end: at + 1 + first };
    return { start: at + 2, end: at + 2 + ((first & 0x7f) | ((this.#bytes[at + 1] ?? 0) << 7)) };
  }

  #firstByte(position: number): number {
    const { bytes, starts } = this.#tokens;
    const { start, end } = this.#record(position);
    for (let at = start; at < end; at += 1) {
      const code = this.#bytes[at] ?? 0;
      const from = starts[code] ?? 0;
      if ((starts[code + 1] ?? 0) > from) return bytes[from] ?? 0;
    }
    return 0;
  }

  /** Puts a known name together. @returns its length, its letter included */
  #expand(position: number): number {
    const { bytes, starts } = this.#tokens;
    const { start, end } = this.#record(position);
    let length = 0;
    for (let at = start; at < end; at += 1) {
      const code = this.#bytes[at] ?? 0;
      const to = starts[code + 1] ?? 0;
      for (let from = starts[code] ?? 0; from < to; from += 1) this.#text[length++] = bytes[from] ?? 0;
    }
    return length;
  }
}
