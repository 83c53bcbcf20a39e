/**
 * A zstd file of several frames (RFC 8878 section 3): `cat a.zst b.zst`, pzstd and zstd --patch-from make such files, and frames that are
 * to be skipped lie between the others. The decompressor of Node.js ends with the first frame, so each frame gets one of its own.
 */
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { damageOf, PartCount, type Damage, type Unpacked } from './unpack-end.ts';
import { throughDecompressor, type Decompressor } from './zlib-stream.ts';

const frameMagic = 0xfd2f_b528;
/** 16 numbers from 0x184d2a50 on; LZ4 uses the same. */
const skippableMagic = 0x184d_2a50;
const skippableHeaderBytes = 8;
const isSkippable = (magic: number): boolean => (magic & 0xffff_fff0) >>> 0 === skippableMagic;

/** Whether a file that begins with frames to be skipped is of zstd, by as much of its head as there is. */
export function skipsToZstd(head: Uint8Array): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let at = 0;
  while (at + skippableHeaderBytes <= head.length && isSkippable(view.getUint32(at, true))) at += skippableHeaderBytes + view.getUint32(at + 4, true);
  if (at === 0) return false;
  return at + 4 > head.length ? true : view.getUint32(at, true) === frameMagic;
}

const dictionaryBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;
const blockHeaderBytes = 3;
const checksumFlag = 4;
const checksumBytes = 4;
const runLengthBlock = 1;
/** A block of the reserved type ends what can be followed: the decompressor says so. */
const reservedBlock = 3;

/** Bytes of a frame's header by its descriptor, the fifth byte. */
function headerBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const size = descriptor >>> 6;
  return 5 + (isSingle ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0) + (size === 0 && isSingle ? 1 : (contentSizeBytes[size] ?? 0));
}

/** One frame, from its magic number to its checksum. @returns whether the stream ends within it */
async function* frameOf(cursor: PieceCursor): AsyncGenerator<Buffer, boolean> {
  async function* take(bytes: number): AsyncGenerator<Buffer, boolean> {
    const until = cursor.position + bytes;
    yield* cursor.take(bytes);
    return cursor.position < until;
  }
  const head = await cursor.look(5);
  const descriptor = head[4] ?? 0;
  if (yield* take(headerBytes(descriptor))) return true;
  for (;;) {
    const block = await cursor.look(blockHeaderBytes);
    if (block.length < blockHeaderBytes) {
      yield* take(blockHeaderBytes);
      return true;
    }
    const word = block.readUIntLE(0, blockHeaderBytes);
    const [isLast, kind, size] = [(word & 1) === 1, (word >>> 1) & 3, word >>> 3];
    if (yield* take(blockHeaderBytes + (kind === runLengthBlock ? 1 : size))) return true;
    if (isLast || kind === reservedBlock) break;
  }
  return (descriptor & checksumFlag) !== 0 && (yield* take(checksumBytes));
}

/**
 * Unpacks all frames of a file. Zeros after the last one are padding.
 * @param decompressor makes what unpacks one frame, lenient at the end of its input
 * @param onFrame is called for each one, with whether it has a checksum of its contents
 */
export async function* zstdFrames(pieces: Pieces, decompressor: () => Decompressor, onFrame: (hasChecksum: boolean) => void): Unpacked {
  const cursor = new PieceCursor(pieces);
  const count = new PartCount();
  let damage: Damage | undefined;
  for (;;) {
    const at = cursor.position;
    const head = await cursor.look(skippableHeaderBytes);
    if (head.length === 0) return damage ?? { kind: 'whole' };
    const magic = head.length < 4 ? undefined : head.readUInt32LE(0);
    let out = 0;
    if (magic !== undefined && isSkippable(magic)) {
      const bytes = skippableHeaderBytes + (head.length < skippableHeaderBytes ? 0 : head.readUInt32LE(4));
      if ((await cursor.skip(bytes)) < bytes) return damage ?? { kind: 'cut', at };
      out = bytes;
    } else if (magic === frameMagic) {
      const end: { isCut: boolean } = { isCut: false };
      onFrame((((await cursor.look(5))[4] ?? 0) & checksumFlag) !== 0);
      const frame = frameOf(cursor);
      try {
        const unpacked = throughDecompressor(decompressor(), {
          async next() {
            const { done, value } = await frame.next();
            if (done !== true) return value;
            end.isCut = value;
            return Buffer.alloc(0);
          },
          took: () => undefined,
        });
        for await (const piece of unpacked) {
          out += piece.length;
          yield piece;
        }
      } catch (error) {
        const found = damageOf(error, at);
        damage ??= found;
        // The checksum is the last that a frame has: what came before it is out, and the next frame follows.
        if (!found.contents) {
          await cursor.skip(Infinity);
          return damage;
        }
      }
      if (end.isCut) return damage ?? { kind: 'cut', at };
    } else {
      await cursor.skipZeros();
      const from = cursor.position;
      const bytes = await cursor.skip(Infinity);
      return damage ?? (bytes === 0 ? { kind: 'whole' } : { kind: 'followed', at: from, bytes });
    }
    const excess = count.add(out, at);
    if (excess === undefined) continue;
    await cursor.skip(Infinity);
    return damage ?? excess;
  }
}
