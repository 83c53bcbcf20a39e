/** Rows of the byte pane as text: 16 bytes each, with the selection separate from the rest. */
import type { AbsentRange } from '../hex-grid/hex-row.ts';
import { absentStates, byteOffset, rowBytes } from '../hex-grid/hex-row.ts';

export interface ByteSpan {
  /** First byte, relative to the start of the pane, and the number of bytes. */
  readonly offset: number;
  readonly length: number;
}

export interface ByteRow {
  readonly offset: number;
  readonly hex: string;
  readonly text: string;
}

/** Text of every row; `--` for bytes that are not in the dump. */
export function byteRows(bytes: Uint8Array, start: bigint, absent: readonly AbsentRange[]): readonly ByteRow[] {
  const rows: ByteRow[] = [];
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const part = bytes.subarray(at, at + rowBytes);
    const gone = absentStates(absent, start + BigInt(at), part.length);
    let hex = '';
    let text = '';
    part.forEach((value, index) => {
      const missing = gone[index] !== undefined;
      hex = `${hex.padEnd(byteOffset(index))}${missing ? '--' : value.toString(16).padStart(2, '0')}`;
      text += missing ? ' ' : value >= 0x20 && value <= 0x7e ? String.fromCharCode(value) : '·';
    });
    rows.push({ offset: at, hex, text });
  }
  return rows;
}

/** First and last selected byte of a row; undefined if none is. */
export function selectedIn(row: number, selection: ByteSpan | undefined): readonly [first: number, last: number] | undefined {
  if (selection === undefined) return undefined;
  const first = Math.max(0, selection.offset - row);
  const last = Math.min(rowBytes - 1, selection.offset + Math.max(1, selection.length) - 1 - row);
  return first > last || first >= rowBytes ? undefined : [first, last];
}

/** The three parts of a row's hex digits and of its text: before, selected, after. */
export function splitRow({ hex, text }: ByteRow, selected: readonly [number, number]): { readonly hex: readonly string[]; readonly text: readonly string[] } {
  const [first, last] = selected;
  const [from, to] = [byteOffset(first), byteOffset(last) + 2];
  return {
    hex: [hex.slice(0, from), hex.slice(from, to), hex.slice(to)],
    text: [text.slice(0, first), text.slice(first, last + 1), text.slice(last + 1)],
  };
}
