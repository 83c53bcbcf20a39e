/**
 * Restores packed dumps into a cache outside the checkout, `~/.cache/dumpbench-test/dumps`. A file has its final name only after its SHA-256
 * was found right; holes stay holes. Workers that want the same dump wait for the one that restores it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, openSync, closeSync, ftruncateSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { constants, createZstdDecompress } from 'node:zlib';
import * as v from 'valibot';
import { takeLock } from '../scripts/file-lock.mjs';
import { dumpsByName, type DumpEntry } from './dump-folders.ts';

function cacheFolder(): string {
  const given = process.env.XDG_CACHE_HOME;
  return join(given === undefined || given === '' ? join(homedir(), '.cache') : given, 'dumpbench-test', 'dumps');
}

/** The longest window that the packed dumps use (`zstd --long=31`). */
const longestWindow = 31;

/** The bytes of a packed dump. A delta is a frame that has its base as raw content before it: what `zstd --patch-from` writes (RFC 8878, 5). */
function unpacked({ how, file }: DumpEntry, base: string | undefined): Readable {
  const packed = createReadStream(file, { highWaterMark: 1 << 20 });
  if (how === 'as-is') return packed;
  const zstd = createZstdDecompress({
    chunkSize: 1 << 20,
    params: { [constants.ZSTD_d_windowLogMax]: longestWindow },
    ...(base === undefined ? {} : { dictionary: readFileSync(base) }),
  });
  packed.on('error', (error) => zstd.destroy(error));
  return packed.pipe(zstd);
}

const changesSchema = v.object({
  patches: v.optional(v.array(v.object({ offset: v.number(), new: v.string() }))),
  truncate: v.optional(v.number()),
});

/** The bytes of a recorded damage: those of its base, with the record's changes. */
async function* changed({ file }: DumpEntry, base: string): AsyncGenerator<Buffer, undefined> {
  const { patches = [], truncate = Infinity } = v.parse(changesSchema, JSON.parse(readFileSync(file, 'utf8')));
  let start = 0;
  for await (const chunk of createReadStream(base, { highWaterMark: 1 << 20 })) {
    const whole = chunk as Buffer;
    const bytes = whole.subarray(0, Math.max(0, Math.min(whole.length, truncate - start)));
    for (const { offset, new: digits } of patches) {
      const patch = Buffer.from(digits, 'hex');
      const [from, to] = [Math.max(offset, start), Math.min(offset + patch.length, start + bytes.length)];
      if (from < to) patch.copy(bytes, from - start, from - offset, to - offset);
    }
    yield bytes;
    start += whole.length;
    if (start >= truncate) return undefined;
  }
  return undefined;
}

const holeSize = 1 << 16;
const zeros = Buffer.alloc(holeSize);

/** Writes a part of the file that is not a hole. */
function writeAround(file: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; at += holeSize) {
    const piece = bytes.subarray(at, at + holeSize);
    if (!piece.equals(zeros.subarray(0, piece.length))) writeSync(file, piece, 0, piece.length, position + at);
  }
}

async function build(entry: DumpEntry, base: string | undefined, path: string): Promise<void> {
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  let size = 0;
  try {
    for await (const chunk of entry.how === 'derived' ? changed(entry, base ?? '') : unpacked(entry, base)) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      writeAround(file, bytes, size);
      size += bytes.length;
    }
    ftruncateSync(file, size);
  } finally {
    closeSync(file);
  }
  const sha256 = hash.digest('hex');
  if (size !== entry.size || sha256 !== entry.sha256)
    throw new Error(`${entry.file} unpacks to ${size} bytes with SHA-256 ${sha256}; ${entry.size} bytes with ${entry.sha256} were expected`);
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

/** Restores a dump, and first the dumps that it needs, if they are not in the cache; the path of the restored file. */
export async function restoreDump(name: string): Promise<string> {
  const entry = dumpsByName.get(name);
  if (entry === undefined) throw new Error(`there is no dump ${name} here: guard the test with haveDump`);
  const cache = cacheFolder();
  const path = join(cache, name);
  // A dump that is made anew gets a new name, so the size is enough to tell a whole file from one that something else cut.
  const there = (): boolean => sizeOf(path) === entry.size;
  if (there()) return path;
  const base = entry.base === undefined ? undefined : await restoreDump(entry.base);
  mkdirSync(cache, { recursive: true });
  const { release } = await takeLock(join(cache, `.${name}.restoring`), there);
  try {
    if (there()) return path;
    const part = `${path}.part-${process.pid}`;
    try {
      await build(entry, base, part);
      renameSync(part, path);
    } finally {
      rmSync(part, { force: true });
    }
    return path;
  } finally {
    release();
  }
}
