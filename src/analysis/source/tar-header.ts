/**
 * One header of a tar archive (POSIX.1-2024 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"): 512 bytes, and the records that a
 * pax header before it holds.
 */
import { failed, type Failure, type Result } from '../../shared/result.ts';
import type { SparsePiece } from './tar-sparse.ts';

export const blockBytes = 512;

export interface TarHeader {
  /** The letter of its kind: '0' a file, '5' a folder, 'L' a long name for the next one, and so on. */
  readonly type: string;
  readonly name: Buffer;
  /** Of what is stored after the header, without padding. */
  readonly size: number;
  /** Of an old GNU sparse member: size with holes, where its first data lie, and whether blocks with more of that follow. */
  readonly sparse?: { readonly realSize: number; readonly pieces: readonly SparsePiece[]; readonly goesOn: boolean };
}

const untilNul = (field: Buffer): Buffer => {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
};

/** A number in octal digits, or in binary where its first bit says so (GNU); undefined for anything else. */
function tarNumber(field: Buffer): number | undefined {
  const first = field[0] ?? 0;
  if (first === 0x80) {
    let value = 0;
    for (const byte of field.subarray(1)) {
      value = value * 256 + byte;
      if (!Number.isSafeInteger(value)) return undefined;
    }
    return value;
  }
  const digits = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits === '' ? '0' : digits, 8);
}

/** Whether the checksum of a block is right: the sum of its bytes, those of the field taken as spaces; some old programs took them as signed. */
function isHeader(block: Buffer): boolean {
  const stated = tarNumber(block.subarray(148, 156));
  if (stated === undefined) return false;
  let [sum, signed] = [0, 0];
  for (let at = 0; at < blockBytes; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stated === sum || stated === signed;
}

/** Pairs of offset and size in a header or in a block that continues with them; undefined where one is not a number. */
export function sparsePairs(block: Buffer, from: number, count: number): SparsePiece[] | undefined {
  const pieces: SparsePiece[] = [];
  for (let at = from; at < from + count * 24; at += 24) {
    if (block[at] === 0) break;
    const [start, bytes] = [tarNumber(block.subarray(at, at + 12)), tarNumber(block.subarray(at + 12, at + 24))];
    if (start === undefined || bytes === undefined) return undefined;
    pieces.push({ start, bytes });
  }
  return pieces;
}

export function tarHeader(block: Buffer): Result<TarHeader> {
  const not = (why: string): Failure => failed('header of a member', why);
  if (!isHeader(block)) return not('there is no header of a member: its checksum does not match');
  const size = tarNumber(block.subarray(124, 136));
  if (size === undefined) return not('the size in the header of the member is not a number');
  const type = String.fromCharCode(block[156] ?? 0);
  const magic = block.toString('latin1', 257, 265);
  const own = untilNul(block.subarray(0, 100));
  const prefix = magic.startsWith('ustar\0') ? untilNul(block.subarray(345, 500)) : Buffer.alloc(0);
  const name = Buffer.from(prefix.length === 0 ? own : Buffer.concat([prefix, Buffer.from('/'), own]));
  if (type !== 'S') return { value: { type, name, size } };
  const realSize = tarNumber(block.subarray(483, 495));
  const pieces = sparsePairs(block, 386, 4);
  if (realSize === undefined || pieces === undefined) return not('the map of the sparse member has what is not a number');
  return { value: { type, name, size, sparse: { realSize, pieces, goesOn: block[482] !== 0 } } };
}

/** Records of a pax header, in their order: some keys of GNU are there many times. @returns undefined where they cannot be read */
export function paxRecords(data: Buffer): (readonly [key: string, value: Buffer])[] | undefined {
  const records: (readonly [string, Buffer])[] = [];
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = space === -1 || space - at > 10 ? Number.NaN : Number(data.toString('latin1', at, space));
    if (!Number.isSafeInteger(length) || length <= space - at + 1 || at + length > data.length || data[at + length - 1] !== 0x0a) {
      // Some writers fill the rest with zeros.
      return data.subarray(at).every((byte) => byte === 0) ? records : undefined;
    }
    const equals = data.indexOf(0x3d, space);
    if (equals === -1 || equals >= at + length) return undefined;
    records.push([data.toString('latin1', space + 1, equals), data.subarray(equals + 1, at + length - 1)]);
    at += length;
  }
  return records;
}
