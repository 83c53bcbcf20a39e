/** One row of 16 bytes as text layers, each with its own colour: a text node per layer and row, not a span per byte. */
import type { PageState } from '../../../shared/model.ts';

export const rowBytes = 16;
/** Characters of an address, and where the columns start, counted in characters. */
export const addressDigits = 16;
export const hexColumn = addressDigits + 2;
const groupSize = 8;
export const hexWidth = rowBytes * 3;
export const asciiColumn = hexColumn + hexWidth + 2;

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

export interface RowLayers {
  readonly address: string;
  /** Bytes that are not zero; blanks elsewhere. */
  readonly bytes: string;
  readonly zeros: string;
  /** `--` for bytes that are not there, `··` while they are read. */
  readonly gaps: string;
  readonly ascii: string;
  /** Middle dots for bytes that are no printable character. */
  readonly dots: string;
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
  const layers = { bytes: '', zeros: '', gaps: '', ascii: '', dots: '' };
  const count = bytes?.length ?? rowBytes;
  for (let index = 0; index < count; index += 1) {
    const blank = index === groupSize ? ' ' : '';
    const value = bytes?.[index];
    const gone = absent[index];
    const text = value === undefined ? '··' : gone === undefined ? (digits[value] ?? '') : '--';
    const layer = value === undefined || gone !== undefined ? 'gaps' : value === 0 ? 'zeros' : 'bytes';
    for (const name of ['bytes', 'zeros', 'gaps'] as const) layers[name] += `${blank}${name === layer ? text : '  '} `;
    const shown = value !== undefined && gone === undefined;
    layers.ascii += shown && isPrintable(value) ? String.fromCharCode(value) : ' ';
    layers.dots += shown && !isPrintable(value) ? '·' : ' ';
  }
  const [first] = absent;
  const reason = bytes !== undefined && first !== undefined && count > 0 && absent.slice(0, count).every((state) => state === first) ? first : undefined;
  return { address: addressText(address), ...layers, reason };
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
