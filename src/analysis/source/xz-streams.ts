/**
 * A file of xz: streams one after the other, each with blocks and an index (The .xz File Format 1.2). Blocks of LZMA2 are unpacked chunk by chunk, and each
 * block is compared with the check that its stream has: CRC-32, CRC-64 or SHA-256.
 */
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { byteText } from '../../shared/units.ts';
import { Lzma2, LzmaDamage } from './lzma2.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import type { Damage, Unpacked } from './unpack-end.ts';

const streamMagic = Buffer.from('fd377a585a00', 'hex');
const headerBytes = 12;
const footerBytes = 12;
/** Bytes of a check by its number (section 2.1.1.2). */
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;
const lzma2Filter = 0x21n;
/** What a decoder may take: xz -9 has 64 MiB. */
const mostDictionary = 2 ** 28;

/** CRC-64 of ECMA-182 as xz has it, in two halves. */
const crc64Table = (() => {
  const table = new Int32Array(512);
  for (let index = 0; index < 256; index += 1) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c_5795_d787_0f42n : value >> 1n;
    table[2 * index] = Number(BigInt.asIntN(32, value));
    table[2 * index + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return table;
})();

interface Check {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

function crc64(): Check {
  let low = -1;
  let high = -1;
  return {
    update(bytes) {
      let [a, b] = [low, high];
      for (let at = 0; at < bytes.length; at += 1) {
        const index = ((a ^ (bytes[at] ?? 0)) & 0xff) << 1;
        a = ((a >>> 8) | (b << 24)) ^ (crc64Table[index] ?? 0);
        b = (b >>> 8) ^ (crc64Table[index + 1] ?? 0);
      }
      low = a;
      high = b;
    },
    digest() {
      const digest = Buffer.alloc(8);
      digest.writeUInt32LE(~low >>> 0, 0);
      digest.writeUInt32LE(~high >>> 0, 4);
      return digest;
    },
  };
}

function crc32(): Check {
  let value = 0;
  return {
    update(bytes) {
      value = zlib.crc32(bytes, value);
    },
    digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32LE(value, 0);
      return digest;
    },
  };
}

/** The check of a stream; undefined for none and for those that are not known. */
function checkOf(number: number): Check | undefined {
  if (number === 1) return crc32();
  if (number === 4) return crc64();
  if (number !== 10) return undefined;
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

const crcFits = (bytes: Buffer): boolean => zlib.crc32(bytes.subarray(0, -4)) === bytes.readUInt32LE(bytes.length - 4);

/** Numbers of variable length in a header (section 1.2). */
function numbersIn(bytes: Buffer, from: number): { readonly next: () => bigint; readonly at: () => number; readonly skip: (bytes: number) => void } {
  let at = from;
  return {
    next() {
      let value = 0n;
      for (let shift = 0n; shift < 63n; shift += 7n) {
        const byte = bytes[at] ?? 0;
        at += 1;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
      throw new LzmaDamage('a number of a block header has no end');
    },
    at: () => at,
    skip: (count) => {
      at += count;
    },
  };
}

/** Bytes of the dictionary by the header of a block. @throws LzmaDamage, DumpError for filters that are not decoded */
function dictionaryOf(header: Buffer, file: string): number {
  if (!crcFits(header)) throw new LzmaDamage("the CRC-32 of a block's header is another");
  const flags = header[1] ?? 0;
  const numbers = numbersIn(header, 2);
  if ((flags & 0x40) !== 0) numbers.next();
  if ((flags & 0x80) !== 0) numbers.next();
  const filter = numbers.next();
  const refuse = (what: string): DumpError =>
    new DumpError('unsupported', { file }, `it is packed with xz ${what}`, 'the dump itself; unpack it first: xz -d FILE');
  if ((flags & 3) !== 0 || filter !== lzma2Filter) throw refuse(`and a filter besides LZMA2 (number 0x${filter.toString(16)}), which is not decoded`);
  numbers.next();
  const bits = (header[numbers.at()] ?? 0) & 0x3f;
  const bytes = bits >= 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
  if (bytes > mostDictionary) throw refuse(`with a dictionary of ${byteText(bytes)}`);
  return bytes;
}

/** How a part of a stream ends: undefined where it is whole. */
type Part = 'cut' | undefined;

/** The chunks of a block. */
async function* block(cursor: PieceCursor, dictionaryBytes: number, check: Check | undefined): AsyncGenerator<Uint8Array, Part> {
  const decoder = new Lzma2(dictionaryBytes);
  for (;;) {
    const head = Buffer.from(await cursor.look(6));
    const control = head[0];
    if (control === undefined) return 'cut';
    if (control === 0) {
      cursor.took(1);
      return undefined;
    }
    if (control >= 3 && control < 0x80) throw new LzmaDamage(`a chunk begins with 0x${control.toString(16)}`);
    const isStored = control < 3;
    const hasProperties = control >= 0xc0;
    const chunkHead = isStored ? 3 : hasProperties ? 6 : 5;
    if (head.length < chunkHead) return 'cut';
    const packedBytes = (isStored ? head.readUInt16BE(1) : head.readUInt16BE(3)) + 1;
    const bytes = isStored ? packedBytes : (((control & 0x1f) << 16) | head.readUInt16BE(1)) + 1;
    const whole = Buffer.from(await cursor.look(chunkHead + packedBytes));
    if (whole.length < chunkHead + packedBytes) return 'cut';
    const data = whole.subarray(chunkHead);
    const out = isStored ? decoder.stored(control, data) : decoder.compressed(control, data, bytes, hasProperties ? head[5] : undefined);
    cursor.took(chunkHead + packedBytes);
    check?.update(out);
    yield out;
  }
}

/** Takes the index of a stream: what it says of the blocks was followed already. */
async function skipIndex(cursor: PieceCursor): Promise<Part> {
  const from = cursor.position;
  cursor.took(1);
  const number = async (): Promise<bigint | undefined> => {
    let value = 0n;
    for (let shift = 0n; shift < 63n; shift += 7n) {
      const [byte] = await cursor.look(1);
      if (byte === undefined) return undefined;
      cursor.took(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new LzmaDamage('a number of the index has no end');
  };
  const records = await number();
  if (records === undefined) return 'cut';
  for (let record = 0n; record < 2n * records; record += 1n) if ((await number()) === undefined) return 'cut';
  const padding = (4 - ((cursor.position - from) % 4)) % 4;
  return (await cursor.skip(padding + 4)) < padding + 4 ? 'cut' : undefined;
}

/**
 * Unpacks all streams of a file.
 * @param onBlock is called for each block, with whether its check was compared
 * @throws DumpError unsupported for filters other than LZMA2
 */
export async function* xzStreams(pieces: Pieces, file: string, onBlock: (hasCheck: boolean) => void): Unpacked {
  const cursor = new PieceCursor(pieces);
  let damage: Damage | undefined;
  for (;;) {
    const streamAt = cursor.position;
    const head = Buffer.from(await cursor.look(headerBytes));
    if (head.length === 0) return damage ?? { kind: 'whole' };
    if (!head.subarray(0, streamMagic.length).equals(streamMagic.subarray(0, head.length))) break;
    if (head.length < headerBytes) return damage ?? { kind: 'cut', at: streamAt };
    let at = streamAt;
    try {
      if (!crcFits(head.subarray(6))) throw new LzmaDamage("the CRC-32 of a stream's header is another");
      cursor.took(headerBytes);
      const checkNumber = (head[7] ?? 0) & 0xf;
      for (;;) {
        at = cursor.position;
        const [size] = await cursor.look(1);
        if (size === undefined) return damage ?? { kind: 'cut', at };
        if (size === 0) break;
        const header = Buffer.from(await cursor.look((size + 1) * 4));
        if (header.length < (size + 1) * 4) return damage ?? { kind: 'cut', at };
        const dictionary = dictionaryOf(header, file);
        cursor.took(header.length);
        const dataAt = cursor.position;
        const check = checkOf(checkNumber);
        onBlock(check !== undefined);
        if ((yield* block(cursor, dictionary, check)) === 'cut') return damage ?? { kind: 'cut', at };
        const padding = (4 - ((cursor.position - dataAt) % 4)) % 4;
        const wanted = checkBytes[checkNumber] ?? 0;
        const rest = Buffer.from(await cursor.look(padding + wanted));
        if (rest.length < padding + wanted) return damage ?? { kind: 'cut', at };
        cursor.took(rest.length);
        if (check !== undefined && !check.digest().equals(rest.subarray(padding)))
          damage ??= { kind: 'damaged', at, what: 'their check is another', contents: true };
      }
      const end = (await skipIndex(cursor)) ?? ((await cursor.skip(footerBytes)) < footerBytes ? 'cut' : undefined);
      if (end === 'cut') return damage ?? { kind: 'cut', at };
    } catch (error) {
      if (!(error instanceof LzmaDamage)) throw error;
      await cursor.skip(Infinity);
      return damage ?? { kind: 'damaged', at, what: error.message, contents: false };
    }
    await cursor.skipZeros();
  }
  const from = cursor.position;
  const rest = await cursor.skip(Infinity);
  return damage ?? (rest === 0 ? { kind: 'whole' } : { kind: 'followed', at: from, bytes: rest });
}
