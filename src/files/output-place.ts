/** The place of an output: whether an existing file must be kept, and how the finished file gets its name. For `output-file.ts` and `resumable-output.ts` alone. */
import { closeSync, constants, fstatSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync, unlinkSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { evidenceOf } from './evidence-files.ts';
import { errorCode, systemReason } from './system-error.ts';
import { readUninterrupted } from './read-uninterrupted.ts';
import { comparedBytes, isComparedBeforeReplaced, whyKept, whyOthersStay, type OutputKind } from './replaceable.ts';
import { lookedAtBytes } from './seeming-kind.ts';

export interface OutputOptions {
  readonly kind: OutputKind;
  /** The user asked for an output of this name to be replaced. */
  readonly replace?: boolean;
  /** What messages say should have been there; names the door's own way of asking for a replacement. */
  readonly expected?: string;
}

export const refused = (path: string, what: string, expected = 'a new file'): DumpError => new DumpError('io', { file: path }, what, expected);

function whatItIs(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'it is a symbolic link, and links are not followed';
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a named pipe';
  return 'it is a device or a socket';
}

/**
 * The existing file, which may be replaced; undefined if there is none.
 * @param content of the output; undefined while it is not known
 * @throws DumpError io
 */
export function standing(path: string, { kind, replace = false, expected }: OutputOptions, content?: Uint8Array): BigIntStats | undefined {
  // It would get another name than the requested one.
  if (!path.isWellFormed()) throw refused(path, 'the name is not UTF-8', 'a name in UTF-8');
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw refused(path, systemReason(error), expected);
  }
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw refused(path, whatItIs(stats), expected);
  const evidence = evidenceOf({ device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs });
  if (evidence !== undefined) {
    const same = evidence.path === path ? 'it is evidence' : `it is the same file as ${evidence.path}, which is evidence`;
    throw refused(path, `${same} and is never written over`, 'another place');
  }
  if (!replace) throw refused(path, 'the file exists already', expected);
  const why =
    whyKept(beginningOf(path, stats, lookedAtBytes), kind) ??
    (content === undefined || !isComparedBeforeReplaced(kind) ? undefined : whyOthersStay(beginningOf(path, stats, comparedBytes + 1), kind, content));
  if (why !== undefined) throw refused(path, why, 'another name, or that you delete the file yourself');
  return stats;
}

function beginningOf(path: string, stats: BigIntStats, bytes: number): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw refused(path, `what is in it cannot be determined: ${systemReason(error)}`, 'a new file');
  }
  try {
    const opened = fstatSync(descriptor, { bigint: true });
    if (opened.dev !== stats.dev || opened.ino !== stats.ino) throw refused(path, 'another file was put there just now');
    const head = Buffer.alloc(Number(opened.size < bytes ? opened.size : BigInt(bytes)));
    let got = 0;
    while (got < head.length) {
      const step = readUninterrupted(descriptor, head.subarray(got), got);
      if (step === 0) break;
      got += step;
    }
    return head.subarray(0, got);
  } catch (error) {
    throw error instanceof DumpError ? error : refused(path, `what is in it cannot be determined: ${systemReason(error)}`);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Whether an output can be written there, before the work for it begins.
 * @throws DumpError io, as `openOutput`
 */
export function checkOutput(path: string, options: OutputOptions): void {
  standing(path, options);
  const folder = dirname(path);
  try {
    if (!statSync(folder).isDirectory()) throw refused(path, `${folder} is not a folder`);
  } catch (error) {
    throw error instanceof DumpError ? error : refused(path, `its folder ${folder}: ${systemReason(error)}`);
  }
}

/** What went wrong while an output was written, as a sentence. */
export function notWritten(path: string, error: unknown): DumpError {
  if (error instanceof DumpError) return error;
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error) ?? '');
  return refused(path, systemReason(error), isFull ? 'room for the whole file' : 'a file that can be written');
}

/** Onto the disk, so that a power failure leaves the old file or the new one. Not every file system can. */
export function keep(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** File systems without hard links answer so. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'UNKNOWN']);

/** The second of two names of an output is its own; if the first cannot be removed, neither stays. */
function removeFirst(temporary: string, path: string): void {
  try {
    unlinkSync(temporary);
  } catch (error) {
    rmSync(path, { force: true });
    throw refused(path, systemReason(error));
  }
}

/** Renames to a name that is free, and stays so: rename alone would replace what appeared there just now. */
export function giveName(temporary: string, path: string, { expected }: OutputOptions): void {
  try {
    linkSync(temporary, path);
    removeFirst(temporary, path);
    return;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') throw refused(path, 'the file exists already', expected);
    if (!noLinks.has(code)) throw error;
  }
  let reserved: number;
  try {
    reserved = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? refused(path, 'the file exists already', expected) : error;
  }
  const ours = fstatSync(reserved, { bigint: true });
  closeSync(reserved);
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (there?.dev !== ours.dev || there.ino !== ours.ino) throw refused(path, 'another file was put there just now', expected);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
