/** `exportPreview`: how many pages an export would hold, and which filter levels can be followed. */
import { filterLevels, type ExportPreviewJson, type FilterLevel } from '../../../shared/export-model.ts';
import { hex, pageSize, type AddressRange, type Pfn } from '../../../shared/units.ts';
import type { ExportPlan } from '../../export/export-plan.ts';
import { pageStateCodes } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import type { PageExtents } from '../../page-index/page-extents.ts';
import type { Session } from '../session/session.ts';
import { flagChoice } from './flag-choice.ts';
import { exportPlan } from './plan.ts';

const bytes = BigInt(pageSize);
const mayBeKept: ReadonlySet<string> = new Set(['stored', 'zero']);

/** First page that has contents, and the page after the last one. */
async function edges(extents: PageExtents, ranges: readonly AddressRange[], signal: AbortSignal): Promise<readonly [Pfn, Pfn] | undefined> {
  const pace = createPace(signal);
  let first: Pfn | undefined;
  let last: Pfn | undefined;
  for (const { start, end } of ranges) {
    const endPfn = Number(end / bytes);
    for (const extent of extents.from(Number(start / bytes))) {
      await pace.breathe(() => undefined);
      if (extent.startPfn >= endPfn) break;
      if (!mayBeKept.has(pageStateCodes[extent.state] ?? '')) continue;
      first ??= extent.startPfn;
      last = Math.min(extent.endPfn, endPfn);
    }
  }
  return first === undefined || last === undefined ? undefined : [first, last];
}

function countsOf({ extents, ranges }: ExportPlan): ExportPreviewJson['pages'] {
  const sums = new Map<string, number>();
  let total = 0;
  for (const { start, end } of ranges) {
    const counts = extents.counts(Number(start / bytes), Number(end / bytes));
    counts.forEach((count, code) => {
      const state = pageStateCodes[code];
      if (state !== undefined) sums.set(state, (sums.get(state) ?? 0) + count);
      total += count;
    });
  }
  const of = (state: (typeof pageStateCodes)[number]): number => sums.get(state) ?? 0;
  return {
    total,
    present: of('stored'),
    zero: of('zero'),
    excluded: of('excluded'),
    missing: of('missing'),
    unreadable: of('unreadable'),
    encrypted: of('encrypted'),
  };
}

/** @throws Cancelled */
export async function previewExport(session: Session, ranges: readonly AddressRange[] | undefined, signal: AbortSignal): Promise<ExportPreviewJson> {
  const { plan } = await exportPlan(session, { format: 'elf', output: '', ...(ranges === undefined ? {} : { ranges: [...ranges] }) }, signal);
  const unfiltered: { level: FilterLevel; why: string }[] = [];
  // One by one: what is lacking for one level may be there for another.
  for (const level of filterLevels) {
    if (level === 'zero') continue;
    const { missing } = await flagChoice(session, [level], signal);
    const [first] = missing;
    if (first !== undefined) unfiltered.push({ level, why: first.why });
  }
  const found = await edges(plan.extents, plan.ranges, signal);
  return {
    pages: countsOf(plan),
    ...(found === undefined ? {} : { memory: { start: hex(BigInt(found[0]) * bytes), end: hex(BigInt(found[1]) * bytes) } }),
    unfiltered,
  };
}
