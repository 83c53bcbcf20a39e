/**
 * Files that lie beside a dump and are read as a whole: a System.map, rules, a manifest, a key, a session. They are regular,
 * and no larger than what they are taken for: a pipe, a device or a file without end is named at once, not waited for.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type BigIntStats } from 'node:fs';
import { DumpError } from '../shared/dump-error.ts';
import { byteText } from '../shared/units.ts';
import { noteEvidence } from './evidence-files.ts';
import { pathBytes } from './path-bytes.ts';
import { errorCode, systemReason } from './system-error.ts';

export interface GivenFileOptions {
  /** What it should be, for messages: "a System.map". */
  readonly what: string;
  /** Bytes at most. */
  readonly most: number;
  /** False for files of ours that we write again: everything else is never written over from now on. */
  readonly evidence?: boolean;
}

const chunkBytes = 1 << 20;

const whenReading: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'too many symbolic links',
  EIO: 'the device reports a read error',
};

/** Why the operating system does not let a file be read. */
export const readReason = (error: unknown): string => whenReading[errorCode(error) ?? ''] ?? systemReason(error);

/** What a path that names no regular file names instead; undefined for regular files. */
export function whyNoFile(stats: BigIntStats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'it is a directory';
  if (stats.isFIFO()) return 'it is a named pipe, which may never end';
  if (stats.isSocket()) return 'it is a socket';
  return 'it is a device, which may never end';
}

/**
 * Opens a regular file for reading. Anything else is not even opened: that alone can wind a tape or wait for a writer.
 * @throws DumpError io
 */
export function openRegular(path: string, what: string): { readonly descriptor: number; readonly stats: BigIntStats } {
  let descriptor: number;
  try {
    const why = whyNoFile(statSync(pathBytes(path), { bigint: true }));
    if (why !== undefined) throw new DumpError('io', { file: path }, why, what);
    // The path may name something else by now.
    descriptor = openSync(pathBytes(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof DumpError) throw error;
    // Dialogs and dropped files put U+FFFD where a name is no UTF-8 (Chromium); no file is called that.
    if (errorCode(error) === 'ENOENT' && path.includes('\ufffd'))
      throw new DumpError(
        'io',
        { file: path },
        'no file has this name: it may be one that is no UTF-8, which cannot be handed on',
        `${what}, named on the command line or found in a folder`,
      );
    throw new DumpError('io', { file: path }, readReason(error), what);
  }
  const stats = fstatSync(descriptor, { bigint: true });
  const why = whyNoFile(stats);
  if (why === undefined) return { descriptor, stats };
  closeSync(descriptor);
  throw new DumpError('io', { file: path }, why, what);
}

/**
 * The bytes of a file that a person gave.
 * @throws DumpError io when it is no regular file or cannot be read; unsupported when it is too large
 */
export function readGivenFile(path: string, { what, most, evidence = true }: GivenFileOptions): Buffer {
  const { descriptor, stats } = openRegular(path, what);
  const tooLarge = (bytes: string): DumpError => new DumpError('unsupported', { file: path }, `it has ${bytes}`, `${what} of at most ${byteText(most)}`);
  try {
    if (evidence) noteEvidence({ path, device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs });
    if (stats.size > BigInt(most)) throw tooLarge(`${stats.size} bytes`);
    const chunks: Buffer[] = [];
    let total = 0;
    // To its end, whatever its size says: files of the kernel (/proc/kallsyms) have none.
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, most + 1 - total));
      const got = readSync(descriptor, chunk, 0, chunk.length, null);
      if (got === 0) return Buffer.concat(chunks, total);
      chunks.push(chunk.subarray(0, got));
      total += got;
      if (total > most) throw tooLarge('no end');
    }
  } catch (error) {
    if (error instanceof DumpError) throw error;
    const why = errorCode(error) === 'EAGAIN' ? 'it waits for more and has no end' : readReason(error);
    throw new DumpError('io', { file: path }, why, what);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as text. @throws DumpError likewise */
export const readGivenText = (path: string, options: GivenFileOptions, encoding: 'utf8' | 'latin1' = 'utf8'): string =>
  readGivenFile(path, options).toString(encoding);
