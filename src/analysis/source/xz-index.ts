/**
 * What ends a stream of xz (The .xz File Format 1.2, sections 4 and 2.1.2): an index with the sizes of all its blocks, and a footer with the size of the index.
 * Both are compared with the blocks that were unpacked: a block that was taken out or put in leaves the others and their checks as they were.
 */
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { LzmaDamage } from './lzma2.ts';
import type { PieceCursor } from './piece-cursor.ts';

/** How a part of a stream ends: undefined where it is whole. */
export type StreamPart = 'cut' | undefined;

/** An index or footer that does not fit its blocks. */
export class IndexDamage extends LzmaDamage {}

const footerBytes = 12;
const footerMagic = 'YZ';

/** Sizes of the blocks of a stream, of which there may be millions: their number and a digest. */
export class BlockSizes {
  count = 0;
  readonly #hash = createHash('sha256');

  /** @param unpadded bytes of header, data and check @param unpacked bytes that came out */
  add(unpadded: bigint, unpacked: bigint): void {
    const record = Buffer.alloc(16);
    record.writeBigUInt64LE(unpadded, 0);
    record.writeBigUInt64LE(unpacked, 8);
    this.#hash.update(record);
    this.count += 1;
  }

  /** Ends the list. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/**
 * Takes index and footer of a stream.
 * @param blocks those that came before
 * @param flags of the stream's header, which the footer has again
 * @throws IndexDamage where they do not fit
 */
export async function takeIndex(cursor: PieceCursor, blocks: BlockSizes, flags: Buffer): Promise<StreamPart> {
  const from = cursor.position;
  let crc = 0;
  const take = (bytes: Buffer): void => {
    crc = zlib.crc32(bytes, crc);
    cursor.took(bytes.length);
  };
  const number = async (): Promise<bigint | undefined> => {
    let value = 0n;
    for (let shift = 0n; shift < 63n; shift += 7n) {
      const bytes = await cursor.look(1);
      const [byte] = bytes;
      if (byte === undefined) return undefined;
      take(bytes);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new IndexDamage('a number of the index has no end');
  };
  take(await cursor.look(1));
  const records = await number();
  if (records === undefined) return 'cut';
  if (records !== BigInt(blocks.count)) throw new IndexDamage(`the index lists ${records} blocks, and the stream has ${blocks.count}`);
  const listed = new BlockSizes();
  for (let record = 0n; record < records; record += 1n) {
    const [unpadded, unpacked] = [await number(), await number()];
    if (unpadded === undefined || unpacked === undefined) return 'cut';
    listed.add(unpadded, unpacked);
  }
  if (listed.digest() !== blocks.digest()) throw new IndexDamage('the index lists other sizes than the blocks have');
  const padding = await cursor.look((4 - ((cursor.position - from) % 4)) % 4);
  take(padding);
  const sum = await cursor.look(4);
  if (sum.length < 4) return 'cut';
  if (padding.some((byte) => byte !== 0) || sum.readUInt32LE(0) !== crc) throw new IndexDamage('the CRC-32 of the index does not match');
  cursor.took(4);
  const indexBytes = cursor.position - from;
  const footer = await cursor.look(footerBytes);
  if (footer.length < footerBytes) return 'cut';
  const fits =
    footer.readUInt32LE(0) === zlib.crc32(footer.subarray(4, 10)) &&
    (footer.readUInt32LE(4) + 1) * 4 === indexBytes &&
    footer.subarray(8, 10).equals(flags) &&
    footer.toString('latin1', 10) === footerMagic;
  if (!fits) throw new IndexDamage('the footer of the stream does not match its header and index');
  cursor.took(footerBytes);
  return undefined;
}
