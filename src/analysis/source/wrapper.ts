/** Files that are not a dump but hold one: identified by their first bytes. */
import { skipsToZstd } from './zstd-frames.ts';

export interface Wrapper {
  /** As it is called: "gzip". */
  readonly name: string;
  /** Whether a dump in it is opened as it is; else `unpack` says how a person gets at it. */
  readonly opens: boolean;
  readonly unpack: string;
}

const starts = (head: Uint8Array, ...bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
const ascii = (head: Uint8Array, at: number, text: string): boolean => Buffer.from(head.subarray(at, at + text.length)).toString('latin1') === text;

/** A tar header without a magic (version 7): the checksum of its 512 bytes, its own field taken as spaces, is in it in octal digits. */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < 512 || (head[0] ?? 0) <= 0x20) return false;
  const stated = /^ *([0-7]{4,7})[ \0]/.exec(Buffer.from(head.subarray(148, 156)).toString('latin1'))?.[1];
  if (stated === undefined) return false;
  let sum = 8 * 0x20;
  for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += head[at] ?? 0;
  return sum === Number.parseInt(stated, 8);
}

/** The wrapper that a file is by its first 512 bytes, or undefined. */
export function wrapperOf(head: Uint8Array): Wrapper | undefined {
  if (starts(head, 0x1f, 0x8b, 8)) return { name: 'gzip', opens: true, unpack: 'gunzip FILE' };
  if (starts(head, 0x28, 0xb5, 0x2f, 0xfd) || skipsToZstd(head)) return { name: 'zstd', opens: true, unpack: 'zstd -d FILE' };
  if (starts(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)) return { name: 'xz', opens: true, unpack: 'xz -d FILE' };
  if (ascii(head, 0, 'BZh') && (ascii(head, 4, '1AY&SY') || (ascii(head, 4, '\x17rE8P\x90') && (head[3] ?? 0) >= 0x31)))
    return { name: 'bzip2', opens: true, unpack: 'bzip2 -d FILE' };
  // Local header, end record of an empty archive, first part of a spanned one.
  if (starts(head, 0x50, 0x4b, 3, 4) || starts(head, 0x50, 0x4b, 5, 6) || starts(head, 0x50, 0x4b, 7, 8))
    return { name: 'zip', opens: false, unpack: 'unzip FILE' };
  if (ascii(head, 257, 'ustar') || isOldTar(head)) return { name: 'tar', opens: false, unpack: 'tar -xf FILE' };
  return undefined;
}
