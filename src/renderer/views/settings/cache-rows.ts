/** The contents of the cache folder, by kind. */
import type { CacheJson } from '../../../shared/cache-model.ts';
import { byteText } from '../../../shared/units.ts';
import { plural } from '../../words/numbers.ts';

export type CacheFacts = Pick<CacheJson, 'folder' | 'bytes' | 'otherBytes' | 'capBytes' | 'indexes' | 'others'>;

const kinds = [
  ['unpacked', 'Unpacked dumps', 'file'],
  ['archive', 'Lists of archives', 'list'],
  ['modules', 'Compiled program modules', 'folder'],
  ['unfinished', 'Incomplete files', 'file'],
] as const;

/** Rows for existing contents; locks have no bytes. */
export function cacheRows({ bytes, capBytes, indexes, others }: CacheFacts): readonly (readonly [name: string, text: string])[] {
  const index = ['Page indexes', `${plural(indexes.length, 'index', 'indexes')}, ${byteText(bytes)} of at most ${byteText(capBytes)}`] as const;
  const rest = kinds.flatMap(([kind, name, word]) => {
    const own = others.filter((one) => one.kind === kind);
    const size = own.reduce((sum, one) => sum + one.bytes, 0);
    return own.length === 0 ? [] : [[name, `${plural(own.length, word)}, ${byteText(size)}`] as const];
  });
  return [index, ...rest];
}
