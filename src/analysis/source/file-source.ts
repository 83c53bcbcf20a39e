/**
 * The only place that opens evidence, and only for reading. Small reads go through a bounded block cache, large ones
 * straight into the caller's memory.
 */
import { closeSync, existsSync, fstatSync, readdirSync, statSync, type BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { deviceBytes, deviceWrites, mountedForWriting } from '../../files/block-device.ts';
import { fileSystemType, keepsOwnTimes } from '../../files/change-time.ts';
import { noteEvidence } from '../../files/evidence-files.ts';
import { openRegular, readReason } from '../../files/given-file.ts';
import { pathBytes, pathText } from '../../files/path-bytes.ts';
import { readUninterrupted } from '../../files/read-uninterrupted.ts';
import { isSameFile } from '../../files/same-file.ts';
import { errorCode } from '../../files/system-error.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { BadRanges } from './bad-ranges.ts';
import { readAround, type ByteSource, type FileFault, type OpenedFile } from './byte-source.ts';

const blockSize = 64 * 1024;
const defaultCacheBlocks = 128;
/** Reads of a few bytes each, far apart, between two looks at whether the file has changed. */
const readsApartInCheck = 64;
/** What a disk fails to give as one: the operating system reads by pages. */
const faultBytes = 4096;
/** What a read of a regular file is tried again after. */
const passing: ReadonlySet<string | undefined> = new Set(['EINTR', 'EAGAIN']);
/** What reads fail with when it is the disk, or the server that has the file. */
const readFaults: Readonly<Record<string, string>> = {
  EIO: 'the device reports a read error (EIO)',
  ESTALE: 'the file server no longer has this file: it was replaced or removed there (ESTALE)',
  EUCLEAN: 'the file system is damaged there (EUCLEAN)',
};
/** Errors of a read that say nothing of the disk: the call was wrong. */
const ownMistakes: ReadonlySet<string> = new Set(['EBADF', 'EFAULT', 'EINVAL', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_TYPE']);

export interface FileSource extends ByteSource {
  readonly file: OpenedFile;
  faultAt(offset: number): FileFault | undefined;
  /** What could not be read so far, ascending. */
  faults(): readonly FileFault[];
  /** @throws DumpError io when the file changed since it was opened, or another one was put in its place */
  assertUnchanged(): void;
  close(): void;
}

export interface FileSourceOptions {
  /** Blocks of 64 KiB kept in memory. */
  readonly cacheBlocks?: number;
  /** False for a file that is only looked at, because it may belong to a dump: whoever uses it notes it as evidence. */
  readonly evidence?: boolean;
  /** A copy of ours in the cache: when another one takes its name, the one that is open stays what it is. */
  readonly isCopy?: boolean;
}

function ioError(file: string, error: unknown, offset?: number): DumpError {
  return new DumpError('io', offset === undefined ? { file } : { file, offset }, readReason(error), 'a readable dump file');
}

/**
 * Opens a regular file or a block device read-only. Unless `evidence` is false, nothing is written over it from now on.
 * @throws DumpError io for a directory, any other device, a missing or unreadable file
 */
export function openFile(path: string, options: FileSourceOptions = {}): FileSource {
  const { descriptor, stats } = openRegular(path, 'a readable dump file', 'sized', true);
  const source = cachedSource(path, descriptor, stats, options);
  if (options.evidence !== false) noteOpened(source.file);
  return source;
}

/** An open file is part of a dump, or something that a dump is checked against. */
export function noteOpened({ path, device, inode, bornNs }: OpenedFile): void {
  noteEvidence({ path, device, inode, bornNs });
}

function cachedSource(
  path: string,
  descriptor: number,
  opened: BigIntStats,
  { cacheBlocks = defaultCacheBlocks, isCopy = false }: FileSourceOptions,
): FileSource {
  const isDevice = opened.isBlockDevice();
  const size = isDevice ? deviceBytes(descriptor, opened.rdev) : Number(opened.size);
  const mounted = isDevice ? mountedForWriting(opened.rdev) : [];
  const writes = isDevice ? deviceWrites(opened.rdev) : undefined;
  /** Insertion order is age: a hit moves its block to the end, the first entry is the next to go. */
  const cache = new Map<number, Uint8Array>();
  const bad = new BadRanges(path);

  /** The last time of change that is known to leave the bytes as they were. */
  let ctimeNs = opened.ctimeNs;
  /** What happened to the file besides a change of size or time of modification; undefined where nothing did. */
  const otherChange = (now: BigIntStats): string | undefined => {
    if (isDevice || now.ctimeNs === ctimeNs || !keepsOwnTimes(fileSystemType(path))) return undefined;
    if (now.nlink > 0n) return 'was changed';
    if (!isCopy && existsSync(pathBytes(path))) return 'was replaced';
    // It was deleted: nobody can open it any more, and its bytes stay as long as it is open here.
    ctimeNs = now.ctimeNs;
    return undefined;
  };

  const assertUnchanged = (offset?: number): void => {
    const where = offset === undefined ? { file: path } : { file: path, offset };
    let now: BigIntStats;
    try {
      now = fstatSync(descriptor, { bigint: true });
    } catch (error) {
      throw ioError(path, error, offset);
    }
    const isWritten = isDevice && deviceWrites(opened.rdev) !== writes;
    if (now.size === opened.size && now.mtimeNs === opened.mtimeNs && !isWritten) {
      const other = otherChange(now);
      if (other === undefined) return;
      throw new DumpError(
        'io',
        where,
        `the file ${other} while it was open`,
        other === 'was replaced'
          ? 'the file that was opened; another one has its name now'
          : 'a file that nothing changes: its size and its time of modification are as before, but its contents, its name, or its permissions may be others',
      );
    }
    if (isDevice) throw new DumpError('io', where, 'the device was written to while it was open', 'a device that nothing writes to, or an image of it');
    const change = now.size === opened.size ? 'was written to' : now.size < opened.size ? 'has shrunk' : 'has grown';
    throw new DumpError('io', where, `the file ${change} while it was open`, `${opened.size} bytes, unchanged since it was opened; it has ${now.size} now`);
  };

  /** One read, again where a signal interrupted it. @returns how many bytes came, or why none did */
  const readOnce = (offset: number, target: Uint8Array, from: number, count: number): number | string => {
    try {
      const got = readUninterrupted(descriptor, target.subarray(from, from + count), offset, passing);
      return got > 0 ? got : 'reading ends early: the file system returns no bytes';
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === '' || ownMistakes.has(code)) throw ioError(path, error, offset);
      return readFaults[code] ?? `the file cannot be read (${code})`;
    }
  };

  /** Reads up to the first byte that does not come; that one is among the bad ranges then. [offset, end) lies in the file. */
  const readFile = (offset: number, target: Uint8Array): number => {
    let got = 0;
    let step = target.length;
    while (got < target.length) {
      const at = offset + got;
      const wanted = Math.min(step, target.length - got);
      const came = readOnce(at, target, got, wanted);
      if (typeof came === 'number') {
        got += came;
        // After a place where a large read failed, the reads grow again.
        step *= 2;
        continue;
      }
      const end = Math.min(size, (Math.floor(at / faultBytes) + 1) * faultBytes);
      // Some disks and file systems fail a read as a whole: is it this page?
      if (wanted > end - at) step = end - at;
      else {
        // A file that shrinks between the check and the read would look like one that cannot be read here.
        assertUnchanged(at);
        bad.add(at, end, came);
        return got;
      }
    }
    return got;
  };

  const block = (index: number): Uint8Array => {
    const known = cache.get(index);
    if (known !== undefined) {
      cache.delete(index);
      cache.set(index, known);
      return known;
    }
    const start = index * blockSize;
    const length = Math.min(blockSize, size - start);
    // The oldest block's memory serves again: a scan of a large file reads hundreds of thousands of blocks.
    const oldest = cache.size >= cacheBlocks ? cache.entries().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest[0]);
    const bytes = oldest?.[1].length === length ? oldest[1] : new Uint8Array(length);
    // What lies after bad bytes of the block is worth keeping.
    readAround(direct, start, bytes, () => undefined);
    cache.set(index, bytes);
    return bytes;
  };

  const faultAt = (offset: number): FileFault | undefined => bad.at(offset);
  const direct: ByteSource = {
    name: path,
    size,
    faultAt,
    readInto(offset, target) {
      const end = bad.firstIn(offset, offset + target.length);
      if (end === offset) return 0;
      const got = readFile(offset, target.subarray(0, end - offset));
      // Not before: a change between the look and the read would go unnoticed.
      assertUnchanged(offset);
      return got;
    },
  };
  let apart = 0;

  return {
    name: path,
    size,
    file: {
      path,
      device: opened.dev,
      inode: opened.ino,
      size: BigInt(size),
      mtimeNs: opened.mtimeNs,
      ctimeNs: opened.ctimeNs,
      bornNs: opened.birthtimeNs,
      stamp: [opened.dev, opened.ino, size, opened.mtimeNs].join(' '),
      ...(mounted.length === 0 ? {} : { mounted }),
    },
    faultAt,
    faults: () => bad.list(),
    assertUnchanged: () => {
      assertUnchanged();
    },
    readInto(offset, target) {
      if (offset >= size || target.length === 0) return 0;
      const wanted = Math.min(target.length, size - offset);
      if (wanted >= blockSize) return direct.readInto(offset, target.subarray(0, wanted));
      let done = 0;
      while (done < wanted) {
        const at = offset + done;
        const index = Math.floor(at / blockSize);
        const bytes = block(index);
        const end = bad.firstIn(at, Math.min(offset + wanted, index * blockSize + bytes.length));
        if (end === at) break;
        target.set(bytes.subarray(at - index * blockSize, end - index * blockSize), done);
        done += end - at;
      }
      return done;
    },
    readApart(offset, target) {
      const end = offset >= size ? offset : bad.firstIn(offset, Math.min(size, offset + target.length));
      if (end === offset) return 0;
      const got = readFile(offset, target.subarray(0, end - offset));
      // Of a million headers every look at the file itself would take as long as the reads.
      if (apart++ % readsApartInCheck === 0) assertUnchanged(offset);
      return got;
    },
    close() {
      cache.clear();
      try {
        closeSync(descriptor);
      } catch (error) {
        // Nothing was written: what a disk says here, it said of the reads before.
        if (errorCode(error) === undefined) throw error;
      }
    },
  };
}

/** Folders of evidence hold few files; a huge one is not searched to its end. */
const maxCompanions = 512;

/**
 * The other regular files in the folder of `path`, opened read-only in the order of their names; it is not among them under another name (a link, other
 * letters where a file system has no case). Those that cannot be
 * opened are left out: they are not what the user asked for.
 */
export function companionFiles(path: string): FileSource[] {
  let paths: string[];
  try {
    paths = folderFiles(dirname(path)).filter((one) => !isSameFile(one, path));
  } catch {
    return [];
  }
  return paths.flatMap((one) => {
    try {
      return [openFile(one, { cacheBlocks: 16, evidence: false })];
    } catch {
      return [];
    }
  });
}

export function isFolder(path: string): boolean {
  try {
    return statSync(pathBytes(path)).isDirectory();
  } catch {
    // What cannot be looked at is reported when it is opened.
    return false;
  }
}

/**
 * Paths of the regular files in a folder in the order of their names, the first few hundred of them.
 * @throws DumpError io
 */
export function folderFiles(folder: string): string[] {
  try {
    return readdirSync(pathBytes(folder), { withFileTypes: true, encoding: 'buffer' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(folder, pathText(entry.name)))
      .sort()
      .slice(0, maxCompanions);
  } catch (error) {
    throw ioError(folder, error);
  }
}
