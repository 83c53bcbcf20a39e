import { numberFromText } from './spelled-register.ts';
import { parseNumber, type Word } from './case-words.ts';
import type { Endian } from './byte-writer.ts';

/** The words after a statement's name, taken one after the other, then by key. Every word must be taken. */
export class CaseArguments {
  readonly #plain: Word[];
  readonly #keyed = new Map<string, Word>();

  constructor(words: readonly Word[]) {
    this.#plain = words.filter(({ key }) => key === undefined);
    for (const word of words) {
      if (word.key === undefined) continue;
      if (this.#keyed.has(word.key)) throw new Error(`"${word.key}" is given twice`);
      this.#keyed.set(word.key, word);
    }
  }

  /** The next plain word. */
  word(what: string): Word {
    const word = this.#plain.shift();
    if (word === undefined) throw new Error(`${what} is missing`);
    return word;
  }

  /** The next plain word if it is this one. */
  flag(name: string): boolean {
    const index = this.#plain.findIndex((word) => !word.quoted && word.text === name);
    if (index < 0) return false;
    this.#plain.splice(index, 1);
    return true;
  }

  number(what: string): bigint {
    return parseNumber(this.word(what).text);
  }

  /** An address, size or position that fits a JavaScript number. */
  safe(what: string): number {
    return safeNumber(this.number(what), what);
  }

  /** All plain words that are left. */
  rest(): readonly Word[] {
    return this.#plain.splice(0);
  }

  keyed(key: string): Word | undefined {
    const word = this.#keyed.get(key);
    this.#keyed.delete(key);
    return word;
  }

  keyedText(key: string): string | undefined {
    return this.keyed(key)?.text;
  }

  keyedNumber(key: string): bigint | undefined {
    const word = this.keyed(key);
    return word === undefined ? undefined : parseNumber(word.text);
  }

  keyedSafe(key: string): number | undefined {
    const value = this.keyedNumber(key);
    return value === undefined ? undefined : safeNumber(value, key);
  }

  /** One of a closed list of words. */
  keyedChoice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const text = this.keyedText(key);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new Error(`${key}="${text}" is not one of ${choices.join(', ')}`);
    return choice;
  }

  /** `START+SIZE` */
  keyedRange(key: string): { readonly start: number; readonly size: number } | undefined {
    return this.keyedRanges(key)?.[0];
  }

  /** Several, with commas between them. */
  keyedRanges(key: string): readonly { readonly start: number; readonly size: number }[] | undefined {
    return this.keyedText(key)
      ?.split(',')
      .map((text) => this.#range(key, text));
  }

  #range(key: string, text: string): { readonly start: number; readonly size: number } {
    const [start, size, more] = text.split('+');
    if (start === undefined || size === undefined || more !== undefined) throw new Error(`${key}="${text}" is not START+SIZE`);
    return { start: safeNumber(parseNumber(start), key), size: safeNumber(parseNumber(size), key) };
  }

  /** Keys that are left, for statements with open lists of fields. */
  keys(): readonly string[] {
    return [...this.#keyed.keys()];
  }

  /** Throws when a word has not been taken. */
  end(): void {
    const [word] = this.#plain;
    if (word !== undefined) throw new Error(`"${word.text}" is not understood here`);
    const [key] = this.#keyed.keys();
    if (key !== undefined) throw new Error(`"${key}=" is not understood here`);
  }
}

/** A register or field: a number, or a text of exactly `size` characters that becomes its bytes. */
export function valueOf(word: Word, size: number, endian: Endian): bigint {
  if (!word.quoted) return parseNumber(word.text);
  if (word.text.length !== size) throw new Error(`"${word.text}" has ${word.text.length} characters, not ${size}`);
  return numberFromText(word.text, endian);
}

export function safeNumber(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`${what} is too large`);
  return number;
}

/** Leaves out the members that are undefined, so that the builder's own defaults apply. */
export function given<T extends object>(values: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
