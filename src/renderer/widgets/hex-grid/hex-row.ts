/** One row of 16 bytes as text layers, each with its own colour: a text node per layer and row, not a span per byte; most rows need one or two. */
import type { PageState } from '../../../shared/model.ts';

export const rowBytes = 16;
/** Characters of an address, and where the columns start, counted in characters. */
export const addressDigits = 16;
export const hexColumn = addressDigits + 2;
const groupSize = 8;
export const hexWidth = rowBytes * 3;
export const asciiColumn = hexColumn + hexWidth + 2;
/** Width of a row (hex-grid.css), which has room for a reason beside the bytes. */
export const rowCharacters = 86;

/** Character of a byte's first digit, from the start of its column. */
export const byteOffset = (index: number): number => index * 3 + (index >= groupSize ? 1 : 0);

/** Byte under a character of the hex column: digits, and the blank behind them. */
export function byteAt(character: number): number {
  const shifted = character >= groupSize * 3 ? character - 1 : character;
  return Math.min(rowBytes - 1, Math.max(0, Math.floor(shifted / 3)));
}

export interface AbsentRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly state: PageState;
}

/** Texts that lie over one another; what is on one layer is blank on the others. Without blanks at the end: they would be laid out too. */
export interface RowLayers {
  /** What one looks past: the address, and from the hex column on zero bytes, middle dots for what is no printable character. */
  readonly quiet: string;
  /** From the hex column on: bytes that are not zero, and characters. */
  readonly plain: string;
  /** From the hex column on: `--` for bytes that are not there, `··` while they are read. */
  readonly gaps: string;
  /** Why bytes are missing, when the whole row is. */
  readonly reason: PageState | undefined;
}

export const reasons: Readonly<Record<PageState, string>> = {
  present: '',
  zero: '',
  excluded: 'left out by tool',
  missing: 'not in the dump',
  unreadable: 'unreadable',
  encrypted: 'encrypted',
};

const digits = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));
const isPrintable = (value: number): boolean => value >= 0x20 && value <= 0x7e;

export const addressText = (address: bigint): string => address.toString(16).padStart(addressDigits, '0');

/**
 * @param bytes the row's bytes: fewer than 16 at the end of a file, undefined while they are read
 * @param absent states of bytes that are not there, by index; undefined where the byte is there
 */
export function rowLayers(address: bigint, bytes: Uint8Array | undefined, absent: readonly (PageState | undefined)[]): RowLayers {
  const count = bytes?.length ?? rowBytes;
  let zeros = '';
  let plain = '';
  let gaps = '';
  let dots = '';
  let ascii = '';
  for (let index = 0; index < count; index += 1) {
    const value = bytes?.[index];
    const isThere = value !== undefined && absent[index] === undefined;
    const blank = index === groupSize ? '    ' : '   ';
    const gap = index === groupSize ? ' ' : '';
    zeros += isThere && value === 0 ? `${gap}00 ` : blank;
    plain += isThere && value !== 0 ? `${gap}${digits[value] ?? ''} ` : blank;
    gaps += isThere ? blank : `${gap}${value === undefined ? '··' : '--'} `;
    ascii += isThere && isPrintable(value) ? String.fromCharCode(value) : ' ';
    dots += isThere && !isPrintable(value) ? '·' : ' ';
  }
  const [first] = absent;
  const reason = bytes !== undefined && first !== undefined && count > 0 && absent.slice(0, count).every((state) => state === first) ? first : undefined;
  const line = (hex: string, text: string): string => `${hex.padEnd(asciiColumn - hexColumn)}${text}`.trimEnd();
  return {
    quiet: `${addressText(address)}  ${line(zeros, dots)}`.trimEnd(),
    // A character of the text may be a blank: it is there for the eye only.
    plain: line(plain, ascii),
    gaps: gaps.trimEnd(),
    reason,
  };
}

/** The state of each of `count` bytes from an address on. */
export function absentStates(ranges: readonly AbsentRange[], address: bigint, count: number): readonly (PageState | undefined)[] {
  const states: (PageState | undefined)[] = new Array<PageState | undefined>(count).fill(undefined);
  for (const { start, end, state } of ranges) {
    if (end <= address || start >= address + BigInt(count)) continue;
    const from = start > address ? Number(start - address) : 0;
    const to = end < address + BigInt(count) ? Number(end - address) : count;
    states.fill(state, from, to);
  }
  return states;
}

/** The row as a sentence for screen readers. */
export function rowSpeech(address: bigint, bytes: Uint8Array | undefined, absent: readonly (PageState | undefined)[]): string {
  if (bytes === undefined) return `row ${address.toString(16)}, being read`;
  const words = [...bytes].map((value, index) => absent[index] ?? digits[value]);
  const text = [...bytes].map((value, index) => (absent[index] === undefined && isPrintable(value) ? String.fromCharCode(value) : '.')).join('');
  return `row ${address.toString(16)}: ${words.join(' ')}; text ${text}`;
}
