/**
 * A dump packed with gzip or zstd is unpacked once into the user's cache folder, never next to the dump: a dump needs random
 * access. The copy is known by the packed file's device, inode, size and times, and by samples of its bytes; it appears in one piece or
 * not at all, with the digests of both. A copy is not evidence: where times do not show that both are unchanged, their digests are computed
 * first, and a full verification unpacks the file again.
 */
import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { partFolder } from '../../../files/cache-folder.ts';
import { fileSystemType, isFresh, whyNoChangeTime } from '../../../files/change-time.ts';
import { copyState, readCopyRecord, recordPath, removeCopy, touchCopy, writeCopyRecord, type CopyRecord } from '../../../files/copy-record.ts';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import { errorCode, systemReason } from '../../../files/system-error.ts';
import { removeAbandoned, unpackedDumps } from '../../../files/other-cached.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { byteText } from '../../../shared/units.ts';
import { hashFile } from '../../integrity/file-hash.ts';
import { faultError, readAround, type FileFault } from '../../source/byte-source.ts';
import { unpackError } from '../../source/decompressor.ts';
import type { Packing } from '../../source/packing.ts';
import { sourceStream } from '../../source/source-stream.ts';
import type { UnpackEnd } from '../../source/unpack-end.ts';
import { openFile, type FileSource } from '../../source/file-source.ts';
import { defined } from '../../../shared/defined.ts';

const samples = 64;
const sampleBytes = 4096;
/** What stays free on the disk of the cache folder: of a small disk a part, so that a small dump opens there too. */
const reserveBytes = 256n << 20n;
const reservePart = 8n;
/** Copies of other dumps that are kept. */
const keptCopies = 4;

export interface UnpackOptions {
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  /** Instead of the user's cache folder. */
  readonly folder?: string;
  /** Copies that stay, however many there are: those of the other files of a set. */
  readonly keep?: readonly string[];
  /** Bytes that are free on the disk of the cache folder; asked of the system unless given. */
  readonly free?: bigint;
}

export interface UnpackedCopy {
  readonly path: string;
  /** made: in this run · compared: the digests of both files are those of then · reused: their sizes, times and some samples are. */
  readonly how: 'made' | 'compared' | 'reused';
  /** Whether all of the packed file was unpacked. */
  readonly end: UnpackEnd;
  /** Why an earlier copy was thrown away. */
  readonly discarded?: string;
}

/** Name of the copy of a file: its state on disk, and bytes from all over it. @param key which of several copies from one file */
export function copyKey({ file, ...packed }: FileSource, key = ''): string {
  const { device, inode, size, mtimeNs, ctimeNs } = file;
  const hash = createHash('sha256').update([device, inode, size, mtimeNs, ctimeNs, key].join('\0'));
  const last = Math.max(0, packed.size - sampleBytes);
  const bytes = new Uint8Array(Math.min(sampleBytes, packed.size));
  for (let sample = 0; sample < samples; sample += 1) {
    const got = readAround(packed, Math.floor((sample * last) / (samples - 1)), bytes, () => undefined);
    hash.update(bytes.subarray(0, got));
  }
  return hash.digest('hex');
}

/**
 * Counts what comes out and stops at the limit: a small file can unpack to more than any disk holds.
 * @param known how much will come out, where that is recorded
 * @throws DumpError io where that is too much already
 */
function limited(free: bigint, path: string, folder: string, known = 0): Transform {
  const part = free / reservePart;
  const reserve = part < reserveBytes ? part : reserveBytes;
  const limit = free - reserve;
  let written = 0n;
  const tooMuch = (): DumpError =>
    new DumpError(
      'io',
      { file: path },
      `its unpacked form has more than ${byteText(limit)}: the disk of ${folder} has ${byteText(free)} free, of which ${byteText(reserve)} stay free`,
      'more free space, or the unpacked dump',
    );
  if (BigInt(known) > limit) throw tooMuch();
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      written += BigInt(chunk.length);
      if (written <= limit) done(null, chunk);
      else done(tooMuch());
    },
  });
}

