/** What is marked on a strip: outlines of known regions, ranges of failed checks. */
import type { CheckResult } from './check-model.ts';
import type { RegionJson } from './structure-model.ts';
import { byteText } from './units.ts';
import { visibleText } from './visible-text.ts';
import { countText } from './count-text.ts';
import type { Span, StripOutline } from './strip-layout.ts';

/** Lowcores one after the other in memory are one mark: on a strip of all memory they are one pixel. */
function lowcoreOutlines(regions: readonly RegionJson[]): readonly StripOutline[] {
  const marks: { start: bigint; end: bigint; names: string[] }[] = [];
  const lowcores = regions.filter(({ kind }) => kind === 'lowcore').toSorted((left, right) => (BigInt(left.start) < BigInt(right.start) ? -1 : 1));
  for (const { name, start, end } of lowcores) {
    const last = marks.at(-1);
    if (last !== undefined && BigInt(start) <= last.end) {
      last.names.push(name);
      if (BigInt(end) > last.end) last.end = BigInt(end);
    } else marks.push({ start: BigInt(start), end: BigInt(end), names: [name] });
  }
  return marks.map(({ start, end, names }) => ({
    start,
    end,
    label: names.length === 1 ? visibleText(names[0] ?? '') : `${countText(names.length)} lowcores`,
  }));
}

/** Regions with a frame and a name: those that people look for. */
export function outlinesOf(regions: readonly RegionJson[]): readonly StripOutline[] {
  const large = regions
    .filter(({ kind }) => kind === 'kernel' || kind === 'crashkernel')
    .map(({ name, start, end, kind }) => {
      const size = kind === 'crashkernel' ? ` ${byteText(BigInt(end) - BigInt(start))}` : '';
      return { start: BigInt(start), end: BigInt(end), label: `${visibleText(name)}${size}` };
    });
  return [...large, ...lowcoreOutlines(regions)];
}

/** Absolute ranges of failed checks; places in the file have none on the strip. */
export function failingSpans(checks: readonly CheckResult[]): readonly Span[] {
  return checks
    .filter((check) => check.verdict === 'failed')
    .flatMap((check) => [...(check.ranges ?? []), ...(check.findings ?? []).flatMap(({ where }) => (where === undefined ? [] : [where]))])
    .flatMap((place) => ('space' in place && place.space === 'absolute' ? [{ start: BigInt(place.start), end: BigInt(place.end) }] : []));
}
