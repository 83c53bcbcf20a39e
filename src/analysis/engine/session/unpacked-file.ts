/**
 * A dump packed with gzip or zstd is unpacked once into the user's cache folder, never beside the dump: a dump needs random
 * access. The copy is known by the packed file's size, time and first bytes, and appears in one piece or not at all.
 */
import zlib from 'node:zlib';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { partFolder } from '../../../files/cache-folder.ts';
import { pathBytes } from '../../../files/path-bytes.ts';
import { removeAbandoned, unpackedDumps } from '../../../files/other-cached.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { Cancelled } from '../../../shared/rpc.ts';
import { byteText } from '../../../shared/units.ts';
import type { ByteSource } from '../../source/byte-source.ts';

const keyBytes = 65536;
/** What stays free on the disk of the cache folder. */
const reserveBytes = 256n << 20n;
/** Copies of other dumps that are kept. */
const keptCopies = 4;

export interface UnpackOptions {
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  /** Instead of the user's cache folder. */
  readonly folder?: string;
  /** Bytes that may be written; what the disk has free unless given. */
  readonly limit?: bigint;
}

/** Absent before Node 22.15. */
const zstdStream = (zlib as Partial<typeof zlib>).createZstdDecompress;

function decompressor(wrapper: string, file: string): NodeJS.ReadWriteStream {
  if (wrapper === 'gzip') return zlib.createGunzip();
  if (zstdStream === undefined)
    throw new DumpError('unsupported', { file }, `this Node.js ${process.versions.node} has no zstd`, 'Node.js 22.15 or later, or the unpacked file');
  return zstdStream();
}

async function cacheKey(path: string, packed: ByteSource): Promise<string> {
  const { mtimeMs } = await stat(pathBytes(path));
  const head = new Uint8Array(Math.min(keyBytes, packed.size));
  packed.readInto(0, head);
  return createHash('sha256').update(`${packed.size}\0${mtimeMs}\0`).update(head).digest('hex');
}

/** Counts what comes out and stops at the limit: a small file can unpack to more than any disk holds. */
function limited(limit: bigint, path: string, folder: string): Transform {
  let written = 0n;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      written += BigInt(chunk.length);
      if (written <= limit) done(null, chunk);
      else
        done(
          new DumpError(
            'io',
            { file: path },
            `its unpacked form has more than the ${byteText(limit)} that the disk of ${folder} has room for`,
            'more free space, or the unpacked dump',
          ),
        );
    },
  });
}

function explain(error: unknown, path: string, wrapper: string): Error {
  if (error instanceof DumpError || error instanceof Cancelled) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name === 'AbortError') return new Cancelled();
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC') return new DumpError('io', { file: path }, 'the disk of the cache folder is full', 'more free space, or the unpacked dump');
  if (code.startsWith('Z_BUF') || /unexpected end/i.test(error.message))
    return new DumpError('truncated', { file: path }, `the ${wrapper} data end too early`, 'the whole file');
  if (code.startsWith('Z_') || code.startsWith('ZSTD_'))
    return new DumpError('corrupt', { file: path }, `the ${wrapper} data are damaged (${code})`, `a sound ${wrapper} file`);
  return code === '' ? error : new DumpError('io', { file: path }, error.message);
}

/** Removes the copies that were used longest ago. */
async function prune(folder: string, keep: string): Promise<void> {
  for (const path of unpackedDumps(folder)
    .filter((one) => one !== keep)
    .slice(keptCopies - 1))
    await rm(path, { force: true });
}

/**
 * Path of the unpacked form of a file.
 * @param packed the same file, open
 * @throws DumpError io, truncated, corrupt or unsupported; Cancelled
 */
export async function unpackedFile(path: string, packed: ByteSource, wrapper: string, options: UnpackOptions): Promise<string> {
  const folder = options.folder ?? partFolder('unpacked');
  const target = join(folder, `${await cacheKey(path, packed)}.dump`);
  const now = new Date();
  try {
    await utimes(target, now, now);
    return target;
  } catch {
    // Not there yet.
  }
  const partial = `${target}.${process.pid}.${now.getTime()}.part`;
  try {
    const unpack = decompressor(wrapper, path);
    await mkdir(folder, { recursive: true });
    removeAbandoned(folder);
    await prune(folder, target);
    const { bavail, bsize } = await statfs(folder, { bigint: true });
    const free = bavail * bsize > reserveBytes ? bavail * bsize - reserveBytes : 0n;
    let read = 0;
    const meter = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        read += chunk.length;
        options.progress({ phase: 'unpack', about: wrapper, done: Math.min(read, packed.size), total: packed.size, unit: 'bytes' });
        done(null, chunk);
      },
    });
    await pipeline(
      createReadStream(pathBytes(path)),
      meter,
      unpack,
      limited(options.limit ?? free, path, folder),
      createWriteStream(partial, { flags: 'wx', mode: 0o600 }),
      {
        signal: options.signal,
      },
    );
    await rename(partial, target);
    return target;
  } catch (error) {
    await rm(partial, { force: true });
    throw explain(error, path, wrapper);
  }
}
