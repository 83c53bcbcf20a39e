/** What is stored of one member of a zip archive (APPNOTE.TXT of PKWARE, sections 4.3 to 4.5), unpacked and compared with its CRC-32. */
import zlib from 'node:zlib';
import { DumpError } from '../../shared/dump-error.ts';
import { PieceCursor, type Pieces } from './piece-cursor.ts';
import { damageOf, type UnpackEnd, type Unpacked } from './unpack-end.ts';
import { throughDecompressor, type Decompressor } from './zlib-stream.ts';
import { zstdFrames } from './zstd-frames.ts';

const methods: Readonly<Record<number, string>> = {
  1: 'shrinking', 6: 'imploding', 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 20: 'an old zstd', 95: 'xz', 96: 'JPEG', 98: 'PPMd', 99: 'AES encryption',
}; // prettier-ignore

/** Absent before Node 22.15. */
const hasZstd = (zlib as Partial<typeof zlib>).createZstdDecompress !== undefined;
const encryptedFlag = 1;
export const descriptorFlag = 8;

/** Why the contents of a member cannot be had; undefined where they can. */
export function whyZipClosed(method: number, flags: number): string | undefined {
  if ((flags & encryptedFlag) !== 0) return 'it is encrypted';
  if (method === 0 || method === 8 || (method === 93 && hasZstd)) return undefined;
  return `it is packed by method ${method}${methods[method] === undefined ? '' : ` (${methods[method]})`}`;
}

/** @throws DumpError unsupported */
export function refuseClosed(closed: string | undefined, file: string, name: string, at: number): void {
  if (closed !== undefined)
    throw new DumpError(
      'unsupported',
      { file, offset: at },
      `the member ${name} cannot be unpacked: ${closed}`,
      'a member that is stored, deflated, or packed with zstd',
    );
}

const inflater = (): Decompressor => zlib.createInflateRaw({ finishFlush: zlib.constants.Z_SYNC_FLUSH });
const zstdFrame = (): Decompressor => zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_flush });

interface ZipPart {
  readonly method: number;
  /** Bytes as they are stored; undefined where only unpacking shows their end. */
  readonly packed: number | undefined;
  /** Of its local header. */
  readonly at: number;
}

/** What a member's records say of its contents. */
export interface ZipSums {
  readonly crc: number;
  readonly bytes: number;
}

/**
 * Unpacks a member whose data come next.
 * @param sums what is recorded of the contents: read after them where a descriptor follows
 */
export async function* zipContents(cursor: PieceCursor, { method, packed, at }: ZipPart, sums: () => Promise<ZipSums | undefined>): Unpacked {
  const until = packed === undefined ? Infinity : cursor.position + packed;
  let [crc, bytes] = [0, 0];
  let cut: boolean;
  async function* counted<T>(pieces: AsyncGenerator<Uint8Array, T>): AsyncGenerator<Uint8Array, T> {
    try {
      let next = await pieces.next();
      for (; next.done !== true; next = await pieces.next()) {
        crc = zlib.crc32(next.value, crc);
        bytes += next.value.length;
        yield next.value;
      }
      return next.value;
    } finally {
      await pieces.return(undefined as T);
    }
  }
  if (method === 0) {
    yield* counted(cursor.take(packed ?? 0));
    cut = cursor.position < until;
  } else if (method === 93) {
    const end = yield* counted(zstdFrames(cursor.take(packed ?? 0), zstdFrame, () => undefined));
    if (end.kind === 'damaged' && !end.contents) return { ...end, at };
    cut = end.kind === 'cut';
  } else {
    // A byte after its last one: one that the decompressor takes shows that the data have no end.
    const after = { given: false, taken: 0 };
    const input = {
      async next() {
        if (cursor.position < until) return (await cursor.next()).subarray(0, Math.min(1 << 16, until - cursor.position));
        if (after.given) return Buffer.alloc(0);
        after.given = true;
        return Buffer.alloc(1);
      },
      took(count: number) {
        if (after.given) after.taken += count;
        else cursor.took(count);
      },
    };
    try {
      const starved = yield* counted(throughDecompressor(inflater(), input));
      cut = after.given ? after.taken > 0 : starved;
    } catch (error) {
      return damageOf(error, at);
    }
  }
  if (cut) return cursor.position >= until ? { kind: 'damaged', at, what: 'its packed data have no end', contents: false } : { kind: 'cut', at };
  const recorded = await sums();
  if (recorded === undefined) return { kind: 'cut', at };
  const other = [...(recorded.crc === crc ? [] : ['CRC-32']), ...(recorded.bytes === bytes ? [] : ['size'])];
  if (other.length === 0) return { kind: 'whole' };
  return { kind: 'damaged', at, what: `its ${other.join(' and ')} ${other.length === 1 ? 'does not match' : 'do not match'}`, contents: true };
}

/** A member that is read on its own, from where its data begin. */
export const zipContentsOf = (pieces: Pieces, part: ZipPart, sums: ZipSums): Unpacked =>
  zipContents(new PieceCursor(pieces), part, () => Promise.resolve(sums)) satisfies AsyncGenerator<Uint8Array, UnpackEnd>;
