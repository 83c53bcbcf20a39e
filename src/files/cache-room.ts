/** Making room in the cache: what was used longest ago is removed first. */
import type { CachedFile } from './cache-contents.ts';

export interface MadeRoom<T extends CachedFile> {
  readonly removed: readonly T[];
  /** The one used last first. */
  readonly kept: readonly T[];
  /** Of those kept: they are in use, so they stay however old they are. */
  readonly busy: readonly T[];
}

/**
 * Removes until the others take at most `most` bytes.
 * @param all the one used last first
 * @param remove false when the file is in use and stays
 * @param spare path of one that stays
 */
export async function makeRoom<T extends CachedFile>(
  all: readonly T[],
  most: number,
  remove: (one: T) => boolean | Promise<boolean>,
  spare?: string,
): Promise<MadeRoom<T>> {
  const removed: T[] = [];
  const kept: T[] = [];
  const busy: T[] = [];
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of all.toReversed()) {
    if (bytes <= most || one.path === spare) {
      kept.unshift(one);
    } else if (await remove(one)) {
      removed.push(one);
      bytes -= one.bytes;
    } else {
      busy.unshift(one);
      kept.unshift(one);
    }
  }
  return { removed, kept, busy };
}
