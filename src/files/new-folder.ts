/**
 * A folder full of outputs that appears in one piece or not at all: it is filled under a name of its own next to its place, then renamed. Nothing that is
 * there is replaced, but for an empty folder.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { openOutput, type OutputFile } from './output-file.ts';
import { makeOutputFolder } from './output-folder.ts';
import { systemReason } from './system-error.ts';

export interface NewFolder {
  /** Begins a file in a folder below; "" is the new folder itself. @throws DumpError io */
  open(below: string, name: string): OutputFile;
  /** Gives the folder its name. @throws DumpError io; nothing is left then */
  finish(): void;
  /** Leaves nothing. Does nothing after `finish`. */
  abandon(): void;
}

const refused = (folder: string, what: string): DumpError => new DumpError('io', { file: folder }, what, 'a new folder, or an empty one');

/** Its mode, where an empty folder is there already. @throws DumpError io for whatever else is there */
function modeOfEmpty(folder: string): number | undefined {
  try {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) throw refused(folder, 'it is a symbolic link, and links are not followed');
    if (!stats.isDirectory()) throw refused(folder, 'it is not a folder');
    if (readdirSync(folder).length > 0) throw refused(folder, 'there is something in it already');
    return stats.mode & 0o7777;
  } catch (error) {
    throw error instanceof DumpError ? error : refused(folder, systemReason(error));
  }
}

/** @throws DumpError io when something is there, or the folder around it cannot be written to */
export function openNewFolder(given: string): NewFolder {
  if (!given.isWellFormed()) throw refused(given, 'the name is not UTF-8');
  const folder = resolve(given);
  const mode = modeOfEmpty(folder);
  const removeParents = makeOutputFolder(dirname(folder));
  const temporary = join(dirname(folder), `.${basename(folder).slice(0, 24).toWellFormed()}.${randomBytes(8).toString('hex')}.part`);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      abandon();
      throw error instanceof DumpError ? error : refused(folder, systemReason(error));
    }
  };
  let open = true;
  const abandon = (): void => {
    process.off('exit', abandon);
    if (!open) return;
    open = false;
    try {
      rmSync(temporary, { recursive: true, force: true });
    } catch {
      // The error that led here says more.
    }
    removeParents();
  };
  process.on('exit', abandon);
  guarded(() => {
    mkdirSync(temporary);
    if (mode !== undefined) chmodSync(temporary, mode);
  });
  return {
    open: (below, name) =>
      guarded(() => {
        const inside = join(temporary, below);
        mkdirSync(inside, { recursive: true });
        return openOutput(join(inside, name), { kind: 'export' });
      }),
    finish() {
      guarded(() => {
        modeOfEmpty(folder);
        // Elsewhere a folder takes the place of an empty one in one step.
        if (process.platform === 'win32' && mode !== undefined) rmdirSync(folder);
        renameSync(temporary, folder);
        open = false;
        process.off('exit', abandon);
      });
    },
    abandon,
  };
}
