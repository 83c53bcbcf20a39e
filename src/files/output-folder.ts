/** Folders that a person names for outputs. */
import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { errorCode, systemReason } from './system-error.ts';

const refused = (folder: string, what: string): DumpError => new DumpError('io', { file: folder }, what, 'a folder that can be written to');

/**
 * Makes a folder with those above it, one after the other: Node's own way never comes to an end on some file systems (/proc).
 * @returns removes what was made again, where it is still empty
 * @throws DumpError io; nothing is left then
 */
export function makeOutputFolder(folder: string): () => void {
  if (!folder.isWellFormed()) throw refused(folder, 'the name is not UTF-8');
  const missing: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      if (statSync(at).isDirectory()) break;
      throw refused(at, 'it is not a folder');
    } catch (error) {
      if (error instanceof DumpError) throw error;
      if (errorCode(error) !== 'ENOENT' || dirname(at) === at) throw refused(at, systemReason(error));
      missing.push(at);
    }
  }
  const made: string[] = [];
  const undo = (): void => {
    for (const one of made.toReversed()) {
      try {
        rmdirSync(one);
      } catch {
        // Somebody put something there.
      }
    }
  };
  for (const one of missing.toReversed()) {
    try {
      mkdirSync(one);
      made.push(one);
    } catch (error) {
      undo();
      throw refused(one, systemReason(error));
    }
  }
  return undo;
}