/** Passes bytes on, and what came so far to `seen`. */
function digesting(hash: Hash, seen: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      seen(bytes);
      done(null, chunk);
    },
  });
}

/** Removes the copies that were used longest ago. */
function prune(folder: string, keep: readonly string[]): void {
  for (const path of unpackedDumps(folder)
    .filter((one) => !keep.includes(one))
    .slice(keptCopies - 1))
    removeCopy(path);
}

/** How many copies this process has begun: two that begin at once have names of their own. */
let begun = 0;

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

const hashed = async (source: FileSource, { signal, progress }: UnpackOptions): Promise<string | undefined> =>
  (
    await hashFile(source, {
      signal,
      onBytes: (done, total) => {
        progress({ phase: 'hash-file', about: basename(source.name), done, total, unit: 'bytes' });
      },
    })
  ).sha256;

/** Why a copy is not what the packed file unpacks to, by the digests of both. */
async function whyOther(copy: string, record: CopyRecord, packed: FileSource, options: UnpackOptions): Promise<string | undefined> {
  if ((await hashed(packed, options)) !== record.packed.sha256) return 'the packed file is not the one that it was made from';
  const source = openFile(copy, { evidence: false });
  try {
    return source.size === record.unpacked.bytes && (await hashed(source, options)) === record.unpacked.sha256 ? undefined : 'it has changed since it was made';
  } finally {
    source.close();
  }
}

/** Notes what a comparison of digests has shown. */
function noteCompared(copy: string, record: CopyRecord): void {
  try {
    writeCopyRecord(copy, record);
  } catch {
    // In a cache that cannot be written to it is compared again the next time.
  }
}

/**
 * The copy that was made before, if it may be used.
 * @returns a sentence where one was thrown away
 */
async function earlierCopy(copy: string, path: string, packed: FileSource, options: UnpackOptions): Promise<UnpackedCopy | string | undefined> {
  const record = readCopyRecord(copy);
  const state = copyState(copy);
  if (state === undefined) return undefined;
  if (record === undefined) return 'nothing is recorded about it';
  const doubted =
    record.path !== path ||
    !record.settled ||
    record.packed.bytes !== packed.size ||
    record.copy.join() !== state.join() ||
    whyNoChangeTime(packed.file, fileSystemType(path), nowNs()) !== undefined;
  if (!doubted) {
    touchCopy(copy);
    return { path: copy, how: 'reused', end: record.end };
  }
  const settled = !isFresh(packed.file, nowNs());
  const why = await whyOther(copy, record, packed, options);
  if (why !== undefined) return why;
  noteCompared(copy, { ...record, path, settled, copy: state });
  return { path: copy, how: 'compared', end: record.end };
}

/** How long another process may take between giving a copy its name and recording it. */
const recordMilliseconds = 1000;

/** The copy that another process has made of the same bytes meanwhile: whoever has that one open keeps the file that its name leads to. */
async function copyOfOthers(target: string, packed: CopyRecord['packed'], unpacked: CopyRecord['unpacked']): Promise<UnpackedCopy | undefined> {
  const giveUp = steadyMilliseconds() + recordMilliseconds;
  for (let state = copyState(target); state !== undefined && steadyMilliseconds() < giveUp; state = copyState(target)) {
    const record = readCopyRecord(target);
    if (record?.copy.join() === state.join())
      return isDeepStrictEqual([record.packed, record.unpacked], [packed, unpacked]) ? { path: target, how: 'compared', end: record.end } : undefined;
    await sleep(20);
  }
  return undefined;
}

/** An error of the operating system while a copy is made is one of the cache: the packed file is read by what fails with a DumpError. */
function copyError(error: unknown, target: string, packed: string): Error | undefined {
  if (!(error instanceof Error && 'syscall' in error) || errorCode(error) === 'ENOSPC') return undefined;
  const why = `${systemReason(error)}, while the unpacked form of ${packed} is written there`;
  return new DumpError('io', { file: target }, why, 'a cache folder that can be written to (XDG_CACHE_HOME), or the unpacked dump');
}

