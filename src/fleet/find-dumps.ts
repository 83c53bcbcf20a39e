/** Finds dumps for a catalogue: in files, and in folders with everything below them, by contents and not by names. Nothing is unpacked. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openFile } from '../analysis/source/file-source.ts';
import { pathBytes, pathText } from '../files/path-bytes.ts';
import { storageFinder } from '../files/storage-host.ts';
import { systemReason } from '../files/system-error.ts';
import { isDumpError } from '../shared/dump-error.ts';
import type { EngineClient } from '../shared/engine-protocol.ts';
import type { Gathered } from '../shared/gather-protocol.ts';

export interface FoundPlace {
  readonly storage: string;
  /** Absolute; of a set its first part. */
  readonly path: string;
  /** The other files of a set. */
  readonly parts: readonly string[];
  readonly title: string;
  /** Sizes and times of its files: a different stamp means different contents. */
  readonly stamp: string;
}

export type Found =
  | { readonly place: FoundPlace }
  /** Does not begin like a dump. */
  | { readonly other: string }
  | { readonly unreadable: string; readonly why: string };

/** Files that are examined together. */
const atOnce = 128;

/** @throws system errors */
function stampOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const { size, mtimeNs } = statSync(pathBytes(path), { bigint: true });
      return `${size}@${mtimeNs}`;
    })
    .join(' ');
}

/** Files below a folder, a folder at a time; links to folders are not followed. */
function* filesBelow(folder: string): Generator<readonly string[] | { readonly unreadable: string; readonly why: string }> {
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const files: string[] = [];
    const inside: string[] = [];
    try {
      for (const entry of readdirSync(pathBytes(at), { withFileTypes: true, encoding: 'buffer' })) {
        const path = join(at, pathText(entry.name));
        if (entry.isDirectory()) inside.push(path);
        else if (entry.isFile() || (entry.isSymbolicLink() && isFile(path))) files.push(path);
      }
    } catch (error) {
      yield { unreadable: at, why: systemReason(error) };
      continue;
    }
    for (const one of inside.sort().reverse()) folders.push(one);
    files.sort();
    for (let start = 0; start < files.length; start += atOnce) yield files.slice(start, start + atOnce);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(pathBytes(path)).isFile();
  } catch {
    return false;
  }
}

/** Why a file that was not recognised cannot be read, if that is the reason. */
function whyUnreadable(path: string): string | undefined {
  try {
    openFile(path, { cacheBlocks: 1, evidence: false }).close();
    return undefined;
  } catch (error) {
    if (isDumpError(error)) return error.what;
    throw error;
  }
}

/** Whether a named path is a folder, or why this cannot be determined. */
function lookAt(path: string): { readonly isFolder: boolean } | { readonly why: string } {
  try {
    return { isFolder: statSync(pathBytes(path)).isDirectory() };
  } catch (error) {
    return { why: systemReason(error) };
  }
}

/**
 * @param engine of this process
 * @param paths files and folders as a person gave them
 * @throws Cancelled
 */
export async function* findDumps(engine: EngineClient, paths: readonly string[], signal: AbortSignal): AsyncGenerator<Found, void> {
  const storageOf = storageFinder();
  const placeOf = ({ path, parts = [], title }: Gathered): Found => {
    const [first = path, ...others] = parts.map((part) => resolve(part));
    const main = parts.length === 0 ? resolve(path) : first;
    try {
      return { place: { storage: storageOf(main), path: main, parts: others, title, stamp: stampOf([main, ...others]) } };
    } catch (error) {
      return { unreadable: main, why: systemReason(error) };
    }
  };
  async function* among(files: readonly string[]): AsyncGenerator<Found, void> {
    const { dumps, others } = await engine.call('gather', { paths: [...files] }, { signal });
    for (const dump of dumps) yield placeOf(dump);
    for (const other of others) {
      const why = whyUnreadable(other);
      yield why === undefined ? { other } : { unreadable: other, why };
    }
  }
  const given: string[] = [];
  for (const path of paths) {
    const found = lookAt(path);
    if ('why' in found) {
      yield { unreadable: path, why: found.why };
      continue;
    }
    if (!found.isFolder) {
      given.push(path);
      continue;
    }
    for (const files of filesBelow(resolve(path))) {
      if ('unreadable' in files) yield files;
      else if (files.length > 0) yield* among(files);
    }
  }
  for (let start = 0; start < given.length; start += atOnce) yield* among(given.slice(start, start + atOnce));
}
