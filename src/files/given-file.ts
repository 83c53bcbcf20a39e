/**
 * Files that lie next to a dump and are read as a whole: a System.map, rules, a manifest, a key, a session. They are regular,
 * and no larger than what they are taken for: a pipe, a device or a file without end is named at once, not waited for.
 */
import { closeSync, constants, fstatSync, openSync, statSync, type BigIntStats } from 'node:fs';
import { DumpError } from '../shared/dump-error.ts';
import { byteText } from '../shared/units.ts';
import { noteEvidence } from './evidence-files.ts';
import { endable, isKernelSymbols, isOfSysfs, whatElse, whatMade } from './file-look.ts';
import { pathBytes } from './path-bytes.ts';
import { readUninterrupted } from './read-uninterrupted.ts';
import { errorCode, systemReason } from './system-error.ts';

export interface GivenFileOptions {
  /** What it should be, for messages: "a System.map". */
  readonly what: string;
  /** Bytes at most. */
  readonly most: number;
  /** False for files of ours that we write again: everything else is never written over from now on. */
  readonly evidence?: boolean;
  /** True where the kernel's own list of symbols is one of them: the only file without a size that is read. */
  readonly symbols?: boolean;
}

const chunkBytes = 1 << 20;

const whenReading: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'too many symbolic links',
  EIO: 'the device reports a read error',
};

/** Why the operating system does not allow a file to be read. */
export const readReason = (error: unknown): string => whenReading[errorCode(error) ?? ''] ?? systemReason(error);

/** Which files that the kernel makes are read: none, those that have a size (/proc/vmcore), or its list of symbols. */
type FromKernel = 'none' | 'sized' | 'symbols';

/** What a path names instead of a file that may be read; undefined when it may. @throws system errors */
function whatInstead(path: string, kernel: FromKernel, blockDevices: boolean): string | undefined {
  const stats = statSync(pathBytes(path), { bigint: true });
  if (blockDevices && stats.isBlockDevice()) return undefined;
  const other = whatElse(stats);
  if (other !== undefined || (kernel === 'sized' && stats.size > 0n && !isOfSysfs(path))) return other;
  const made = whatMade(path);
  return made !== undefined && kernel === 'symbols' && isKernelSymbols(path) ? undefined : made;
}

/**
 * Opens a regular file for reading, or a block device where such may be. Anything else is not even opened: that alone can wind a tape or wait for a writer.
 * @throws DumpError io
 */
export function openRegular(
  path: string,
  what: string,
  kernel: FromKernel = 'sized',
  blockDevices = false,
): { readonly descriptor: number; readonly stats: BigIntStats } {
  const refused = (why: string): DumpError => new DumpError('io', { file: path }, `it is ${why}`, what);
  let descriptor: number;
  try {
    const why = whatInstead(path, kernel, blockDevices);
    if (why !== undefined) throw refused(why);
    descriptor = endable(() => openSync(pathBytes(path), constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    if (error instanceof DumpError) throw error;
    // Dialogs and dropped files put U+FFFD where a name is not UTF-8 (Chromium); no file has such a name.
    if (errorCode(error) === 'ENOENT' && path.includes('\ufffd'))
      throw new DumpError(
        'io',
        { file: path },
        'no file has this name: it may be one that is not UTF-8, which cannot be passed on',
        `${what}, named on the command line or found in a folder`,
      );
    throw new DumpError('io', { file: path }, readReason(error), what);
  }
  // The path may name something else by now.
  const stats = fstatSync(descriptor, { bigint: true });
  const why = blockDevices && stats.isBlockDevice() ? undefined : whatElse(stats);
  if (why === undefined) return { descriptor, stats };
  closeSync(descriptor);
  throw refused(why);
}

/**
 * The bytes of a file that a person gave, in pieces that are the caller's.
 * @throws DumpError io when it is not a regular file or cannot be read; unsupported when it is too large
 */
export function* givenPieces(path: string, { what, most, evidence = true, symbols = false }: GivenFileOptions): Generator<Buffer, void> {
  const { descriptor, stats } = openRegular(path, what, symbols ? 'symbols' : 'none');
  const tooLarge = (bytes: string): DumpError => new DumpError('unsupported', { file: path }, `it has ${bytes}`, `${what} of at most ${byteText(most)}`);
  const read = (chunk: Buffer): number => readUninterrupted(descriptor, chunk);
  try {
    if (evidence) noteEvidence({ path, device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs });
    if (stats.size > BigInt(most)) throw tooLarge(`${stats.size} bytes`);
    // To its end, whatever its size says: /proc/kallsyms has none.
    for (let total = 0; ;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, most + 1 - total));
      const got = stats.size === 0n ? endable(() => read(chunk)) : read(chunk);
      if (got === 0) return;
      total += got;
      if (total > most) throw tooLarge('no end');
      yield chunk.subarray(0, got);
    }
  } catch (error) {
    if (error instanceof DumpError) throw error;
    const why = errorCode(error) === 'EAGAIN' ? 'it waits for more and has no end' : readReason(error);
    throw new DumpError('io', { file: path }, why, what);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as a whole. @throws DumpError likewise */
export const readGivenFile = (path: string, options: GivenFileOptions): Buffer => Buffer.concat([...givenPieces(path, options)]);

/** The same as text. @throws DumpError likewise */
export const readGivenText = (path: string, options: GivenFileOptions, encoding: 'utf8' | 'latin1' = 'utf8'): string =>
  readGivenFile(path, options).toString(encoding);
