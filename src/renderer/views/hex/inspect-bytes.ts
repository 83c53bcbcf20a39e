/** The bytes under the cursor as numbers and text. */
import type { ReadJson } from '../../../shared/memory-model.ts';

export interface InspectedInteger {
  readonly bits: 8 | 16 | 32 | 64;
  /** Undefined if bytes are missing. */
  readonly big: { readonly hex: string; readonly decimal: string; readonly signed: string } | undefined;
  readonly little: { readonly hex: string; readonly decimal: string; readonly signed: string } | undefined;
}

/** Contiguous available bytes from the cursor on. */
export function presentBytes(data: Uint8Array, address: bigint, absent: ReadJson['absent']): Uint8Array {
  const firstGap = absent.map(({ start }) => BigInt(start)).reduce((first, start) => (start < first ? start : first), address + BigInt(data.length));
  const count = firstGap <= address ? 0 : Number(firstGap - address);
  return data.subarray(0, count);
}

function integer(bytes: Uint8Array, size: number, littleEndian: boolean): InspectedInteger['big'] {
  if (bytes.length < size) return undefined;
  let value = 0n;
  for (let index = 0; index < size; index += 1) value = (value << 8n) | BigInt(bytes[littleEndian ? size - 1 - index : index] ?? 0);
  return { hex: `0x${value.toString(16).padStart(size * 2, '0')}`, decimal: value.toString(), signed: BigInt.asIntN(size * 8, value).toString() };
}

export function inspectIntegers(bytes: Uint8Array): readonly InspectedInteger[] {
  return ([8, 16, 32, 64] as const).map((bits) => ({ bits, big: integer(bytes, bits / 8, false), little: integer(bytes, bits / 8, true) }));
}

/** Printable ASCII from the cursor on; a middle dot for other bytes. */
export const asciiText = (bytes: Uint8Array): string => [...bytes].map((value) => (value >= 0x20 && value <= 0x7e ? String.fromCharCode(value) : '·')).join('');

/** Hex digits, 16 bytes per line, `--` for bytes that are not in the dump. */
export function hexText(data: Uint8Array, address: bigint, absent: ReadJson['absent']): string {
  const gaps = absent.map(({ start, end }) => [Number(BigInt(start) - address), Number(BigInt(end) - address)] as const);
  const digits = [...data].map((value, index) => (gaps.some(([from, to]) => index >= from && index < to) ? '--' : value.toString(16).padStart(2, '0')));
  const lines: string[] = [];
  for (let at = 0; at < digits.length; at += 16) lines.push(digits.slice(at, at + 16).join(' '));
  return lines.join('\n');
}
