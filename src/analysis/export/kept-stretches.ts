/** Which pages a plan keeps as far as that is known without reading them: pages in a row, in pages of 4096 bytes. */
import type { Pfn } from '../../shared/units.ts';
import { stepTurns } from '../jobs/steps.ts';
import { storedCode } from '../page-index/page-extents.ts';
import { stateCode } from '../page-index/page-meta.ts';
import { chosenPageRuns } from './chosen-pages.ts';
import type { ExportPlan } from './export-plan.ts';
import { pageRanges, type PageRange } from './planned-parts.ts';

/**
 * Stretches in ascending order that do not touch. Stored pages are among them whatever they hold, unreadable ones too.
 * @returns undefined for pauses
 */
export function* keptStretches(plan: ExportPlan): Generator<PageRange | undefined, undefined> {
  let open: { startPfn: Pfn; endPfn: Pfn } | undefined;
  let turns = 0;
  for (const one of chosenStretches(plan)) {
    if (++turns % stepTurns === 0) yield undefined;
    if (one === undefined) continue;
    if (open?.endPfn === one.startPfn) open.endPfn = one.endPfn;
    else {
      if (open !== undefined) yield open;
      open = { ...one };
    }
  }
  if (open !== undefined) yield open;
  return undefined;
}

/** The same, where neighbours may touch. */
function* chosenStretches(plan: ExportPlan): Generator<PageRange | undefined, undefined> {
  const { choice, extents } = plan;
  for (const range of pageRanges(plan)) {
    for (const extent of extents.from(range.startPfn)) {
      if (extent.startPfn >= range.endPfn) break;
      if (extent.state !== storedCode && extent.state !== stateCode.zero) {
        yield undefined;
        continue;
      }
      const { startPfn } = extent;
      const endPfn = Math.min(extent.endPfn, range.endPfn);
      if (choice === undefined) yield { startPfn, endPfn };
      else yield* chosenPageRuns(choice, { startPfn, endPfn });
    }
  }
  return undefined;
}
