/** Pages that a choice leaves in, as runs. */
import type { Pfn } from '../../shared/units.ts';
import type { PageChoice } from './page-choice.ts';
import type { PageRange } from './planned-parts.ts';

/** Pages that a choice is asked for at once. */
const chosenPages = 4096;

/** Runs of pages without a mark. */
function* unmarked(marks: Uint8Array, startPfn: Pfn): Generator<PageRange> {
  let from = -1;
  for (let page = 0; page <= marks.length; page += 1) {
    const isLeft = page < marks.length && marks[page] === 0;
    if (isLeft && from < 0) from = page;
    if (!isLeft && from >= 0) {
      yield { startPfn: startPfn + from, endPfn: startPfn + page };
      from = -1;
    }
  }
}

/**
 * @param startPfn,endPfn the pages that the choice is made among, in pages of 4096 bytes
 * @returns runs that stay, ascending, which may touch; undefined for pauses
 */
export function* chosenPageRuns(choice: PageChoice, { startPfn, endPfn }: PageRange): Generator<PageRange | undefined, undefined> {
  const marks = new Uint8Array(Math.min(chosenPages, endPfn - startPfn));
  for (let pfn = startPfn; pfn < endPfn; pfn += chosenPages) {
    const into = marks.subarray(0, Math.min(chosenPages, endPfn - pfn)).fill(0);
    choice.exclude(pfn, into);
    yield* unmarked(into, pfn);
    yield undefined;
  }
  return undefined;
}
