/** Where indexes live: in the user's cache folder, never beside the dump. */
import { createHash } from 'node:crypto';
import { cacheFile } from '../../files/cache-folder.ts';
import { databaseSuffixes } from '../../files/database-file.ts';
import { IndexError } from './index-error.ts';

/** File name of a dump's index. Identities that are no good file names stand there as their SHA-256. */
export function indexName(identity: string): string {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(identity);
  return `${plain ? identity : createHash('sha256').update(identity).digest('hex')}.sqlite`;
}

/**
 * Index file of a dump in the cache.
 * @throws IndexError when there is no folder for the cache
 */
export function indexPath(identity: string): string {
  try {
    return cacheFile('index', indexName(identity), databaseSuffixes);
  } catch (error) {
    throw new IndexError(`the page index has no place: ${(error as Error).message}`);
  }
}
