/**
 * The members of a gzip file (RFC 1952 section 2.2): one after the other, each with its CRC-32 and size. They are followed one by one, so
 * that it is known where the last whole one ends and what comes after it.
 */
import zlib from 'node:zlib';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { damageOf, PartCount, type Damage, type Unpacked } from './unpack-end.ts';
import { throughDecompressor } from './zlib-stream.ts';

const fixedHeaderBytes = 10;
const trailerBytes = 8;
const deflate = 8;
const flags = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/** Takes a text that ends with a zero. @returns whether the stream ends within it */
async function skipText(cursor: PieceCursor): Promise<boolean> {
  for (let piece = await cursor.next(); piece.length > 0; piece = await cursor.next()) {
    const end = piece.indexOf(0);
    cursor.took(end === -1 ? piece.length : end + 1);
    if (end !== -1) return false;
  }
  return true;
}

/** Takes the header of a member. @returns whether the stream ends within it */
async function skipHeader(cursor: PieceCursor): Promise<boolean> {
  const head = await cursor.look(fixedHeaderBytes);
  if (head.length < fixedHeaderBytes) return true;
  const flag = head[3] ?? 0;
  cursor.took(fixedHeaderBytes);
  if ((flag & flags.extra) !== 0) {
    const length = await cursor.look(2);
    if (length.length < 2) return true;
    const bytes = 2 + length.readUInt16LE(0);
    if ((await cursor.skip(bytes)) < bytes) return true;
  }
  if ((flag & flags.name) !== 0 && (await skipText(cursor))) return true;
  if ((flag & flags.comment) !== 0 && (await skipText(cursor))) return true;
  return (flag & flags.headerChecksum) !== 0 && (await cursor.skip(2)) < 2;
}

const isMember = (head: Buffer): boolean =>
  head[0] === 0x1f && head[1] === 0x8b && (head.length < 3 || head[2] === deflate) && (head.length < 4 || ((head[3] ?? 0) & flags.reserved) === 0);

/** What inflating fails in is lost with it: pieces are small, so that little before the damage is. */
const pieceBytes = 16 * 1024;

/** Unpacks all members of a file, and compares the CRC-32 and size of each. Zeros after the last one are padding. */
export async function* gzipMembers(pieces: Pieces): Unpacked {
  const cursor = new PieceCursor(pieces);
  const input = { next: async () => (await cursor.next()).subarray(0, pieceBytes), took: (bytes: number) => { cursor.took(bytes); } }; // prettier-ignore
  const count = new PartCount();
  let damage: Damage | undefined;
  for (;;) {
    const at = cursor.position;
    const head = await cursor.look(4);
    if (head.length === 0) return damage ?? { kind: 'whole' };
    if (!isMember(head)) break;
    if (await skipHeader(cursor)) return damage ?? { kind: 'cut', at };
    let crc = 0;
    let bytes = 0;
    const inner = zlib.createInflateRaw({ finishFlush: zlib.constants.Z_SYNC_FLUSH });
    const unpacked = throughDecompressor(inner, input);
    try {
      let next = await unpacked.next();
      for (; next.done !== true; next = await unpacked.next()) {
        crc = zlib.crc32(next.value, crc);
        bytes += next.value.length;
        yield next.value;
      }
      if (next.value) return damage ?? { kind: 'cut', at };
    } catch (error) {
      const found = damageOf(error, at);
      await cursor.skip(Infinity);
      return damage ?? found;
    } finally {
      await unpacked.return(false);
    }
    const trailer = await cursor.look(trailerBytes);
    if (trailer.length < trailerBytes) return damage ?? { kind: 'cut', at };
    const other = [...(trailer.readUInt32LE(0) === crc ? [] : ['CRC-32']), ...(trailer.readUInt32LE(4) === bytes % 2 ** 32 ? [] : ['size'])];
    if (other.length > 0)
      damage ??= { kind: 'damaged', at, what: `their ${other.join(' and ')} ${other.length === 1 ? 'does not match' : 'do not match'}`, contents: true };
    cursor.took(trailerBytes);
    const excess = count.add(bytes, at);
    if (excess === undefined) continue;
    await cursor.skip(Infinity);
    return damage ?? excess;
  }
  await cursor.skipZeros();
  const from = cursor.position;
  const rest = await cursor.skip(Infinity);
  return damage ?? (rest === 0 ? { kind: 'whole' } : { kind: 'followed', at: from, bytes: rest });
}
