import { ascii, type Endian } from './byte-writer.ts';

/**
 * A register content that spells the register's own name in the file, so that a wrong offset shows as a wrong word:
 * `r15` in 8 bytes is "  r15   ", `cr7` is " cr7    ", `a3` in 4 bytes is "a3  ".
 * @param size 4, 8 or 16 bytes
 * @returns the number whose bytes in the given byte order read as that text
 */
export function spelledRegister(name: string, size: 4 | 8 | 16, endian: Endian = 'big'): bigint {
  return numberFromText(spelledText(name, size), endian);
}

/** The text of {@link spelledRegister}: letters end in column 3 (from 8 bytes on), digits follow, blanks fill. */
export function spelledText(name: string, size: 4 | 8 | 16): string {
  const [, letters = '', digits = ''] = /^(.*?)(\d*)$/.exec(name) ?? [];
  const text = size === 4 ? name : letters.padStart(3) + digits;
  return text.slice(0, size).padEnd(size);
}

/** The bytes of a text as one number of the same width. */
export function numberFromText(text: string, endian: Endian = 'big'): bigint {
  const bytes = [...ascii(text)];
  if (endian === 'little') bytes.reverse();
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
