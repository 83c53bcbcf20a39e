/**
 * The folder of an embedded fleet catalogue: the database, the lock of the process that has it open, who that is, and the socket on which the others
 * reach it. Nobody else may enter it.
 */
import { chmodSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, posix, win32 } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { isEnclosed, makeOwnFolder, whyNoOwnFile, whyNoOwnFolder } from './own-folder.ts';

/** Where the user's data is kept that no other run can make again: `$XDG_DATA_HOME`, else ~/.local/share (XDG Base Directory Specification). */
export function usualCatalogueFolder(): string {
  if (process.platform === 'win32') return win32.join(process.env.LOCALAPPDATA ?? homedir(), 'dumpbench', 'fleet');
  const data = process.env.XDG_DATA_HOME;
  if (data !== undefined && posix.isAbsolute(data)) return posix.join(data, 'dumpbench', 'fleet');
  return process.platform === 'darwin'
    ? posix.join(homedir(), 'Library', 'Application Support', 'dumpbench', 'fleet')
    : posix.join(homedir(), '.local', 'share', 'dumpbench', 'fleet');
}

export interface CataloguePlaces {
  readonly data: string;
  readonly lock: string;
  readonly owner: string;
}

/** @throws DumpError io when the folder cannot be made, or is not the user's alone */
export function cataloguePlaces(folder: string): CataloguePlaces {
  makeOwnFolder(folder);
  if (!isEnclosed(folder)) throw new DumpError('io', { file: folder }, 'others may enter it', 'a folder that only you may enter (chmod 700)');
  const data = join(folder, 'database');
  const owner = join(folder, 'owner.json');
  const why = whyNoOwnFolder(data, true) ?? whyNoOwnFile(owner, true);
  if (why !== undefined) throw new DumpError('io', { file: folder }, why, 'a folder of a fleet catalogue');
  return { data, lock: join(folder, 'lock'), owner };
}

export function writeOwner(path: string, text: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
}

/** Undefined if there is none. */
export function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What was begun of a database that could not be made. */
export const removeDatabase = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Removes an empty folder. */
export function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody has started to use it.
  }
}

export const removeOwner = (path: string): void => rmSync(path, { force: true });

/** What clients of PostgreSQL look for in a folder (libpq, "host"). */
export const socketName = '.s.PGSQL.5432';
/** sun_path has 108 bytes (unix(7)), the last of which is zero. */
const longestSocketPath = 107;

/** A folder for the socket that nobody else can enter: the catalogue's own, or where its path is too long, a new one in that for temporary files. */
export function socketFolder(folder: string): string {
  const usual = join(folder, socketName);
  return Buffer.byteLength(usual) <= longestSocketPath ? folder : mkdtempSync(join(tmpdir(), 'dumpbench-fleet-'));
}

/** What a killed process left, or our own. A folder that was made for it is removed too. */
export function removeSocket(inFolder: string, catalogue: string): void {
  if (inFolder === catalogue) rmSync(join(inFolder, socketName), { force: true });
  else if (dirname(inFolder) === tmpdir() && whyNoOwnFolder(inFolder, false) === undefined) rmSync(inFolder, { recursive: true, force: true });
}

export const closeSocketToOthers = (inFolder: string): void => chmodSync(join(inFolder, socketName), 0o600);
