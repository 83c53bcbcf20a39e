/** An index that is to lie on a share: SQLite's locks and log need a local disk, so it grows in the cache folder and is copied when it is whole. */
import { existsSync } from 'node:fs';
import { copyToOutput } from '../../../files/copied-output.ts';
import { joinedPath } from '../../page-index/index-location.ts';
import { removeIndex } from '../../page-index/index-lock.ts';
import { isIndexFile } from '../../page-index/sqlite.ts';
import { readIndex } from '../../page-index/store.ts';
import type { Session } from '../session/session.ts';

type Keys = Pick<Session, 'identity' | 'dumpKey'>;

/** What an index says of all of its pages, or undefined where it does not have all: then it is worth less than another one. */
function rootIn(path: string, keys: Keys): string | undefined {
  const reader = readIndex(path, keys);
  try {
    const { complete, memoryRoot, fingerprintAlgorithm, classVersion } = reader.header();
    return complete && memoryRoot !== undefined ? `${memoryRoot} ${fingerprintAlgorithm} ${classVersion}` : undefined;
  } finally {
    reader.close();
  }
}

/**
 * @param output a new file, or an index of this dump: the same one stays as it is, and another is replaced
 * @param make makes the index at the path that it is given
 * @throws what `make` throws; IndexError when an index of another dump is there; DumpError io when it cannot be written
 */
export async function deliverIndex<T>(keys: Keys, output: string, make: (path: string) => Promise<T>): Promise<T> {
  const growing = joinedPath(keys, process.pid);
  try {
    const made = await make(growing);
    if (existsSync(output) && isIndexFile(output)) {
      const there = rootIn(output, keys);
      if (there !== undefined && there === rootIn(growing, keys)) return made;
      await removeIndex(output);
    }
    copyToOutput(growing, output, { kind: 'piece', expected: 'a new file, or an index of this dump' });
    return made;
  } finally {
    if (existsSync(growing)) await removeIndex(growing);
  }
}
