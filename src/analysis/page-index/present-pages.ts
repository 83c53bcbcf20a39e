/** The present pages of an index, one by one. */
import type { Pace } from '../jobs/pace.ts';
import type { IndexReader } from './index-reader-type.ts';
import { unpackBlock } from './packed-block.ts';
import { stateCode } from './page-meta.ts';

type OnPage = (pfn: number, low: number, high: number, meta: number) => void;

/**
 * Calls `onPage` for every present page, with the halves of its fingerprint as unsigned numbers.
 * @throws IndexDamaged, Cancelled
 */
export async function eachPresent(reader: Pick<IndexReader, 'blocks'>, pace: Pace, report: (pages: number) => void, onPage: OnPage): Promise<void> {
  let pages = 0;
  for (const row of reader.blocks()) {
    if (row.fingerprints !== undefined) {
      const block = unpackBlock(row);
      for (let index = 0; index < block.pages; index += 1) {
        const meta = block.meta(index);
        if ((meta & 7) !== stateCode.present) continue;
        const [low, high] = block.fingerprint(index);
        onPage(block.startPfn + index, low >>> 0, high >>> 0, meta);
      }
    }
    pages += row.pages;
    await pace.breathe(() => {
      report(pages);
    });
  }
}
