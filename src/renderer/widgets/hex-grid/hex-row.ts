/** One row of bytes as text layers, each with its own colour: a text node per layer and row, not a span per byte; most rows need one or two. */
import { ebcdicText } from '../../../shared/ebcdic.ts';
import type { PageState } from '../../../shared/model.ts';

/** Digits of an address, in groups of eight; and where the columns start, counted in characters. */
const addressDigits = 16;
const addressGroup = 8;
export const hexColumn = addressDigits + 1 + 2;
const groupSize = 8;
/** The longest reason for absence must fit into the text column. */
const reasonWidth = 18;

/** Bytes per row, and where its columns are, in characters from its start. */
export interface RowForm {
  readonly bytes: number;
  readonly hexWidth: number;
  readonly asciiColumn: number;
  /** Undefined if there is no such column. */
  readonly ebcdicColumn: number | undefined;
  /** Width of the row. */
  readonly characters: number;
}

/** Character of a byte's first digit, from the start of its column. */
export const byteOffset = (index: number): number => index * 3 + Math.floor(index / groupSize);

export function rowForm(bytes: number, hasEbcdic = false): RowForm {
  const hexWidth = byteOffset(bytes - 1) + 2;
  const asciiColumn = hexColumn + hexWidth + 2;
  const ebcdicColumn = hasEbcdic ? asciiColumn + bytes + 2 : undefined;
  const end = (ebcdicColumn ?? asciiColumn) + bytes + 2;
  return { bytes, hexWidth, asciiColumn, ebcdicColumn, characters: Math.max(end, asciiColumn + reasonWidth) };
}

export const rowBytes = 16;
export const usualForm = rowForm(rowBytes);

/** Byte at a character of the hex column: its digits, and the blank after them. */
export function byteAt(character: number, bytes = rowBytes): number {
  const group = Math.floor(character / byteOffset(groupSize));
  const within = Math.min(groupSize - 1, Math.floor((character - group * byteOffset(groupSize)) / 3));
  return Math.min(bytes - 1, Math.max(0, group * groupSize + within));
}

/** The header above the rows: the last digits of the addresses below, and the names of the text columns. */
export function rulerText(form: RowForm): string {
  const columns = Array.from({ length: form.bytes }, (_, index) => `${index % groupSize === 0 && index > 0 ? ' ' : ''}${digits[index] ?? ''} `).join('');
  const head = `${'address'.padEnd(hexColumn)}${columns}`.padEnd(form.asciiColumn);
  return form.ebcdicColumn === undefined ? `${head}ASCII` : `${`${head}ASCII`.padEnd(form.ebcdicColumn)}EBCDIC`;
}

export interface AbsentRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly state: PageState;
}

/** Overlaid texts; what is on one layer is blank on the others. Without trailing blanks, which would be laid out too. */
export interface RowLayers {
  /** The unobtrusive part: the address, and from the hex column on zero bytes and the middle dots for unprintable characters. */
  readonly quiet: string;
  /** From the hex column on: bytes that are not zero, and characters. */
  readonly plain: string;
  /** From the hex column on: `--` for absent bytes, `··` while they are being read. */
  readonly gaps: string;
  /** Why bytes are absent, if the whole row is. */
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
/** By byte; undefined for unprintable characters of code page 1047. */
const ebcdicCharacters = Array.from(
  ebcdicText(
    Uint8Array.from({ length: 256 }, (_, value) => value),
    '1047',
  ),
  (character) => (isPrintable(character.charCodeAt(0)) ? character : undefined),
);

export function addressText(address: bigint): string {
  const all = address.toString(16).padStart(addressDigits, '0');
  return `${all.slice(0, addressGroup)} ${all.slice(addressGroup)}`;
}

/**
 * @param bytes the row's bytes: fewer at the end of a file, undefined while they are being read
 * @param absent states of absent bytes, by index; undefined for a byte that is in the dump
 */
export function rowLayers(
  address: bigint,
  bytes: Uint8Array | undefined,
  absent: readonly (PageState | undefined)[],
  { asciiColumn, ebcdicColumn, bytes: rowBytes }: RowForm = usualForm,
): RowLayers {
  const count = bytes?.length ?? rowBytes;
  let zeros = '';
  let plain = '';
  let gaps = '';
  let dots = '';
  let ascii = '';
  let ebcdic = '';
  let ebcdicDots = '';
  for (let index = 0; index < count; index += 1) {
    const value = bytes?.[index];
    const isThere = value !== undefined && absent[index] === undefined;
    const isGroup = index > 0 && index % groupSize === 0;
    const blank = isGroup ? '    ' : '   ';
    const gap = isGroup ? ' ' : '';
    zeros += isThere && value === 0 ? `${gap}00 ` : blank;
    plain += isThere && value !== 0 ? `${gap}${digits[value] ?? ''} ` : blank;
    gaps += isThere ? blank : `${gap}${value === undefined ? '··' : '--'} `;
    ascii += isThere && isPrintable(value) ? String.fromCharCode(value) : ' ';
    dots += isThere && !isPrintable(value) ? '·' : ' ';
    if (ebcdicColumn === undefined) continue;
    const character = isThere ? ebcdicCharacters[value] : ' ';
    ebcdic += character ?? ' ';
    ebcdicDots += character === undefined ? '·' : ' ';
  }
  const [first] = absent;
  const reason = bytes !== undefined && first !== undefined && count > 0 && absent.slice(0, count).every((state) => state === first) ? first : undefined;
  const line = (hex: string, text: string, other: string): string => {
    const both = ebcdicColumn === undefined ? text : `${text.padEnd(ebcdicColumn - asciiColumn)}${other}`;
    return `${hex.padEnd(asciiColumn - hexColumn)}${both}`.trimEnd();
  };
  return {
    quiet: `${addressText(address)}  ${line(zeros, dots, ebcdicDots)}`.trimEnd(),
    // A character of the text may be a blank, which is purely visual.
    plain: line(plain, ascii, ebcdic),
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
