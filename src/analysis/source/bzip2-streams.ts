/**
 * A file of bzip2: streams one after the other (pbzip2 and `cat` make such files), each of blocks that begin at any bit. Blocks are compared with the
 * CRC-32 that they record.
 */
import { BitRow } from './bit-row.ts';
import { Bzip2Block, Bzip2Damage } from './bzip2-block.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { PartCount, type Damage, type Unpacked } from './unpack-end.ts';

const headerBytes = 4;
const [blockHigh, blockLow] = [0x3141_59, 0x2653_59];
const [endHigh, endLow] = [0x1772_45, 0x3850_90];
/** A block takes little more than its contents: bits of a code are at most 20, and those of most symbols fewer than 8. */
const aheadBytes = 1 << 20;
/** So much a block of the largest size takes at most: 20 bits for each of 900,000 symbols, and its tables. */
const mostBlockBytes = 2_400_000;

/** The size of blocks by the header of a stream; undefined where there is none. */
function blockSize(head: Buffer): number | undefined {
  const level = (head[3] ?? 0) - 0x30;
  return head.length === headerBytes && head.toString('latin1', 0, 3) === 'BZh' && level >= 1 && level <= 9 ? level * 100_000 : undefined;
}

/** Unpacks all streams of a file. Zeros after the last one are padding. */
export async function* bzip2Streams(pieces: Pieces, onBlock: () => void): Unpacked {
  const cursor = new PieceCursor(pieces);
  const decoder = new Bzip2Block();
  const count = new PartCount();
  let damage: Damage | undefined;
  for (let stream = 0; ; stream += 1) {
    const from = cursor.position;
    const head = await cursor.look(headerBytes);
    if (head.length === 0) return damage ?? (stream === 0 ? { kind: 'cut', at: from } : { kind: 'whole' });
    const size = blockSize(head);
    if (size === undefined) {
      if (stream === 0) return { kind: 'damaged', at: from, what: 'there is no header of a stream', contents: false };
      await cursor.skipZeros();
      const at = cursor.position;
      const bytes = await cursor.skip(Infinity);
      return damage ?? (bytes === 0 ? { kind: 'whole' } : { kind: 'followed', at, bytes });
    }
    cursor.took(headerBytes);
    let bit = 0;
    for (let combined = 0; ;) {
      const at = cursor.position;
      let ahead = await cursor.look(aheadBytes);
      let bits = new BitRow(ahead, bit);
      const [high, low] = [bits.take(24), bits.take(24)];
      if (high === endHigh && low === endLow) {
        const recorded = ((bits.take(16) << 16) | bits.take(16)) >>> 0;
        if (bits.isBeyond()) return damage ?? { kind: 'cut', at };
        if (recorded !== combined) damage ??= { kind: 'damaged', at, what: 'the checksum of all blocks does not match', contents: true };
        cursor.took(Math.ceil(bits.position / 8));
        break;
      }
      if (bits.isBeyond()) return damage ?? { kind: 'cut', at };
      if (high !== blockHigh || low !== blockLow) {
        await cursor.skip(Infinity);
        return damage ?? { kind: 'damaged', at, what: 'there is no beginning of a block', contents: false };
      }
      const read = (): ReturnType<Bzip2Block['read']> | Bzip2Damage => {
        try {
          return decoder.read(bits, size);
        } catch (error) {
          if (error instanceof Bzip2Damage) return error;
          throw error;
        }
      };
      let found = read();
      if (bits.isBeyond() && ahead.length === aheadBytes) {
        ahead = await cursor.look(mostBlockBytes);
        bits = new BitRow(ahead, bit);
        bits.drop(48);
        found = read();
      }
      if (bits.isBeyond()) {
        await cursor.skip(Infinity);
        return damage ?? { kind: 'cut', at };
      }
      if (found instanceof Bzip2Damage) {
        await cursor.skip(Infinity);
        return damage ?? { kind: 'damaged', at, what: found.message, contents: false };
      }
      onBlock();
      const { bytes, recorded, computed } = found;
      if (recorded !== computed) damage ??= { kind: 'damaged', at, what: 'their CRC-32 does not match', contents: true };
      combined = (((combined << 1) | (combined >>> 31)) ^ recorded) >>> 0;
      const { position } = bits;
      cursor.took(position >>> 3);
      bit = position & 7;
      const excess = count.add(bytes.length, at);
      if (excess !== undefined) {
        await cursor.skip(Infinity);
        return damage ?? excess;
      }
      yield bytes.slice();
    }
  }
}
