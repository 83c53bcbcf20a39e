/** Opens indexes as the tests want them; also in child processes, which have no test runner. */
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { openIndex, type IndexStore, type OpenOptions } from '../../../src/analysis/page-index/store.ts';

/** Opens an index for an image under a name that the test chooses. */
export const openFor = (path: string, memory: MemoryImage, options: Partial<OpenOptions> = {}): Promise<IndexStore> =>
  openIndex({ path, identity: 'test', dumpKey: 'key', files: [], totalPages: pageExtents(memory).totalPages, toolVersion: '0.0.0', ...options });

/** Everything that must not depend on interruptions, as plain values. */
export function tablesOf(store: Pick<IndexStore, 'blocks' | 'extents' | 'subtrees'>) {
  const hex = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : Buffer.from(bytes).toString('hex'));
  return {
    blocks: [...store.blocks()].map((row) => ({ ...row, meta: hex(row.meta), fingerprints: hex(row.fingerprints) })),
    extents: [...store.extents()],
    subtrees: [...store.subtrees()].map((row) => ({ ...row, root: hex(row.root), availableRoot: hex(row.availableRoot) })),
  };
}
