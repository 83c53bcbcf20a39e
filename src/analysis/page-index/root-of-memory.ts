/** The memory root without an index, in one thread: for when the index cannot be written to because somebody reads it. */
import type { MemoryImage } from '../formats/dump-format.ts';
import { createPace } from '../jobs/pace.ts';
import { createMemoryRoot, createTreeHasher } from '../memory-tree/digest.ts';
import { planBlocks } from './block-plan.ts';
import { createBlockScanner } from './block-scan.ts';
import { pageExtents } from './page-extents.ts';
import { stateCode } from './page-meta.ts';

/**
 * @returns 64 hex digits; of memory of which the disk gives all, which the caller looks at
 * @throws Cancelled, DumpError io
 */
export async function rootOfMemory(memory: MemoryImage, signal: AbortSignal, onPages: (done: number, total: number) => void): Promise<string> {
  const extents = pageExtents(memory);
  const scanner = createBlockScanner(memory, extents, createTreeHasher());
  const tree = createMemoryRoot();
  const pace = createPace(signal);
  for (const { kind, startPfn, pages, state } of planBlocks(extents)) {
    if (startPfn >= extents.availableEnd) break;
    const breathe = (done: number): Promise<void> =>
      pace.breathe(() => {
        onPages(startPfn + done, extents.totalPages);
      });
    if (kind === 'uniform') tree.addUniform(state === stateCode.zero ? 'zero' : 'absent', pages);
    else {
      const scan = scanner.begin({ startPfn, pages }, { index: false, digest: true });
      while (scan.done < pages) {
        scan.step();
        await breathe(scan.done);
      }
      const { subtree } = scan.rows();
      if (subtree !== undefined) tree.add(subtree);
    }
    await breathe(pages);
  }
  return tree.root();
}
