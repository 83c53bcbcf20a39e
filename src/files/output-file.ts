/**
 * The one writer of what a person gets: reports, manifests, attestations, sessions, sample dumps. An output appears in one
 * piece or not at all: it is written under a name of its own in the target's folder, then renamed. No link is followed, no
 * evidence is replaced (evidence-files.ts, replaceable.ts), and a file that is there stays unless the person asked for it.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { evidenceOf } from './evidence-files.ts';
import { errorCode, systemReason } from './system-error.ts';
import { readUninterrupted } from './read-uninterrupted.ts';
import { comparedBytes, isComparedBeforeReplaced, whyKept, whyOthersStay, type OutputKind } from './replaceable.ts';
import { lookedAtBytes } from './seeming-kind.ts';

export interface OutputOptions {
  readonly kind: OutputKind;
  /** The person asked that an output of this name be replaced. */
  readonly replace?: boolean;
  /** What messages say should have been there; names the door's own way of asking for a replacement. */
  readonly expected?: string;
}

/** A file that is being written. Nobody sees it under its name before `finish`. */
export interface OutputFile {
  readonly path: string;
  /** @throws DumpError io; nothing is left then */
  write(bytes: Uint8Array): void;
  /** Gives the file its name. @throws DumpError io; nothing is left then */
  finish(): void;
  /** Leaves nothing. Does nothing after `finish`. */
  abandon(): void;
}

const refused = (path: string, what: string, expected = 'a new file'): DumpError => new DumpError('io', { file: path }, what, expected);

function whatItIs(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'it is a symbolic link, and links are not followed';
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a named pipe';
  return 'it is a device or a socket';
}

/**
 * The file that lies there now and may be replaced; undefined when none is there.
 * @param content of the output; undefined while it is not known
 * @throws DumpError io
 */
function standing(path: string, { kind, replace = false, expected }: OutputOptions, content?: Uint8Array): BigIntStats | undefined {
  // It would get another name than the one that was asked for.
  if (!path.isWellFormed()) throw refused(path, 'the name is no UTF-8', 'a name in UTF-8');
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
    throw refused(path, `what is in it cannot be told: ${systemReason(error)}`, 'a new file');
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
    throw error instanceof DumpError ? error : refused(path, `what is in it cannot be told: ${systemReason(error)}`);
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
    if (!statSync(folder).isDirectory()) throw refused(path, `${folder} is no folder`);
  } catch (error) {
    throw error instanceof DumpError ? error : refused(path, `its folder ${folder}: ${systemReason(error)}`);
  }
}

/** Unfinished outputs: a process that ends in the middle leaves none. */
const unfinished = new Set<OutputFile>();
let watchesExit = false;

function leaveNothingAtExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.on('exit', () => {
    for (const output of unfinished) output.abandon();
  });
}

/**
 * Begins an output.
 * @param content all of it, where it is known already: what may be replaced only by an output that states the same is kept otherwise
 * @throws DumpError io when something is there that may not be replaced, or the folder cannot be written to
 */
export function openOutput(path: string, options: OutputOptions, content?: Uint8Array): OutputFile {
  checkOutput(path, options);
  const compared = content ?? new Uint8Array();
  const before = standing(path, options, compared);
  const name = basename(path);
  // A name of 255 bytes is valid, and the addition must not make it too long.
  const temporary = join(dirname(path), `.${name.slice(0, 24)}.${randomBytes(8).toString('hex')}.part`);
  let descriptor: number;
  try {
    // O_EXCL follows no link either.
    descriptor = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
  } catch (error) {
    throw refused(path, systemReason(error), 'a folder that can be written to');
  }
  let open = true;
  const discard = (): void => {
    unfinished.delete(output);
    if (!open) return;
    open = false;
    try {
      closeSync(descriptor);
    } catch {
      // What was written does not matter any more.
    }
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The error that led here says more.
    }
  };
  const guarded = <T>(work: () => T): T => {
    if (!open) throw new Error('this output is finished already');
    try {
      return work();
    } catch (error) {
      discard();
      const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error) ?? '');
      throw error instanceof DumpError ? error : refused(path, systemReason(error), isFull ? 'room for the whole file' : 'a file that can be written');
    }
  };
  const output: OutputFile = {
    path,
    write(bytes) {
      guarded(() => {
        let done = 0;
        while (done < bytes.length) done += writeSync(descriptor, bytes, done);
      });
    },
    finish() {
      guarded(() => {
        if (before !== undefined) fchmodSync(descriptor, Number(before.mode & 0o777n));
        keep(descriptor);
        const now = standing(path, options, compared);
        if (now?.dev !== before?.dev || now?.ino !== before?.ino) throw refused(path, 'another file was put there meanwhile');
        if (before === undefined) giveName(temporary, path, options);
        else renameSync(temporary, path);
        unfinished.delete(output);
        open = false;
        closeSync(descriptor);
      });
    },
    abandon: discard,
  };
  unfinished.add(output);
  leaveNothingAtExit();
  return output;
}

/** Onto the disk, so that a power failure leaves the old file or the new one. Not every file system can. */
function keep(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** File systems without hard links answer so. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'UNKNOWN']);

/** The second of two names of an output is its own; when the first cannot go, neither stays. */
function removeFirst(temporary: string, path: string): void {
  try {
    unlinkSync(temporary);
  } catch (error) {
    rmSync(path, { force: true });
    throw refused(path, systemReason(error));
  }
}

/** Renames to a name that is free, and stays so: rename alone would replace what appeared there just now. */
function giveName(temporary: string, path: string, { expected }: OutputOptions): void {
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

/**
 * Writes a whole file.
 * @throws DumpError io when something is there that may not be replaced, or it cannot be written; nothing is left then
 */
export function writeOutput(path: string, content: string | Uint8Array, options: OutputOptions): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const output = openOutput(path, options, bytes);
  output.write(bytes);
  output.finish();
}

export interface WholeFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Writes several new files: all, or none.
 * @throws DumpError io, as `writeOutput`
 */
export function writeNewOutputs(files: readonly WholeFile[], options: Omit<OutputOptions, 'replace'>): void {
  const outputs: OutputFile[] = [];
  const finished: string[] = [];
  try {
    for (const { path, content } of files) {
      const output = openOutput(path, options);
      outputs.push(output);
      output.write(typeof content === 'string' ? Buffer.from(content) : content);
    }
    for (const output of outputs) {
      output.finish();
      finished.push(output.path);
    }
  } catch (error) {
    for (const output of outputs) output.abandon();
    for (const path of finished) rmSync(path, { force: true });
    throw error;
  }
}
