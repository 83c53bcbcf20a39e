/** Text in the two EBCDIC code pages that z/OS, z/VM and Linux tools write. */
import { ebcdicTables } from './ebcdic-tables.ts';

export const ebcdicPages = ['1047', '037'] as const;
export type EbcdicPage = (typeof ebcdicPages)[number];

const codesOf = (page: EbcdicPage): readonly number[] => {
  const digits = ebcdicTables[page].join('');
  return Array.from({ length: 256 }, (_, byte) => parseInt(digits.slice(2 * byte, 2 * byte + 2), 16));
};
const known = new Map<EbcdicPage, readonly number[]>();
/** Latin-1 code of each byte; worked out when a page is first needed, which is seldom. */
function latin(page: EbcdicPage): readonly number[] {
  const codes = known.get(page) ?? codesOf(page);
  known.set(page, codes);
  return codes;
}

/** Bytes of a text, or the first character that the code page has no byte for. */
export function ebcdicBytes(text: string, page: EbcdicPage): Uint8Array | { readonly unknown: string } {
  const bytes: number[] = [];
  const codes = latin(page);
  for (const character of text) {
    const byte = codes.indexOf(character.codePointAt(0) ?? -1);
    if (byte === -1) return { unknown: character };
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Characters of bytes, one each; control characters as they are. */
export function ebcdicText(bytes: Uint8Array, page: EbcdicPage): string {
  const codes = latin(page);
  return Array.from(bytes, (byte) => String.fromCharCode(codes[byte] ?? 0)).join('');
}
