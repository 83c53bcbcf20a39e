/** The page index of an open dump: which file it is, and how far what it says is known to hold for the dump's own files. */
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { fileSystemType, whyTimesHide } from '../../../files/change-time.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { cachedIndexes } from '../../page-index/index-cache.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { indexPath, isIndexOf } from '../../page-index/index-location.ts';
import type { IndexReader } from '../../page-index/index-reader-type.ts';
import { areSameFiles, inOrder, setOf, type FileSet } from '../../page-index/source-files.ts';
import { readIndex } from '../../page-index/store.ts';
import { derived } from '../session/memo.ts';
import type { OpenFiles, Session } from '../session/session.ts';

/** How files came to be known to an index; `undated` where their times do not show whether they changed since; `unconfirmed` where they are not known. */
export type IndexTrust = 'made' | 'sample' | 'all' | 'undated' | 'unconfirmed';

/** Whether an index answers for a dump without anything said. */
export const isTrusted = (trust: IndexTrust): boolean => trust !== 'undated' && trust !== 'unconfirmed';

export interface DumpIndex {
  readonly reader: IndexReader;
  /** A sentence for whoever reads the answer; undefined where the index is known to hold for these files. */
  readonly unconfirmed: string | undefined;
}

/**
 * What a key has opened stays in memory: an index would keep classes and fingerprints of every page (docs/decisions/0030-decrypted-memory.md).
 * @throws IndexError
 */
export function refuseDecrypted({ image }: Session): void {
  if (image.isDecrypted === true) throw new IndexError('no page index is kept of a dump that was decrypted with a key: nothing of its memory is put on disk');
}

/** The place of an index that the dump shares with no other one of the same keys. @throws IndexError */
export const ownIndexPath = (session: Session): string => {
  refuseDecrypted(session);
  return indexPath(session, session.states());
};

/** Where the index of a dump lies, or is to lie. @throws IndexError */
export function indexPathOf(session: Session, path?: string): string {
  refuseDecrypted(session);
  if (path !== undefined) return path;
  const own = ownIndexPath(session);
  return existsSync(own) ? own : indexPath(session);
}

/** Why the times of a dump's files do not show whether they changed since an index was made; undefined when they do. */
const whyUndated = derived((files: OpenFiles): string | undefined => {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  for (const file of files.states()) {
    const why = whyTimesHide(file, fileSystemType(file.path), nowNs);
    if (why !== undefined) return `of ${basename(file.path)}, ${why}`;
  }
  return undefined;
});

/** Indexes that were built from the open files, or compared with them, since these were opened. */
const heldAgainst = derived((_: OpenFiles) => new Set<string>());

/** Notes that an index was built from the files of a session, or that a sample of them agrees with it: until they are closed no times are asked. */
export const noteHeldAgainst = ({ files }: Session, path: string): void => {
  heldAgainst(files).add(path);
};

/** Bytes that lie in no file have no other files. */
export function trustOf(reader: Pick<IndexReader, 'sourceFiles' | 'path'>, session: Session): IndexTrust {
  const files = session.states();
  if (files.length === 0) return 'made';
  const how = setOf(reader.sourceFiles(), files)?.how;
  if (how === undefined) return 'unconfirmed';
  return whyUndated(session.files) === undefined || heldAgainst(session.files).has(reader.path) ? how : 'undated';
}

/**
 * The cached index that was made from the very files of a dump, whatever became of them since: where sampled pages changed, the dump key is
 * another one, and the index lies under the old one.
 */
export function earlierIndexPath(session: Session): string | undefined {
  const files = session.states();
  // Another member of the same archive is another dump.
  if (files.length === 0 || session.packing?.member !== undefined) return undefined;
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

const ofOtherFiles =
  'unconfirmed: the page index was made from other files with the same headers and the same dump key, or from this one before it was changed or copied; no sample of pages was compared with it yet, which building the index does';

/** The sentence about an answer of an index; undefined where it is known to hold for the dump's files. */
export function unconfirmedText(trust: IndexTrust, session: Session): string | undefined {
  if (trust === 'unconfirmed') return ofOtherFiles;
  if (trust !== 'undated') return undefined;
  return `unconfirmed: times do not show whether the dump changed since its page index was made: ${whyUndated(session.files) ?? ''}; building the index compares a sample of pages, and verify every page`;
}

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
    return { reader, unconfirmed: unconfirmedText(trustOf(reader, session), session) };
  } catch (error) {
    reader.close();
    throw error;
  }
}
