/** A comparison put together: pages as runs, structures field by field, the rules applied. */
import {
  differenceSections,
  type CompareJson,
  type Difference,
  type DifferenceSection,
  type RegionCounts,
  type CompareReason,
  type CompareRemark,
} from '../../shared/compare-model.ts';
import { defined } from '../../shared/defined.ts';
import type { IgnoreRules } from '../../shared/ignore-rules.ts';
import { schemaVersion } from '../../shared/model.ts';
import { type RegionJson } from '../../shared/structure-model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { ignoredRanges, markIgnored } from './apply-rules.ts';
import { comparability, type ComparedDump } from './comparability.ts';
import { ignoreRanges } from './ignored-ranges.ts';
import type { PairCounts, PairRuns } from './pair-runs.ts';
import { comparedRegionKinds, compareStructures, type ComparedStructures } from './structures.ts';

export interface ComparisonSide extends ComparedDump, ComparedStructures {
  readonly vmcoreinfo: Readonly<Record<string, string>> | undefined;
  readonly memory: MemoryImage;
  /** File name and identity. */
  readonly name: { readonly file: string; readonly identity: string };
}

export interface Comparison {
  /** Without its changed ranges, of which there may be millions: `changedRanges` gives them. */
  readonly summary: Omit<CompareJson, 'pages'> & { readonly pages: Omit<CompareJson['pages'], 'changedRanges' | 'changedRangesLeftOut'> };
  readonly runs: PairRuns;
}

export interface PagesCompared {
  readonly method: CompareJson['method'];
  readonly runs: PairRuns;
  /** Pages that are elsewhere now; undefined when there are too many differences to tell. */
  readonly moved: number | undefined;
  /** Why pages could not be compared at all. */
  readonly refused?: CompareReason;
  /** What is to know of how they were compared. */
  readonly remarks?: readonly CompareRemark[];
}

/** @param shift pages that the right dump's addresses are higher by */
export function comparison(left: ComparisonSide, right: ComparisonSide, pages: PagesCompared, shift: number, rules: IgnoreRules | undefined): Comparison {
  const found = comparability(left, right);
  const reasons = [...(pages.refused === undefined ? [] : [pages.refused]), ...found.reasons];
  const structures = compareStructures(left, right);
  const remarks = [...(pages.remarks ?? []), ...found.remarks, ...structures.remarks];
  const before = pages.runs.counts;
  const { runs, common } = ignoreRanges(pages.runs, ignoredRanges(rules), left.memory, right.memory, shift);
  const { counts } = runs;
  const sections = Object.fromEntries(differenceSections.map((section) => [section, markIgnored(rules, section, structures.differences[section])])) as Record<
    DifferenceSection,
    Difference[]
  >;
  if (!runs.complete) {
    const text = 'there are so many runs of differing pages that the list and the counts by region cover only the first of them';
    remarks.push({ kind: 'list-cut', text });
  }
  return {
    runs,
    summary: {
      schema: schemaVersion,
      left: left.name,
      right: right.name,
      comparable: reasons.length === 0,
      ...(reasons.length === 0 ? {} : { reasons }),
      ...(remarks.length === 0 ? {} : { remarks }),
      method: pages.method,
      ...(shift === 0 ? {} : { shift: shift * pageSize }),
      ...(rules === undefined ? {} : { ignoring: { name: rules.name, rules: rules.rules.map(({ name }) => name) } }),
      pages: {
        common: before.equal + counts.changed + common,
        equal: counts.equal,
        changed: counts.changed,
        onlyLeft: counts.onlyLeft,
        onlyRight: counts.onlyRight,
        ...defined({ moved: pages.moved }),
        ...(counts.ignored === 0 ? {} : { ignored: counts.ignored }),
        ...(counts.unreadable === 0 ? {} : { unreadable: counts.unreadable }),
        byRegion: countsByRegion(runs, left.regions),
      },
      ...sections,
    },
  };
}

/** The left dump's named regions in the order of their addresses, and what lies in none of them. */
function countsByRegion(runs: PairRuns, regions: readonly RegionJson[]): RegionCounts[] {
  const page = BigInt(pageSize);
  const slices = regions
    .filter(({ kind }) => comparedRegionKinds.has(kind))
    .map(({ name, start, end }) => ({ name, start, end, first: Number(BigInt(start) / page), last: Number((BigInt(end) + page - 1n) / page) }))
    .sort((a, b) => a.first - b.first || b.last - a.last);
  const named = slices.map(({ name, start, end, first, last }) => regionCounts(name, runs.count(first, last), { start, end }));
  const other = { ...runs.counts };
  let covered = -Infinity;
  for (const { first, last } of slices) {
    const from = Math.max(first, covered);
    if (from < last) {
      const inside = runs.count(from, last);
      for (const kind of Object.keys(other) as (keyof PairCounts)[]) other[kind] -= inside[kind];
    }
    covered = Math.max(covered, last);
  }
  return [...named, regionCounts(slices.length === 0 ? 'all memory' : 'other memory', other)];
}

function regionCounts(name: string, counts: PairCounts, place: { readonly start?: string; readonly end?: string } = {}): RegionCounts {
  const { equal, changed, onlyLeft, onlyRight, ignored, unreadable } = counts;
  return {
    name,
    ...place,
    pages: equal + changed + onlyLeft + onlyRight + ignored + unreadable,
    equal,
    changed,
    onlyLeft,
    onlyRight,
    ...(ignored === 0 ? {} : { ignored }),
    ...(unreadable === 0 ? {} : { unreadable }),
  };
}

/** The whole document. @param most how many of the changed ranges */
export function compareJson({ summary, runs }: Comparison, most: number): CompareJson {
  const changedRanges: { start: string; end: string }[] = [];
  let leftOut = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs.at(index);
    if (run.kind !== 'changed') continue;
    if (changedRanges.length < most) changedRanges.push({ start: hex(BigInt(run.start) * BigInt(pageSize)), end: hex(BigInt(run.end) * BigInt(pageSize)) });
    else leftOut += 1;
  }
  return { ...summary, pages: { ...summary.pages, changedRanges, ...(leftOut === 0 ? {} : { changedRangesLeftOut: leftOut }) } };
}
