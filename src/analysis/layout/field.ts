/**
 * Field types of the struct declaration. A field knows its offset, how its bytes become an exact value in either byte
 * order, and how that value reads; layouts derive everything else from it.
 */
import { hex } from '../../shared/units.ts';

export type Endian = 'big' | 'little';

/** How a value is shown. `text` adds meaning ("384 MiB", "page-aligned"); undefined where the plain value says it all. */
export interface Presentation<T> {
  readonly json?: (value: T) => string | number;
  readonly text?: (value: T, endian: Endian) => string | undefined;
  /** What a valid structure holds here, for errors and the reference page. */
  readonly expected?: string;
}

export interface ScalarField<T> {
  readonly kind: 'scalar';
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly doc: string;
  readonly presentation: Presentation<T>;
  readonly read: (view: DataView, at: number, endian: Endian) => T;
  readonly json: (value: T) => string | number;
}

function scalar<T>(
  type: string,
  size: number,
  read: ScalarField<T>['read'],
  json: (value: T) => string | number,
): (offset: number, doc?: string, presentation?: Presentation<T>) => ScalarField<T> {
  return (offset, doc = '', presentation = {}) => ({ kind: 'scalar', type, offset, size, doc, presentation, read, json: presentation.json ?? json });
}

const plain = (value: number): number => value;
export const u8 = scalar('u8', 1, (view, at) => view.getUint8(at), plain);
export const u16 = scalar('u16', 2, (view, at, endian) => view.getUint16(at, endian === 'little'), plain);
export const u32 = scalar('u32', 4, (view, at, endian) => view.getUint32(at, endian === 'little'), plain);
export const i32 = scalar('i32', 4, (view, at, endian) => view.getInt32(at, endian === 'little'), plain);
/** 64-bit values are bigint in code and "0x..." in JSON: no double holds them all. */
export const u64 = scalar<bigint>('u64', 8, (view, at, endian) => view.getBigUint64(at, endian === 'little'), hex);

/** Fixed-size text that ends at the first NUL. Bytes outside printable ASCII stay visible as \xNN. */
export function text(offset: number, size: number, doc = ''): ScalarField<string> {
  const read = (view: DataView, at: number): string => asciiText(new Uint8Array(view.buffer, view.byteOffset + at, size));
  return { kind: 'scalar', type: `char[${size}]`, offset, size, doc, presentation: {}, read, json: (value) => value };
}

/** Bytes without a meaning of their own: digests, keys, reserved areas. */
export function bytes(offset: number, size: number, doc = ''): ScalarField<Uint8Array> {
  const read = (view: DataView, at: number): Uint8Array => new Uint8Array(view.buffer, view.byteOffset + at, size).slice();
  return { kind: 'scalar', type: `u8[${size}]`, offset, size, doc, presentation: {}, read, json: (value) => Buffer.from(value).toString('hex') };
}

/** Printable ASCII up to the first NUL; anything else is escaped so that it cannot be mistaken for text. */
export function asciiText(data: Uint8Array): string {
  const end = data.indexOf(0);
  let out = '';
  for (const byte of end === -1 ? data : data.subarray(0, end)) {
    out += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}
