/** What is marked on a strip: outlines of known regions, ranges of failed checks. */
import type { CheckResult, RegionJson } from '../../../shared/model.ts';
import { byteText } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Span, StripOutline } from './strip-layout.ts';

/** Regions with a frame and a name: the big ones that people look for. */
export function outlinesOf(regions: readonly RegionJson[]): readonly StripOutline[] {
  return regions
    .filter(({ kind }) => kind === 'kernel' || kind === 'crashkernel')
    .map(({ name, start, end, kind }) => {
      const size = kind === 'crashkernel' ? ` ${byteText(BigInt(end) - BigInt(start))}` : '';
      return { start: BigInt(start), end: BigInt(end), label: `${visibleText(name)}${size}` };
    });
}

/** Absolute ranges of failed checks; places in the file have none on the strip. */
export function failingSpans(checks: readonly CheckResult[]): readonly Span[] {
  return checks
    .filter((check) => check.verdict === 'failed')
    .flatMap((check) => [...(check.ranges ?? []), ...(check.findings ?? []).flatMap(({ where }) => (where === undefined ? [] : [where]))])
    .flatMap((place) => ('space' in place && place.space === 'absolute' ? [{ start: BigInt(place.start), end: BigInt(place.end) }] : []));
}