/**
 * The unpacked form of a file in the cache.
 * @param packed the same file, open
 * @param packing how it is packed, and which of its members is wanted
 * @throws DumpError io, truncated, corrupt or unsupported; Cancelled
 */
export async function unpackedFile(path: string, packed: FileSource, packing: Packing, options: UnpackOptions): Promise<UnpackedCopy> {
  const wrapper = packing.name;
  const name = `${copyKey(packed, packing.key)}.dump`;
  const folder = options.folder ?? partFolder('unpacked', name, basename(recordPath(name)));
  const target = join(folder, name);
  const earlier = await earlierCopy(target, resolve(path), packed, options);
  if (typeof earlier === 'object') return earlier;
  if (earlier !== undefined) removeCopy(target);
  begun += 1;
  const partial = `${target}.${process.pid}.${Date.now()}${begun}.part`;
  try {
    const unpack = packing.start();
    await mkdir(folder, { recursive: true });
    removeAbandoned(folder);
    prune(folder, [target, ...(options.keep ?? [])]);
    const { bavail, bsize } = await statfs(folder, { bigint: true });
    const settled = !isFresh(packed.file, nowNs());
    const [before, after] = [createHash('sha256'), createHash('sha256')];
    let bytes = 0;
    const faults: FileFault[] = [];
    await pipeline(
      sourceStream(packed, (met) => faults.push(met)),
      digesting(before, (read) => {
        options.progress({ phase: 'unpack', about: wrapper, done: Math.min(read, packed.size), total: packed.size, unit: 'bytes' });
      }),
      unpack.stage,
      limited(options.free ?? bavail * bsize, path, folder, packing.bytes),
      digesting(after, (written) => {
        bytes = written;
      }),
      createWriteStream(partial, { flags: 'wx', mode: 0o600 }),
      { signal: options.signal },
    );
    const [met] = faults;
    const own = unpack.end() ?? { kind: 'cut', at: 0 };
    // A member may be whole before what the disk does not give of its archive.
    const isBefore = met === undefined || (packing.member !== undefined && own.kind === 'whole');
    const end: UnpackEnd = isBefore ? own : { kind: 'unread', at: met.offset, why: met.why };
    if (bytes === 0 && met !== undefined) throw faultError(met);
    if (bytes === 0 && end.kind === 'cut')
      throw new DumpError('truncated', { file: path }, `the ${wrapper} data end before any of them can be unpacked`, 'the whole file');
    if (bytes === 0 && end.kind === 'damaged')
      throw new DumpError(
        'corrupt',
        { file: path, offset: end.at },
        `the ${wrapper} data are damaged from there onwards (${end.what}), before any of them can be unpacked`,
        `a sound ${wrapper} file`,
      );
    const [read, written] = [
      { bytes: packed.size, sha256: before.digest('hex') },
      { bytes, sha256: after.digest('hex') },
    ];
    const others = end.kind === 'unread' ? undefined : await copyOfOthers(target, read, written);
    if (others !== undefined) {
      await rm(partial, { force: true });
      return { ...others, ...defined({ discarded: earlier }) };
    }
    await rename(partial, target);
    const copy = copyState(target);
    // The disk may give more the next time: a copy without a record is recreated.
    if (copy !== undefined && end.kind !== 'unread' && met === undefined)
      writeCopyRecord(target, { version: 2, path: resolve(path), packed: read, end, unpacked: written, copy, settled });
    return { path: target, how: 'made', end, ...defined({ discarded: earlier }) };
  } catch (error) {
    // The error that led here says more than that what was begun cannot go.
    await rm(partial, { force: true }).catch(() => undefined);
    throw copyError(error, target, path) ?? unpackError(error, path);
  }
}
