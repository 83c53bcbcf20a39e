/**
 * The one writer of what a person gets: reports, manifests, attestations, sessions, sample dumps. An output appears in one
 * piece or not at all: it is written under a name of its own in the target's folder, then renamed. No link is followed, no
 * evidence is replaced (evidence-files.ts, replaceable.ts), and a file that is there stays unless the person asked for it.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkOutput, giveName, keep, notWritten, refused, standing, type OutputOptions } from './output-place.ts';
import { removeAbandoned } from './other-cached.ts';
import { systemReason } from './system-error.ts';

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
  const beginning = `.${name.slice(0, 24)}.`;
  const temporary = join(dirname(path), `${beginning}${randomBytes(8).toString('hex')}.${process.pid}.part`);
  // From an earlier run of the same command that was killed.
  removeAbandoned(dirname(path), beginning);
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
      // What was written no longer matters.
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
      throw notWritten(path, error);
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
