/**
 * Outputs that take long to write: exports of memory. Such a file grows as OUT.partial in the target's folder, with a journal as OUT.partial.journal, and gets
 * its own name when it is whole. After an interruption the same work goes on with it. What lies under these names and was not begun by such
 * a run is left alone, as every file is that an output could harm (output-place.ts).
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, rmSync, writeSync, type BigIntStats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { evidenceOf } from './evidence-files.ts';
import { checkOutput, giveName, keep, notWritten, refused, type OutputOptions } from './output-place.ts';
import { readUninterrupted } from './read-uninterrupted.ts';

export interface ResumableOptions extends Omit<OutputOptions, 'replace'> {
  /** Digest of all that decides what is written: an unfinished file of another key is not gone on with. */
  readonly key: string;
}

export interface ResumableOutput {
  readonly path: string;
  /** Where it grows. */
  readonly partialPath: string;
  /** What the last checkpoint of an interrupted run kept; undefined where there is none, and the file is empty then. */
  readonly resumed: unknown;
  /** @throws DumpError io */
  write(position: number, bytes: Uint8Array): void;
  /** Reads what was written; holes read as zeros. @returns bytes that came: fewer at the end of the file alone. @throws DumpError io */
  readonly read: (position: number, target: Uint8Array) => number;
  /** @throws DumpError io */
  setSize(bytes: number): void;
  /** Empties the file: nothing that was written counts. @throws DumpError io */
  restart(): void;
  /** Puts what was written so far on the disk, then what a later run needs to go on from here. @throws DumpError io */
  checkpoint(state: unknown): void;
  /** Gives the file its name and removes the journal. @throws DumpError io */
  finish(): void;
  /** Ends the work for now. @returns whether something was left for a later run: nothing without a checkpoint */
  pause(): boolean;
  /** Leaves nothing. */
  abandon(): void;
}

const magic = 'dumpbench journal 1';
/** A state is some pages long, and with many unreadable pages some MiB. */
const mostJournalBytes = 256 << 20;

