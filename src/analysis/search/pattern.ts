/** What a person typed to be searched for, as bytes with masks or as a regular expression. */
import { ebcdicBytes, type EbcdicPage } from '../../shared/ebcdic.ts';
import { RequestError } from '../../shared/rpc.ts';
import type { SearchType } from '../../shared/search-model.ts';

/** Bytes that match where `(byte & mask) === value`. Values have no bits outside of their masks. */
export interface MaskedBytes {
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
}

/** Alternatives all have one length. */
export type SearchPattern =
  { readonly kind: 'masked'; readonly alternatives: readonly MaskedBytes[] } | { readonly kind: 'regex'; readonly source: string; readonly flags: string };

export interface PatternRequest {
  readonly pattern: string;
  readonly type: SearchType;
  readonly endian: 'big' | 'little' | 'both';
  readonly codePage: EbcdicPage;
  readonly ignoreCase: boolean;
}

/** Longest pattern in bytes. */
const longestPattern = 1024;

const wrong = (message: string): RequestError => new RequestError('query', message);

const exact = (values: Uint8Array): MaskedBytes => ({ values, masks: new Uint8Array(values.length).fill(0xff) });

function bytesPattern(text: string): MaskedBytes {
  const digits = text.replace(/^\s*0x/i, '').replaceAll(/[\s_]+/g, '');
  const bad = /[^0-9a-f?]/i.exec(digits);
  if (bad !== null) throw wrong(`"${text}": "${bad[0]}" is neither a hexadecimal digit nor ? for any digit`);
  if (digits.length === 0 || digits.length % 2 !== 0) throw wrong(`"${text}": a byte has two hexadecimal digits, with ? for any digit, as in 4f53??5?`);
  const masks = new Uint8Array(digits.length / 2);
  const values = new Uint8Array(digits.length / 2);
  Array.from(digits).forEach((digit, index) => {
    if (digit === '?') return;
    const shift = index % 2 === 0 ? 4 : 0;
    masks[index >> 1] = (masks[index >> 1] ?? 0) | (0xf << shift);
    values[index >> 1] = (values[index >> 1] ?? 0) | (parseInt(digit, 16) << shift);
  });
  if (masks.every((mask) => mask === 0)) throw wrong(`"${text}" matches everything: at least one digit must be given`);
  return { values, masks };
}

/** Letters in both cases: in ASCII they differ in bit 0x20, in EBCDIC in bit 0x40. */
function foldedCase(values: Uint8Array, isLetter: (byte: number) => boolean, bit: number): MaskedBytes {
  const masks = Uint8Array.from(values, (byte) => (isLetter(byte) ? 0xff & ~bit : 0xff));
  return { masks, values: values.map((byte, index) => byte & (masks[index] ?? 0xff)) };
}

const asciiLetter = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
/** A to I, J to R, S to Z: in three runs, the small ones 0x40 below. */
const ebcdicLetter = (byte: number): boolean => {
  const small = byte & ~0x40;
  return (byte & 0x80) !== 0 && ((small >= 0x81 && small <= 0x89) || (small >= 0x91 && small <= 0x99) || (small >= 0xa2 && small <= 0xa9));
};

function integerPattern(text: string, bits: 32 | 64, endian: PatternRequest['endian']): readonly MaskedBytes[] {
  const trimmed = text.trim();
  if (!/^(0x[0-9a-f]+|-?\d+)$/i.test(trimmed)) throw wrong(`"${text}" is not an integer (decimal, or hexadecimal with 0x)`);
  const value = BigInt(trimmed);
  if (value >= 1n << BigInt(bits) || value < -(1n << BigInt(bits - 1))) throw wrong(`${trimmed} does not fit into ${bits} bits`);
  const words = new DataView(new ArrayBuffer(8));
  words.setBigUint64(0, BigInt.asUintN(64, value));
  const big = new Uint8Array(words.buffer).subarray(8 - bits / 8);
  const little = big.toReversed();
  if (endian === 'big') return [exact(big)];
  if (endian === 'little') return [exact(little)];
  return Buffer.compare(big, little) === 0 ? [exact(big)] : [exact(big), exact(little)];
}

function regexPattern(source: string, ignoreCase: boolean): SearchPattern {
  const flags = ignoreCase ? 'gmi' : 'gm';
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  return { kind: 'regex', source, flags };
}

function maskedPattern({ pattern, type, endian, codePage, ignoreCase }: PatternRequest): readonly MaskedBytes[] {
  switch (type) {
    case 'bytes':
      return [bytesPattern(pattern)];
    case 'text': {
      const bytes = new TextEncoder().encode(pattern);
      return [ignoreCase ? foldedCase(bytes, asciiLetter, 0x20) : exact(bytes)];
    }
    case 'ebcdic': {
      const bytes = ebcdicBytes(pattern, codePage);
      if ('unknown' in bytes) throw wrong(`"${bytes.unknown}" is not in EBCDIC code page ${codePage}`);
      return [ignoreCase ? foldedCase(bytes, ebcdicLetter, 0x40) : exact(bytes)];
    }
    case 'u32':
      return integerPattern(pattern, 32, endian);
    case 'u64':
      return integerPattern(pattern, 64, endian);
    case 'regex':
      return [];
  }
}

/** @throws RequestError query, with what is wrong with the pattern */
export function searchPattern(request: PatternRequest): SearchPattern {
  if (request.pattern === '') throw wrong('there is no pattern to search for');
  if (request.type === 'regex') return regexPattern(request.pattern, request.ignoreCase);
  const alternatives = maskedPattern(request);
  const length = alternatives[0]?.values.length ?? 0;
  if (length > longestPattern) throw wrong(`the pattern has ${length} bytes: at most ${longestPattern} can be searched for`);
  return { kind: 'masked', alternatives };
}
