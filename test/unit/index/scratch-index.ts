/** Index files in a folder of their own that goes away after the test file. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { buildIndex, type IndexOptions, type IndexResult } from '../../../src/analysis/index/indexer.ts';
import { indexFolder, indexPath } from '../../../src/analysis/index/index-location.ts';
import { pageExtents } from '../../../src/analysis/index/page-extents.ts';
import { openIndex, type IndexStore, type OpenOptions } from '../../../src/analysis/index/store.ts';

/** Gives a new path at each call. */
export function scratchIndexes(): () => string {
  const folder = scratchFolder();
  let count = 0;
  return () => join(folder, `${count++}.sqlite`);
}

/** The same in a cache folder of their own, where whatever stands in an index's place is replaced. */
export function cachedIndexes(): () => string {
  const folder = scratchFolder();
  for (const name of ['XDG_CACHE_HOME', 'HOME', 'LOCALAPPDATA']) vi.stubEnv(name, folder);
  mkdirSync(indexFolder(), { recursive: true });
  let count = 0;
  return () => indexPath(`test-${count++}`);
}

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-index-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Opens an index for an image under a name that the test chooses. */
export const openFor = (path: string, memory: MemoryImage, options: Partial<OpenOptions> = {}): Promise<IndexStore> =>
  openIndex({ path, identity: 'test', totalPages: pageExtents(memory).totalPages, toolVersion: '0.0.0', ...options });

/** Builds an index in one go and leaves it closed. */
export async function indexed(path: string, memory: MemoryImage, options: Partial<IndexOptions> = {}): Promise<IndexResult> {
  const store = await openFor(path, memory);
  try {
    return await buildIndex({ memory }, store, { digest: false, ...options });
  } finally {
    store.close();
  }
}

/** Everything that must not depend on interruptions, as plain values. */
export function tablesOf(store: Pick<IndexStore, 'blocks' | 'extents' | 'subtrees'>) {
  const hex = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : Buffer.from(bytes).toString('hex'));
  return {
    blocks: [...store.blocks()].map((row) => ({ ...row, meta: hex(row.meta), fingerprints: hex(row.fingerprints) })),
    extents: [...store.extents()],
    subtrees: [...store.subtrees()].map((row) => ({ ...row, root: hex(row.root), availableRoot: hex(row.availableRoot) })),
  };
}
