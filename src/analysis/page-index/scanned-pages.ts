/** What the pages of a dump are, without an index: for when none can be written. One pass over the dump, and in memory what a strip asks for. */
import type { MemoryImage } from '../formats/dump-format.ts';
import { createPace } from '../jobs/pace.ts';
import { createTreeHasher } from '../memory-tree/digest.ts';
import { planBlocks, plannedFrom } from './block-plan.ts';
import { createBlockScanner } from './block-scan.ts';
import type { BlockCounters } from './index-reader-type.ts';
import { uniformRun, type BlockRow } from './packed-block.ts';
import { pageExtents } from './page-extents.ts';
import { addCounters, emptyCounters, metaByte } from './page-meta.ts';
import type { StripSource } from './strip.ts';

/** Rows that are kept whole, 36 KiB each; others are looked at again where a slice begins within them. */
const keptRows = 1024;

/** @throws Cancelled, DumpError io */
export async function scannedPages(memory: MemoryImage, header: ReturnType<StripSource['header']>, signal: AbortSignal): Promise<StripSource> {
  const extents = pageExtents(memory);
  const scanner = createBlockScanner(memory, extents, createTreeHasher());
  const pace = createPace(signal);
  const kept = new Map<number, BlockRow>();
  const blocks: BlockCounters[] = [];
  const totals = { counters: emptyCounters(), pages: 0 };
  for (const { kind, startPfn, pages, state } of planBlocks(extents)) {
    let row: BlockRow | undefined;
    if (kind === 'uniform') row = uniformRun(startPfn, pages, metaByte(state));
    else {
      const scan = scanner.begin({ startPfn, pages }, { index: true, digest: false });
      while (scan.done < pages) {
        scan.step();
        await pace.breathe(() => undefined);
      }
      row = scan.rows().block;
    }
    if (row === undefined) continue;
    const { counters, uniform } = row;
    blocks.push({ startPfn, pages, counters, uniform });
    addCounters(totals.counters, counters);
    totals.pages += pages;
    if (uniform === undefined && kept.size < keptRows) kept.set(startPfn, row);
  }
  const again = (startPfn: number): BlockRow | undefined => {
    const { pages } = plannedFrom(extents, startPfn);
    const scan = scanner.begin({ startPfn, pages }, { index: true, digest: false });
    while (scan.done < pages) scan.step();
    return scan.rows().block;
  };
  return {
    header: () => header,
    totals: () => totals,
    *counters(first = 0, end = Infinity) {
      for (const block of blocks) if (block.startPfn < end && block.startPfn + block.pages > first) yield block;
    },
    blockAt: (startPfn) => kept.get(startPfn) ?? again(startPfn),
  };
}
