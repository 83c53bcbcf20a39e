/** Where indexes live: in the user's cache folder, never beside the dump. */
import { createHash } from 'node:crypto';
import { cacheFile } from '../../files/cache-folder.ts';
import { databaseSuffixes } from '../../files/database-file.ts';
import { IndexError } from './index-error.ts';

/** What an index is kept by. */
export interface DumpKeys {
  readonly identity: string;
  readonly dumpKey: string;
}

/** 32 hex digits; of what is no digest, those of its SHA-256. */
const shortened = (digest: string): string => (/^[0-9a-f]{64}$/.test(digest) ? digest : createHash('sha256').update(digest).digest('hex')).slice(0, 32);

/** File name of a dump's index. */
export const indexName = ({ identity, dumpKey }: DumpKeys): string => `${shortened(identity)}.${shortened(dumpKey)}.sqlite`;

/** Whether a file name is that of an index of a dump with this identity, whatever its key. */
export const isIndexOf = (name: string, identity: string): boolean => name.startsWith(`${shortened(identity)}.`) && name.endsWith('.sqlite');

/**
 * Index file of a dump in the cache.
 * @throws IndexError when there is no folder for the cache
 */
export function indexPath(keys: DumpKeys): string {
  try {
    return cacheFile('index', indexName(keys), databaseSuffixes);
  } catch (error) {
    throw new IndexError(`the page index has no place: ${(error as Error).message}`);
  }
}
