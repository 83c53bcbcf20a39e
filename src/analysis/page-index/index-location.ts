/** Where indexes live: in the user's cache folder, never next to the dump. */
import { createHash } from 'node:crypto';
import { cacheFile } from '../../files/cache-folder.ts';
import { databaseSuffixes } from '../../files/database-file.ts';
import type { PageRange } from './block-plan.ts';
import { IndexError } from './index-error.ts';
import { inOrder, type FileState } from './source-files.ts';

/** What an index is kept by. */
export interface DumpKeys {
  readonly identity: string;
  readonly dumpKey: string;
}

/** 32 hex digits; of what is not a digest, those of its SHA-256. */
const shortened = (digest: string): string => (/^[0-9a-f]{64}$/.test(digest) ? digest : createHash('sha256').update(digest).digest('hex')).slice(0, 32);

/** 16 hex digits for the files that a dump lies in, whatever is in them. */
const digitsOf = (files: readonly FileState[]): string =>
  createHash('sha256')
    .update(
      inOrder(files)
        .map(({ device, inode }) => `${device} ${inode}`)
        .join('\0'),
    )
    .digest('hex')
    .slice(0, 16);

/** File name of a dump's index; with files, that of an index of its own where another dump has the same keys. */
export const indexName = ({ identity, dumpKey }: DumpKeys, files?: readonly FileState[]): string =>
  [shortened(identity), shortened(dumpKey), ...(files === undefined ? [] : [digitsOf(files)]), 'sqlite'].join('.');

/** File name under which a piece grows in the cache folder: never one of a dump's index. */
const growingName = ({ identity, dumpKey }: DumpKeys, { startPfn, endPfn }: PageRange): string =>
  ['range', shortened(identity), shortened(dumpKey), `${startPfn.toString(16)}-${endPfn.toString(16)}`, 'sqlite'].join('.');

/** Whether a file name is that of an index of a dump with this identity, whatever its key. */
export const isIndexOf = (name: string, identity: string): boolean => name.startsWith(`${shortened(identity)}.`) && name.endsWith('.sqlite');

/**
 * Index file of a dump in the cache.
 * @param files of the dump, for an index that no dump with the same keys shares
 * @throws IndexError when there is no folder for the cache
 */
export const indexPath = (keys: DumpKeys, files?: readonly FileState[]): string => placeOf(indexName(keys, files));

/**
 * Where the piece of a range grows before it is put in its place: on this machine, whatever share the place is on.
 * @throws IndexError when there is no folder for the cache
 */
export const growingPath = (keys: DumpKeys, part: PageRange): string => placeOf(growingName(keys, part));

/**
 * Where an index that is to lie elsewhere is made from its pieces.
 * @param process its id: of two that join the same pieces, neither is in the way of the other
 * @throws IndexError when there is no folder for the cache
 */
export const joinedPath = ({ identity, dumpKey }: DumpKeys, process: number): string =>
  placeOf(['joined', shortened(identity), shortened(dumpKey), String(process), 'sqlite'].join('.'));

function placeOf(name: string): string {
  try {
    return cacheFile('index', name, databaseSuffixes);
  } catch (error) {
    throw new IndexError(`the page index has no place: ${(error as Error).message}`);
  }
}
