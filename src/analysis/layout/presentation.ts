/** Ways to read a number: what a struct table hands to its fields as third argument. */
import { byteText, hex as hexOf } from '../../shared/units.ts';
import type { Presentation } from './field.ts';

/** Shown as 0x... in JSON too, for codes and masks that fit a number. */
export const hex: Presentation<number> = { json: hexOf };

/** A size in bytes. */
export const bytesOf: Presentation<bigint> = { text: (value) => byteText(value) };

/** An absolute address; 0 means none. */
export const absoluteOrNone: Presentation<bigint> = { text: (value) => (value === 0n ? 'none' : undefined) };

/** ASCII word stored as an 8-byte number, big endian. */
export function magic(word: string): Presentation<bigint> {
  const wanted = Buffer.from(word, 'latin1');
  return {
    expected: `"${word}"`,
    text(value) {
      const found = Buffer.alloc(8);
      found.writeBigUInt64BE(value);
      return found.equals(wanted) ? `"${word}"` : `not "${word}"`;
    },
  };
}

/** Numbers with a name. */
export function codes(names: Readonly<Record<number, string>>): Presentation<number> {
  return { text: (value) => names[value] };
}

/** Bits with a name, least significant first: {0: 'VM', 2: 'LPAR'}. */
export function bits(names: Readonly<Record<number, string>>): Presentation<bigint> {
  return {
    text(value) {
      const set = Object.entries(names).filter(([bit]) => ((value >> BigInt(bit)) & 1n) === 1n);
      return set.length === 0 ? undefined : set.map(([, name]) => name).join(' ');
    },
  };
}

/** The same for a field of 32 bits, shown as hex. */
export function bits32(names: Readonly<Record<number, string>>): Presentation<number> {
  const wide = bits(names);
  return { json: hexOf, text: (value, endian) => wide.text?.(BigInt(value), endian) };
}
