/** In which parts the memory of a plan is gone through. They depend on the plan alone, never on where a run before was interrupted. */
import { pageSize, type Pfn } from '../../shared/units.ts';
import { blockPages, plannedFrom } from '../page-index/block-plan.ts';
import { stateCode } from '../page-index/page-meta.ts';
import type { ExportPlan } from './export-plan.ts';

/** Half-open, in pages. */
export interface PageRange {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
}

export type PlannedPart =
  /** Pages of no range. */
  | { readonly kind: 'outside'; readonly startPfn: Pfn; readonly pages: number }
  /** Pages in a row of one state, of which none has to be read. */
  | { readonly kind: 'uniform'; readonly startPfn: Pfn; readonly pages: number; readonly state: number }
  /** A block of 4096 pages (fewer at the end of memory), and what of it lies in ranges. */
  | { readonly kind: 'block'; readonly startPfn: Pfn; readonly pages: number; readonly ranges: readonly PageRange[] };

const bytes = BigInt(pageSize);
const blockStart = (pfn: Pfn): Pfn => pfn - (pfn % blockPages);

/** The ranges of a plan in pages, as far as the dump describes memory. */
export function pageRanges({ ranges, extents }: Pick<ExportPlan, 'ranges' | 'extents'>): readonly PageRange[] {
  return ranges
    .map(({ start, end }) => ({ startPfn: Number(start / bytes), endPfn: Math.min(Number((end + bytes - 1n) / bytes), extents.totalPages) }))
    .filter(({ startPfn, endPfn }) => startPfn < endPfn);
}

/**
 * All parts in ascending order without gaps, from page 0 on (from `from` on, where a part begins) to the end of the last range.
 * Every part begins at a multiple of 4096 pages.
 */
export function* plannedParts(plan: ExportPlan, from: Pfn = 0): Generator<PlannedPart, undefined> {
  const { extents, choice } = plan;
  const ranges = pageRanges(plan).filter(({ endPfn }) => endPfn > from);
  let pfn = from;
  for (let at = 0; at < ranges.length;) {
    const range = ranges[at];
    if (range === undefined) return undefined;
    if (range.endPfn <= pfn) {
      at += 1;
      continue;
    }
    const begins = blockStart(range.startPfn);
    if (begins > pfn) {
      yield { kind: 'outside', startPfn: pfn, pages: begins - pfn };
      pfn = begins;
    }
    const planned = plannedFrom(extents, pfn);
    const isWhole = range.startPfn <= pfn;
    // What a filter says of zero pages is asked for page by page.
    const isUniform = planned.kind === 'uniform' && isWhole && (choice === undefined || planned.state !== stateCode.zero);
    const uniformEnd = Math.min(pfn + planned.pages, range.endPfn === extents.totalPages ? range.endPfn : blockStart(range.endPfn));
    if (isUniform && uniformEnd > pfn) {
      yield { kind: 'uniform', startPfn: pfn, pages: uniformEnd - pfn, state: planned.state };
      pfn = uniformEnd;
      continue;
    }
    const blockEnd = Math.min(pfn + blockPages, extents.totalPages);
    const within: PageRange[] = [];
    for (const one of ranges.slice(at)) {
      if (one.startPfn >= blockEnd) break;
      within.push({ startPfn: Math.max(one.startPfn, pfn), endPfn: Math.min(one.endPfn, blockEnd) });
    }
    yield { kind: 'block', startPfn: pfn, pages: blockEnd - pfn, ranges: within };
    pfn = blockEnd;
  }
  return undefined;
}
