/** The page index of an open dump: which file it is, and how far what it says is known to hold for the dump's own files. */
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { RequestError } from '../../../shared/rpc.ts';
import { cachedIndexes } from '../../page-index/index-cache.ts';
import { indexPath, isIndexOf } from '../../page-index/index-location.ts';
import type { IndexReader } from '../../page-index/index-reader-type.ts';
import { areSameFiles, inOrder, setOf, type FileSet } from '../../page-index/source-files.ts';
import { readIndex } from '../../page-index/store.ts';
import type { Session } from '../session/session.ts';

/** How files came to be known to an index; `unconfirmed` where they did not. */
export type IndexTrust = 'made' | 'sample' | 'all' | 'unconfirmed';

export interface DumpIndex {
  readonly reader: IndexReader;
  /** A sentence for whoever reads the answer; undefined where the index is known to hold for these files. */
  readonly unconfirmed: string | undefined;
}

/** Where the index of a dump lies, or is to lie. @throws IndexError */
export const indexPathOf = (session: Session, path?: string): string => path ?? indexPath(session);

/** Bytes that lie in no file have no other files. */
export function trustOf(reader: Pick<IndexReader, 'sourceFiles'>, session: Session): IndexTrust {
  const files = session.states();
  return files.length === 0 ? 'made' : (setOf(reader.sourceFiles(), files)?.how ?? 'unconfirmed');
}

/**
 * The cached index that was made from the very files of a dump, whatever became of them since: where sampled pages changed, the dump key is
 * another one, and the index lies under the old one.
 */
export function earlierIndexPath(session: Session): string | undefined {
  const files = session.states();
  if (files.length === 0) return undefined;
  const setsOf = (path: string): readonly FileSet[] => {
    try {
      const reader = readIndex(path, { identity: session.identity });
      try {
        return reader.sourceFiles();
      } finally {
        reader.close();
      }
    } catch (error) {
      // Made by another version, or damaged: it does not say what it was made from.
      if (error instanceof RequestError) return [];
      throw error;
    }
  };
  const known = cachedIndexes().flatMap(({ path }) => (isIndexOf(basename(path), session.identity) ? [{ path, sets: setsOf(path) }] : []));
  // One that was made since the last change of the files comes first.
  return (known.find(({ sets }) => setOf(sets, files)?.how === 'made') ?? known.find(({ sets }) => areSameFiles(sets, files)))?.path;
}

const unconfirmedText =
  'unconfirmed: the page index was made from other files with the same headers and the same dump key, or from this one before it was changed or copied; no sample of pages was compared with it yet, which building the index does';

/** Draws the pages of a sample: the same ones for the same files, others for others. */
export function sampleSeed(session: Session): string {
  const files = inOrder(session.states()).map(({ device, inode, size, mtimeNs, ctimeNs }) => [device, inode, size, mtimeNs, ctimeNs].join(' '));
  return createHash('sha256')
    .update([session.identity, session.dumpKey, ...files].join('\0'))
    .digest('hex');
}

/**
 * Opens the index of a dump for reading.
 * @param path instead of the one in the cache folder
 * @param lacks what is said where there is none
 * @throws RequestError index when there is none, or it is of another dump
 */
export function openDumpIndex(session: Session, path: string | undefined, lacks: string): DumpIndex {
  const place = indexPathOf(session, path);
  if (!existsSync(place)) throw new RequestError('index', lacks, 'build-index');
  const reader = readIndex(place, session);
  try {
    return { reader, unconfirmed: trustOf(reader, session) === 'unconfirmed' ? unconfirmedText : undefined };
  } catch (error) {
    reader.close();
    throw error;
  }
}