/** Names of the unfinished file and its journal: as long as file systems take them. */
export function partialPaths(path: string): { readonly partial: string; readonly journal: string } {
  const name = basename(path);
  const short = Buffer.byteLength(name) <= 230 ? name : `${name.slice(0, 48)}.${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  const partial = join(dirname(path), `${short}.partial`);
  return { partial, journal: `${partial}.journal` };
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex');
const isSame = (left: BigIntStats, right: BigIntStats): boolean => left.dev === right.dev && left.ino === right.ino;

function statsOf(path: string): BigIntStats | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw refused(path, 'it is not a regular file, and an unfinished output is to be written there', 'another name for the output');
  const evidence = evidenceOf({ device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs });
  if (evidence !== undefined || stats.nlink > 1n)
    throw refused(path, evidence === undefined ? 'it has another name elsewhere' : `it is open as ${evidence.path}`, 'another name for the output');
  return stats;
}

/** Opens what is there, and nothing that was put there since. */
function openSame(path: string, stats: BigIntStats): number {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (isSame(fstatSync(descriptor, { bigint: true }), stats)) return descriptor;
  closeSync(descriptor);
  throw refused(path, 'another file was put there just now');
}

const openNew = (path: string): number => openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o666);

function readAll(descriptor: number, position: number, target: Uint8Array): number {
  let got = 0;
  while (got < target.length) {
    const step = readUninterrupted(descriptor, target.subarray(got), position + got);
    if (step === 0) break;
    got += step;
  }
  return got;
}

function writeAll(descriptor: number, position: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

/** First line: what it belongs to. Second line: the last state with its checksum. */
interface Journal {
  readonly inode: string;
  readonly key: string;
  readonly state: unknown;
}

function parseJournal(text: string): Journal | undefined {
  const [head = '', line = ''] = text.split('\n', 2);
  const [, inode, key] = /^dumpbench journal 1 (\d+) ([0-9a-f]{64})$/.exec(head) ?? [];
  if (inode === undefined || key === undefined) return undefined;
  const [, sum, json] = /^([0-9a-f]{64}) (.*)$/.exec(line) ?? [];
  return { inode, key, state: sum !== undefined && json !== undefined && checksum(json) === sum ? (JSON.parse(json) as unknown) : undefined };
}

/** Whether a journal was started and not even its head is complete. */
const isHeadBegun = (text: string): boolean => `${magic} `.startsWith(text) || /^dumpbench journal 1 \d*(?:(?<=\d) [0-9a-f]{0,64})?$/.test(text);

interface Found {
  readonly descriptor: number;
  readonly journal: number;
  readonly state: unknown;
}

/** What an interrupted run left. @throws DumpError io where that is of something else, or is not known to be ours */
function found(path: string, key: string): Found | undefined {
  const { partial, journal } = partialPaths(path);
  const [left, notes] = [statsOf(partial), statsOf(journal)];
  if (left === undefined && notes === undefined) return undefined;
  const wayOut = 'another name for the output, or that you delete that file yourself';
  if (notes === undefined) {
    // Killed before the journal was started.
    if (left?.size !== 0n) throw refused(partial, 'there is a file that is not an unfinished output of Dumpbench', wayOut);
    rmSync(partial);
    return undefined;
  }
  const record = openSame(journal, notes);
  let isTaken = false;
  try {
    const bytes = new Uint8Array(Number(notes.size > BigInt(mostJournalBytes) ? 0n : notes.size));
    const text = Buffer.from(bytes.subarray(0, readAll(record, 0, bytes))).toString('utf8');
    const known = parseJournal(text);
    const isNew = notes.size <= BigInt(bytes.length) && isHeadBegun(text) && (left?.size ?? 0n) === 0n;
    if (notes.size > 0n && known === undefined && !isNew) throw refused(journal, 'there is a file that is not a journal of Dumpbench', wayOut);
    if (left === undefined || (known === undefined && left.size === 0n)) {
      rmSync(journal);
      if (left !== undefined) rmSync(partial);
      return undefined;
    }
    if (known?.inode !== String(left.ino)) throw refused(partial, 'there is a file that is not an unfinished output of Dumpbench', wayOut);
    if (known.key !== key)
      throw refused(
        partial,
        'an output that was interrupted lies there, of another dump, with other options, or of this dump before its files changed',
        'the same command as before, another name for the output, or that you delete that file yourself',
      );
    const descriptor = openSame(partial, left);
    isTaken = true;
    return { descriptor, journal: record, state: known.state };
  } finally {
    if (!isTaken) closeSync(record);
  }
}

function begun(path: string, key: string): Found {
  const { partial, journal } = partialPaths(path);
  const descriptor = openNew(partial);
  try {
    const record = openNew(journal);
    try {
      writeAll(record, 0, Buffer.from(`${magic} ${fstatSync(descriptor, { bigint: true }).ino} ${key}\n`));
      return { descriptor, journal: record, state: undefined };
    } catch (error) {
      closeSync(record);
      rmSync(journal, { force: true });
      throw error;
    }
  } catch (error) {
    closeSync(descriptor);
    rmSync(partial, { force: true });
    throw error;
  }
}

/**
 * Begins an output, or goes on with one that was interrupted. Two runs must not do so at once: the caller holds a lock.
 * @throws DumpError io when something is there that stays, or the folder cannot be written to
 */
export function openResumable(path: string, { key, ...options }: ResumableOptions): ResumableOutput {
  checkOutput(path, options);
  const { partial, journal: journalPath } = partialPaths(path);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw notWritten(path, error);
    }
  };
  const { descriptor, journal, state } = guarded(() => found(path, key) ?? begun(path, key));
  const headBytes = Buffer.byteLength(`${magic} ${fstatSync(descriptor, { bigint: true }).ino} ${key}\n`);
  let isKept = state !== undefined;
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    closeSync(descriptor);
    closeSync(journal);
  };
  const restart = (): void => {
    isKept = false;
    ftruncateSync(journal, headBytes);
    ftruncateSync(descriptor, 0);
  };
  const output: ResumableOutput = {
    path,
    partialPath: partial,
    resumed: state,
    write(position, bytes) {
      guarded(() => {
        writeAll(descriptor, position, bytes);
      });
    },
    read: (position, target) => guarded(() => readAll(descriptor, position, target)),
    setSize(bytes) {
      guarded(() => {
        ftruncateSync(descriptor, bytes);
      });
    },
    restart() {
      guarded(restart);
    },
    checkpoint(now) {
      guarded(() => {
        keep(descriptor);
        const json = JSON.stringify(now);
        const line = Buffer.from(`${checksum(json)} ${json}\n`);
        writeAll(journal, headBytes, line);
        ftruncateSync(journal, headBytes + line.length);
        isKept = true;
      });
    },
    finish() {
      guarded(() => {
        keep(descriptor);
        giveName(partial, path, options);
        close();
        rmSync(journalPath, { force: true });
      });
    },
    pause() {
      if (!isKept) output.abandon();
      close();
      return isKept;
    },
    abandon() {
      if (!open) return;
      close();
      isKept = false;
      rmSync(partial, { force: true });
      rmSync(journalPath, { force: true });
    },
  };
  if (state === undefined) guarded(restart);
  return output;
}
