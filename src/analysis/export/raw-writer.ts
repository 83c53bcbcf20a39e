/** Plain memory: the byte at an address lies at that address less the first one of the file. What is not kept are holes, which read as zeros. */
import { failed, type Missing } from '../../shared/result.ts';
import { hex, pageSize, type Pfn } from '../../shared/units.ts';
import type { ExportPlan } from './export-plan.ts';
import { isKept, presentCode, type ExportWriter, type PageBlock, type PositionedOutput } from './export-writer.ts';
import { keptStretches } from './kept-stretches.ts';
import { presentRuns } from './present-runs.ts';

/** Where a raw file begins: with the first range that was asked for, else with the first page that is kept. */
function* firstPfn(plan: ExportPlan): Generator<undefined, Pfn> {
  const [range] = plan.ranges;
  if (plan.isPart && range !== undefined) return Number(range.start / BigInt(pageSize));
  for (const stretch of keptStretches(plan)) {
    if (stretch !== undefined) return stretch.startPfn;
    yield undefined;
  }
  return 0;
}

/** One past the last page of the file. */
function endPfn(plan: ExportPlan, keptEnd: Pfn): Pfn {
  const last = plan.ranges.at(-1);
  return plan.isPart && last !== undefined ? Number(last.end / BigInt(pageSize)) : keptEnd;
}

export const rawWriter: ExportWriter = {
  format: 'raw',
  *begin(plan: ExportPlan, output: PositionedOutput, state) {
    const first = yield* firstPfn(plan);
    const [keptBefore, holesBefore] = Array.isArray(state) ? (state as readonly number[]) : [first, 0];
    let keptEnd = keptBefore ?? first;
    /** Pages of the file that are holes because the export has nothing for them. */
    let holes = holesBefore ?? 0;
    const missing: Missing[] = [];
    return {
      missing,
      firstPfn: first,
      add(block: PageBlock) {
        if (block.kind === 'uniform') {
          if (isKept(block.fate)) keptEnd = block.startPfn + block.pages;
          else holes += block.pages;
          return;
        }
        for (let page = 0; page < block.pages; page += 1) {
          if (isKept(block.fates[page] ?? 0)) keptEnd = block.startPfn + page + 1;
          else holes += 1;
        }
        for (const { start, end } of presentRuns(block.fates, presentCode))
          output.write((block.startPfn + start - first) * pageSize, block.bytes.subarray(start * pageSize, end * pageSize));
      },
      state: () => [keptEnd, holes],
      *finish() {
        yield undefined;
        output.setSize((endPfn(plan, keptEnd) - first) * pageSize);
        if (holes > 0 || plan.ranges.length > 1)
          missing.push(
            failed(
              'the difference between zeros and absent memory',
              `a raw file has none: its holes read as zeros; the byte at ${hex(first * pageSize)} is its first one, and "regions" lists what the source has`,
            ).missing,
          );
      },
    };
  },
};
