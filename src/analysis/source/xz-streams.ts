/**
 * A file of xz: streams one after the other, each with blocks and an index (The .xz File Format 1.2). Blocks of LZMA2 are unpacked chunk by chunk, and each
 * block is compared with the check that its stream has: CRC-32, CRC-64 or SHA-256.
 */
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { byteText } from '../../shared/units.ts';
import { Lzma2, LzmaDamage } from './lzma2.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { PartCount, type Damage, type Unpacked } from './unpack-end.ts';
import { checkBytes, checkOf, type Check } from './xz-checks.ts';
import { BlockSizes, IndexDamage, takeIndex, type StreamPart } from './xz-index.ts';

const streamMagic = Buffer.from('fd377a585a00', 'hex');
const headerBytes = 12;
const lzma2Filter = 0x21n;
/** That of xz -9, the largest of its presets: the window takes a quarter more and 4 MiB. */
const mostDictionary = 2 ** 26;

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
  if (!crcFits(header)) throw new LzmaDamage("the CRC-32 of a block's header does not match");
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
  if (bytes > mostDictionary) throw refuse(`with a dictionary of ${byteText(bytes)}, and at most ${byteText(mostDictionary)} are kept in memory`);
  return bytes;
}

/** The chunks of a block, for a decoder that has begun it. */
async function* block(cursor: PieceCursor, decoder: Lzma2, check: Check | undefined): AsyncGenerator<Uint8Array, StreamPart> {
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

/**
 * Unpacks all streams of a file.
 * @param onBlock is called for each block, with whether its check was compared
 * @throws DumpError unsupported for filters other than LZMA2
 */
export async function* xzStreams(pieces: Pieces, file: string, onBlock: (hasCheck: boolean) => void): Unpacked {
  const cursor = new PieceCursor(pieces);
  const decoder = new Lzma2();
  const count = new PartCount();
  let damage: Damage | undefined;
  for (;;) {
    const streamAt = cursor.position;
    const head = Buffer.from(await cursor.look(headerBytes));
    if (head.length === 0) return damage ?? { kind: 'whole' };
    if (!head.subarray(0, streamMagic.length).equals(streamMagic.subarray(0, head.length))) break;
    if (head.length < headerBytes) return damage ?? { kind: 'cut', at: streamAt };
    let at = streamAt;
    let excess: Damage | undefined;
    try {
      if (!crcFits(head.subarray(6))) throw new LzmaDamage("the CRC-32 of a stream's header does not match");
      cursor.took(headerBytes);
      const checkNumber = (head[7] ?? 0) & 0xf;
      const blocks = new BlockSizes();
      for (;;) {
        at = cursor.position;
        const [size] = await cursor.look(1);
        if (size === undefined) return damage ?? { kind: 'cut', at };
        if (size === 0) break;
        const header = Buffer.from(await cursor.look((size + 1) * 4));
        if (header.length < (size + 1) * 4) return damage ?? { kind: 'cut', at };
        decoder.begin(dictionaryOf(header, file));
        cursor.took(header.length);
        const dataAt = cursor.position;
        const check = checkOf(checkNumber);
        onBlock(check !== undefined);
        let unpacked = 0;
        const chunks = block(cursor, decoder, check);
        let next = await chunks.next();
        for (; next.done !== true; next = await chunks.next()) {
          unpacked += next.value.length;
          yield next.value;
        }
        if (next.value === 'cut') return damage ?? { kind: 'cut', at };
        const dataBytes = cursor.position - dataAt;
        const padding = (4 - (dataBytes % 4)) % 4;
        const wanted = checkBytes[checkNumber] ?? 0;
        const rest = Buffer.from(await cursor.look(padding + wanted));
        if (rest.length < padding + wanted) return damage ?? { kind: 'cut', at };
        cursor.took(rest.length);
        if (check !== undefined && !check.digest().equals(rest.subarray(padding)))
          damage ??= { kind: 'damaged', at, what: 'their check does not match', contents: true };
        blocks.add(BigInt(header.length + dataBytes + wanted), BigInt(unpacked));
        excess = count.add(unpacked, at);
        if (excess !== undefined) break;
      }
      // A stream without a block is a part too.
      if (blocks.count === 0) excess = count.add(0, streamAt);
      if (excess === undefined && (await takeIndex(cursor, blocks, head.subarray(6, 8))) === 'cut') return damage ?? { kind: 'cut', at };
    } catch (error) {
      if (!(error instanceof LzmaDamage)) throw error;
      await cursor.skip(Infinity);
      return damage ?? { kind: 'damaged', at, what: error.message, contents: false, ...(error instanceof IndexDamage ? { ofIndex: true } : {}) };
    }
    if (excess !== undefined) {
      await cursor.skip(Infinity);
      return damage ?? excess;
    }
    await cursor.skipZeros();
  }
  const from = cursor.position;
  const rest = await cursor.skip(Infinity);
  return damage ?? (rest === 0 ? { kind: 'whole' } : { kind: 'followed', at: from, bytes: rest });
}
