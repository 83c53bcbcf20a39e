/** Index files in a folder of their own that goes away after the test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { indexPath } from '../../../src/analysis/page-index/index-location.ts';
import { buildIndex, type IndexOptions, type IndexResult } from '../../../src/analysis/page-index/indexer.ts';
import { openFor } from './open-for.ts';

/** Gives a new path at each call. */
export function scratchIndexes(): () => string {
  const folder = scratchFolder();
  let count = 0;
  return () => join(folder, `${count++}.sqlite`);
}

/** The same in a cache folder of their own, where whatever is in an index's place is replaced. */
export function cachedIndexes(): () => string {
  const folder = scratchFolder();
  for (const name of ['XDG_CACHE_HOME', 'HOME', 'LOCALAPPDATA', 'TMPDIR']) vi.stubEnv(name, folder);
  let count = 0;
  return () => indexPath({ identity: `test-${count++}`, dumpKey: 'key' });
}

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-index-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Builds an index in one go and leaves it closed. */
export async function indexed(path: string, memory: MemoryImage, options: Partial<IndexOptions> = {}): Promise<IndexResult> {
  const store = await openFor(path, memory);
  try {
    return await buildIndex({ memory }, store, { digest: false, ...options });
  } finally {
    store.close();
  }
}
