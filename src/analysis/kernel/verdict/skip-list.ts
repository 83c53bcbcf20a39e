/**
 * Functions that say nothing about a bug, as data: a title and a key are made from the others. Names are those of Linux 5.10 to 6.12 without what
 * compilers append; a name that ends with * stands for all that begin so.
 */
import { anchors, glue, synchronous } from './glue-functions.ts';
import { helpers, type FunctionGroup } from './helper-functions.ts';

function matcher(groups: readonly FunctionGroup[]): (name: string) => boolean {
  const all = groups.flatMap(({ names }) => names);
  const exact = new Set(all.filter((name) => !name.endsWith('*')));
  const starts = all.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || starts.some((start) => name.startsWith(start));
}

export const isHelper = matcher(helpers);
export const isGlue = matcher(glue);
export const isAnchor = matcher(anchors);
export const isSynchronous = matcher(synchronous);
