/**
 * The only place that opens evidence, and only for reading. Small reads go through a bounded block cache, large ones
 * straight into the caller's memory.
 */
import { closeSync, fstatSync, readdirSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { noteEvidence } from '../../files/evidence-files.ts';
import { openRegular, readReason } from '../../files/given-file.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { ByteSource, OpenedFile } from './byte-source.ts';

const blockSize = 64 * 1024;
const defaultCacheBlocks = 128;

export interface FileSource extends ByteSource {
  readonly file: OpenedFile;
  close(): void;
}

export interface FileSourceOptions {
  /** Blocks of 64 KiB kept in memory. */
  readonly cacheBlocks?: number;
  /** False for a file that is only looked at, because it may belong to a dump: whoever uses it notes it as evidence. */
  readonly evidence?: boolean;
}

function ioError(file: string, error: unknown, offset?: number): DumpError {
  return new DumpError('io', offset === undefined ? { file } : { file, offset }, readReason(error), 'a readable dump file');
}

/**
 * Opens a regular file read-only. Unless `evidence` is false, nothing is written over it from now on.
 * @throws DumpError io for a directory, a device, a missing or unreadable file
 */
export function openFile(path: string, options: FileSourceOptions = {}): FileSource {
  const { descriptor, stats } = openRegular(path, 'a readable dump file');
  const source = cachedSource(path, descriptor, stats, options.cacheBlocks ?? defaultCacheBlocks);
  if (options.evidence !== false) noteOpened(source.file);
  return source;
}

/** An open file is part of a dump, or something that a dump is checked against. */
export function noteOpened({ path, device, inode }: OpenedFile): void {
  noteEvidence({ path, device, inode });
}

function cachedSource(path: string, descriptor: number, opened: BigIntStats, cacheBlocks: number): FileSource {
  const size = Number(opened.size);
  /** Insertion order is age: a hit moves its block to the end, the first entry is the next to go. */
  const cache = new Map<number, Uint8Array>();

  const assertUnchanged = (offset: number): void => {
    const now = fstatSync(descriptor, { bigint: true });
    if (now.size === opened.size && now.mtimeNs === opened.mtimeNs) return;
    const change = now.size === opened.size ? 'was written to' : now.size < opened.size ? 'has shrunk' : 'has grown';
    throw new DumpError(
      'io',
      { file: path, offset },
      `the file ${change} while it was open`,
      `${opened.size} bytes, unchanged since it was opened; it has ${now.size} now`,
    );
  };

  const readFile = (offset: number, target: Uint8Array): number => {
    assertUnchanged(offset);
    let got = 0;
    while (got < target.length) {
      let step: number;
      try {
        step = readSync(descriptor, target, got, target.length - got, offset + got);
      } catch (error) {
        throw ioError(path, error, offset + got);
      }
      if (step === 0) break;
      got += step;
    }
    // A file that shrinks between the check and the read would look like one that ends here.
    if (got < target.length && offset + got < size) assertUnchanged(offset + got);
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
    const fresh = new Uint8Array(Math.min(blockSize, size - start));
    const got = readFile(start, fresh);
    const bytes = got === fresh.length ? fresh : fresh.subarray(0, got);
    cache.set(index, bytes);
    if (cache.size > cacheBlocks) {
      const oldest = cache.keys().next().value;
      if (oldest !== undefined) cache.delete(oldest);
    }
    return bytes;
  };

  return {
    name: path,
    size,
    file: { path, device: opened.dev, inode: opened.ino, stamp: [opened.dev, opened.ino, opened.size, opened.mtimeNs].join(' ') },
    readInto(offset, target) {
      if (offset >= size || target.length === 0) return 0;
      const wanted = Math.min(target.length, size - offset);
      if (wanted >= blockSize) return readFile(offset, target.subarray(0, wanted));
      let done = 0;
      while (done < wanted) {
        const at = offset + done;
        const index = Math.floor(at / blockSize);
        const bytes = block(index);
        const from = at - index * blockSize;
        const part = bytes.subarray(from, from + wanted - done);
        if (part.length === 0) break;
        target.set(part, done);
        done += part.length;
      }
      return done;
    },
    close() {
      cache.clear();
      closeSync(descriptor);
    },
  };
}

/** Folders of evidence hold few files; a huge one is not searched to its end. */
const maxCompanions = 512;

/**
 * The other regular files in the folder of `path`, opened read-only in the order of their names. Those that cannot be
 * opened are left out: they are not what the user asked for.
 */
export function companionFiles(path: string): FileSource[] {
  let paths: string[];
  try {
    paths = folderFiles(dirname(path)).filter((one) => basename(one) !== basename(path));
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
    return statSync(path).isDirectory();
  } catch {
    // What cannot be looked at is told when it is opened.
    return false;
  }
}

/**
 * Paths of the regular files in a folder in the order of their names, the first few hundred of them.
 * @throws DumpError io
 */
export function folderFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(folder, entry.name))
      .sort()
      .slice(0, maxCompanions);
  } catch (error) {
    throw ioError(folder, error);
  }
}
