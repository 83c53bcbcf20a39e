/**
 * Pages that an export in the kdump-compressed format has descriptors of: those that the plan keeps, and those that the source describes and does not give, which the format
 * can say. The answer depends on the plan alone, so that bitmaps are written before any page is read.
 */
import type { Pfn } from '../../shared/units.ts';
import { pageSize } from '../../shared/units.ts';
import { storedCode } from '../page-index/page-extents.ts';
import { stateCode } from '../page-index/page-meta.ts';
import { chosenPageRuns } from './chosen-pages.ts';
import type { ExportPlan } from './export-plan.ts';
import { pageRanges, type PageRange } from './planned-parts.ts';

const bytes = BigInt(pageSize);

/**
 * @param startPfn,endPfn the pages that are asked for; all of the plan's ranges unless given
 * @returns stretches in ascending order, which may touch; undefined for pauses
 */
export function* listedPages(plan: ExportPlan, startPfn: Pfn = 0, endPfn: Pfn = Infinity): Generator<PageRange | undefined, undefined> {
  const { choice, extents } = plan;
  for (const range of pageRanges(plan)) {
    const [first, last] = [Math.max(range.startPfn, startPfn), Math.min(range.endPfn, endPfn)];
    if (first >= last) continue;
    for (const extent of extents.from(first)) {
      if (extent.startPfn >= last) break;
      const part = { startPfn: extent.startPfn, endPfn: Math.min(extent.endPfn, last) };
      yield undefined;
      if (extent.state === stateCode.excluded) continue;
      if (extent.state === stateCode.missing) yield* described(plan, part);
      else if (choice === undefined || (extent.state !== storedCode && extent.state !== stateCode.zero)) yield part;
      else yield* chosenPageRuns(choice, part);
    }
  }
  return undefined;
}

/** Pages of some that the source's headers describe; where they do not, there is no memory. */
export function* described({ image }: Pick<ExportPlan, 'image'>, { startPfn, endPfn }: PageRange): Generator<PageRange, undefined> {
  const [from, to] = [BigInt(startPfn) * bytes, BigInt(endPfn) * bytes];
  // Most answers are all or nothing, and a damaged bitmap has a range for every other page.
  if (!image.ranges.overlaps(from, to)) return undefined;
  if (image.ranges.holdsAll(from, to)) {
    yield { startPfn, endPfn };
    return undefined;
  }
  for (const { start, end } of image.ranges) {
    const [first, last] = [Number(start / bytes), Number((end + bytes - 1n) / bytes)];
    if (first >= endPfn) break;
    if (last > startPfn) yield { startPfn: Math.max(first, startPfn), endPfn: Math.min(last, endPfn) };
  }
  return undefined;
}
