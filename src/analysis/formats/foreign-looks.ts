/** What the rows of `foreign.ts` look at: bytes and text at the begin of a file. */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** First bytes of a file, and how to look further. */
export interface ForeignLook {
  readonly head: Uint8Array;
  readonly source: ByteSource;
  /** True when no format has taken the file for its own. */
  readonly isUnclaimed?: boolean;
}

export interface ForeignRow extends ForeignKind {
  matches(look: ForeignLook): boolean;
  /** Begin of a real file: hex digits, zeros follow. */
  readonly sample: string;
  /** Begin of a file that only looks like it. */
  readonly nearMiss: string;
}

export const latin1 = (head: Uint8Array, at: number, length: number): string => Buffer.from(head.subarray(at, at + length)).toString('latin1');
export const hexAt = (head: Uint8Array, at: number, length: number): string => Buffer.from(head.subarray(at, at + length)).toString('hex');
export const starts =
  (text: string, at = 0) =>
  ({ head }: ForeignLook): boolean =>
    latin1(head, at, text.length) === text;
export const bytes =
  (digits: string, at = 0) =>
  ({ head }: ForeignLook): boolean =>
    hexAt(head, at, digits.length / 2) === digits;
export const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
export const zeros = (count: number): string => '00'.repeat(count);

export const u32le = (head: Uint8Array, at: number): number => (head.length < at + 4 ? -1 : Buffer.from(head.subarray(at, at + 4)).readUInt32LE(0));

/** Swap space and hibernation images keep their signature in the last ten bytes of the first page, which has 4 to 64 KiB. */
export function swapSignatures({ source }: ForeignLook): readonly string[] {
  const bytes = new Uint8Array(10);
  return [0x1000, 0x2000, 0x4000, 0x8000, 0x1_0000].map((page) => latin1(bytes, 0, source.readInto(page - bytes.length, bytes)));
}

/** Whether a file has one of these bytes at one of these places. */
export const oneOf =
  (...places: readonly (readonly [number, string])[]) =>
  ({ source }: ForeignLook): boolean =>
    places.some(([at, digits]) => {
      const found = new Uint8Array(digits.length / 2);
      return source.readInto(at, found) === found.length && hexAt(found, 0, found.length) === digits;
    });

/** Whether this many lines of a text, from its first on, have a form. */
export const lines = (text: string, form: RegExp, least: number): boolean => {
  // The last one may be cut by the end of what is looked at.
  const all = text
    .split(/\r?\n/)
    .slice(0, -1)
    .filter((line) => line !== '');
  return all.length >= least && all.every((line) => form.test(line));
};

/** True where the whole head is text; `about` looks at it. */
export const textThat =
  (about: (text: string) => boolean) =>
  ({ head }: ForeignLook): boolean => {
    const text = latin1(head, 0, Math.min(head.length, 2048));
    return /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(text) && about(text);
  };
