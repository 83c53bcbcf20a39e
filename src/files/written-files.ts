/**
 * The files that this process has written for a person, or lets the engine write: only these may be handed to another program or shown
 * in their folder on the page's word. A name proves nothing: what was put in the place of a written file since is another file.
 */
import { lstatSync } from 'node:fs';
import { extname } from 'node:path';
import type { FileIdentity } from './evidence-files.ts';
import { pathBytes } from './path-bytes.ts';

/** Documents that every desktop only shows. */
const documents: ReadonlySet<string> = new Set(['.html', '.pdf', '.md', '.txt', '.csv', '.json', '.xml', '.sarif']);

/** Whether a file of this name may be handed to the program that the desktop has for it. */
export const isDocument = (path: string): boolean => documents.has(extname(path).toLowerCase());

export interface WrittenFiles {
  /** The file that is there now was written by this process. */
  readonly note: (path: string) => void;
  /** A new file that the engine writes: it is whatever regular file is there afterwards. */
  readonly expect: (path: string) => void;
  /** @throws Error with a plain sentence when the path leads to no file of this process's */
  readonly check: (path: string) => void;
}

function regularFile(path: string): FileIdentity | undefined {
  try {
    const stats = lstatSync(pathBytes(path), { bigint: true });
    return stats.isFile() ? { device: stats.dev, inode: stats.ino } : undefined;
  } catch {
    return undefined;
  }
}

export function writtenFiles(): WrittenFiles {
  const written = new Map<string, FileIdentity | 'expected'>();
  return {
    note(path) {
      const file = regularFile(path);
      if (file !== undefined) written.set(path, file);
    },
    expect(path) {
      written.set(path, 'expected');
    },
    check(path) {
      const noted = written.get(path);
      if (noted === undefined) throw new Error(`${path} was not written by this window`);
      const now = regularFile(path);
      if (now === undefined) throw new Error(`${path} is no longer there`);
      if (noted !== 'expected' && (noted.device !== now.device || noted.inode !== now.inode)) throw new Error(`${path} was replaced by another file meanwhile`);
    },
  };
}
