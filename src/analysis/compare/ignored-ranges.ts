/** Ranges that a person chose to overlook: pages that differ nowhere else count as ignored. */
import { pageSize, type AddressRange } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { isDifference, kindCode, pairRunsBuilder, type PairRuns } from './pair-runs.ts';

export interface IgnoredPages {
  readonly runs: PairRuns;
  /** Ignored pages that both dumps hold. */
  readonly common: number;
}

/** Sorted, merged, none empty. */
function merged(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = ranges.filter(({ start, end }) => start < end).sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const result: AddressRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) {
      if (range.end > last.end) result[result.length - 1] = { start: last.start, end: range.end };
    } else result.push(range);
  }
  return result;
}

const pageBytes = BigInt(pageSize);

/**
 * @param ranges absolute addresses of the left dump
 * @param shift pages that the right dump's addresses are higher by
 */
export function ignoreRanges(runs: PairRuns, ranges: readonly AddressRange[], left: MemoryImage, right: MemoryImage, shift: number): IgnoredPages {
  const covering = merged(ranges);
  if (covering.length === 0) return { runs, common: 0 };
  const builder = pairRunsBuilder(runs.start);
  let common = 0;
  const ignore = (pages: number, wasChanged: boolean): void => {
    builder.add(pages, kindCode.ignored);
    if (wasChanged) common += pages;
  };
  let next = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs.at(index);
    let position = run.start;
    if (isDifference(run.kind)) {
      while (next < covering.length && pagesOf(covering[next]).end <= position) next += 1;
      for (let at = next; at < covering.length && position < run.end; at += 1) {
        const touched = pagesOf(covering[at]);
        if (touched.start >= run.end) break;
        if (touched.end <= position) continue;
        const start = Math.max(touched.start, position);
        builder.add(start - position, kindCode[run.kind]);
        const end = Math.min(touched.end, run.end);
        for (let page = start; page < end; page += 1) {
          const inside = wholeInside(covering, at, page);
          if (inside) {
            const last = Math.min(end, Number((covering[at]?.end ?? 0n) / pageBytes));
            ignore(last - page, run.kind === 'changed');
            page = last - 1;
          } else if (run.kind === 'changed' && equalOutside(covering, at, page, left, right, shift)) ignore(1, true);
          else builder.add(1, kindCode[run.kind]);
        }
        position = end;
      }
    }
    builder.add(run.end - position, kindCode[run.kind]);
  }
  return { runs: builder.finish(), common };
}

/** Pages that a range touches. */
function pagesOf(range: AddressRange | undefined): { readonly start: number; readonly end: number } {
  const { start, end } = range ?? { start: 0n, end: 0n };
  return { start: Number(start / pageBytes), end: Number((end + pageBytes - 1n) / pageBytes) };
}

function wholeInside(covering: readonly AddressRange[], at: number, page: number): boolean {
  const range = covering[at];
  const start = BigInt(page) * pageBytes;
  return range !== undefined && range.start <= start && start + pageBytes <= range.end;
}

/** Whether a page is the same in both dumps but for the bytes that ranges cover. */
function equalOutside(covering: readonly AddressRange[], from: number, page: number, left: MemoryImage, right: MemoryImage, shift: number): boolean {
  const start = BigInt(page) * pageBytes;
  const [one, other] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
  left.read(start, one);
  right.read(start + BigInt(shift) * pageBytes, other);
  for (let at = from; at < covering.length; at += 1) {
    const range = covering[at];
    if (range === undefined || range.start >= start + pageBytes) break;
    const first = range.start > start ? Number(range.start - start) : 0;
    const last = range.end < start + pageBytes ? Number(range.end - start) : pageSize;
    one.fill(0, first, last);
    other.fill(0, first, last);
  }
  return one.equals(other);
}
