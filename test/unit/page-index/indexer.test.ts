import { describe, expect, it } from 'vitest';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';
import { buildIndex } from '../../../src/analysis/page-index/indexer.ts';
import { classCounts, createPageLookup } from '../../../src/analysis/page-index/queries.ts';
import { naiveRoot } from './naive-root.ts';
import { numberedPage, pageImage, type ImagePart } from './page-image.ts';
import { openFor, tablesOf } from './open-for.ts';
import { indexed, scratchIndexes } from './scratch-index.ts';

const newPath = scratchIndexes();

const parts: readonly ImagePart[] = [
  { pages: 100, state: 'missing' },
  { pages: 5000, state: 'stored', fill: numberedPage, fileOffset: 0x2000 },
  { pages: 300, state: 'stored' },
  { pages: 20_000, state: 'excluded' },
  { pages: 700, state: 'zero' },
  { pages: 1, state: 'unreadable' },
  { pages: 50, state: 'encrypted' },
  { pages: 77, state: 'stored', fill: numberedPage },
  { pages: 9000, state: 'missing' },
];
const counts = { total: 35_228, present: 5077, zero: 1000, excluded: 20_000, missing: 9100, unreadable: 1, encrypted: 50 };

/** Pages as the memory root sees them. */
const pagesOf = (list: readonly ImagePart[]): (Uint8Array | undefined)[] => {
  const pages: (Uint8Array | undefined)[] = [];
  for (const { pages: count, state, fill } of list) {
    for (let index = 0; index < count; index += 1) {
      const bytes = new Uint8Array(4096);
      if (state === 'stored') fill?.(bytes, pages.length);
      pages.push(state === 'stored' || state === 'zero' ? bytes : undefined);
    }
  }
  return pages;
};

describe('indexing', () => {
  it('knows every page of every state', async () => {
    const { memory, reads } = pageImage(parts);
    const path = newPath();
    const result = await indexed(path, memory);
    expect(result).toEqual({ pages: counts, pagesRead: 5377, bytesRead: 5377 * 4096, resumed: false, workers: 0, memoryRoot: undefined, faults: [] });
    const store = await openFor(path, memory);
    const lookup = createPageLookup(store);
    expect(lookup.page(99)).toEqual({ pfn: 99, state: 'missing', class: undefined, fingerprint: undefined, fileOffset: undefined });
    expect(lookup.page(100)).toMatchObject({ state: 'present', class: 'data', fileOffset: 0x2000 });
    expect(lookup.page(101)?.fileOffset).toBe(0x3000);
    expect(lookup.page(5100)).toEqual({ pfn: 5100, state: 'zero', class: 'zero', fingerprint: '0000000000000000', fileOffset: undefined });
    expect(lookup.page(25_400)).toMatchObject({ state: 'zero', fingerprint: '0000000000000000' });
    expect(lookup.page(26_100)?.state).toBe('unreadable');
    expect(lookup.page(35_227)?.state).toBe('missing');
    expect(lookup.page(35_228)).toBeUndefined();
    expect(new Set([...lookup.range(100, 5100)].map(({ fingerprint }) => fingerprint)).size).toBe(5000);
    expect(classCounts(store)).toMatchObject({ zero: 1000, data: 5077 });
    // Blocks whose extents have no stored page are never read.
    expect(reads.every(({ firstPfn }) => firstPfn < 5400 || firstPfn > 25_000)).toBe(true);
    expect(Math.max(...reads.map(({ pages }) => pages))).toBe(256);
    store.close();
  });

  it('is complete only once what is done besides is done', async () => {
    const { memory } = pageImage(parts);
    const store = await openFor(newPath(), memory);
    const seen: boolean[] = [];
    const besides = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(store.header().complete);
    };
    await buildIndex({ memory }, store, { digest: false, besides });
    expect(seen).toEqual([false]);
    expect(store.header().complete).toBe(true);
    store.close();
  });

  it('ends with what goes wrong besides, and is gone on with later', async () => {
    const { memory } = pageImage(parts);
    const store = await openFor(newPath(), memory);
    const besides = (): Promise<void> => Promise.reject(new DumpError('io', { file: 'x' }, 'gone'));
    await expect(buildIndex({ memory }, store, { digest: false, besides })).rejects.toThrow('gone');
    expect(store.header().complete).toBe(false);
    expect(await buildIndex({ memory }, store, { digest: false })).toMatchObject({ pages: counts });
    store.close();
  });

  it('ends what is done besides when it is cancelled, before it gives the store back', async () => {
    const { memory } = pageImage(parts);
    const store = await openFor(newPath(), memory);
    const abort = new AbortController();
    let ended = false;
    const besides = async (signal: AbortSignal): Promise<void> => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
        abort.abort();
      });
      ended = true;
      throw new Cancelled();
    };
    await expect(buildIndex({ memory }, store, { digest: false, besides, signal: abort.signal })).rejects.toBeInstanceOf(Cancelled);
    expect(ended).toBe(true);
    store.close();
  });

  it('has nothing to do for an empty image', async () => {
    const { memory } = pageImage([]);
    expect(await indexed(newPath(), memory, { digest: true })).toMatchObject({ pages: { total: 0 }, pagesRead: 0, memoryRoot: naiveRoot([]) });
  });

  it('follows what a read says of pages that the container promised', async () => {
    const { memory } = pageImage([{ pages: 600, state: 'stored', fill: numberedPage }]);
    const failing: MemoryImage = {
      ...memory,
      readPages(firstPfn, target, states) {
        memory.readPages(firstPfn, target, states);
        states.forEach((_, index) => {
          if (firstPfn + index === 300) states[index] = 4;
        });
      },
    };
    expect((await indexed(newPath(), failing)).pages).toMatchObject({ present: 599, unreadable: 1 });
  });

  it('does not take bytes of the page before for the rest of a cut page', async () => {
    const cut: MemoryImage = {
      end: 0x2000n,
      extents: extentList([
        { start: 0n, end: 0x1800n, state: 'stored', fileOffset: 0 },
        { start: 0x1800n, end: 0x2000n, state: 'missing' },
      ]),
      read: () => [],
      readPages(firstPfn, target, states) {
        states.fill(0);
        for (let index = 0; index < states.length; index += 1)
          target.fill(0x20, index * 4096, firstPfn + index === 1 ? index * 4096 + 2048 : (index + 1) * 4096);
      },
    };
    const half = Buffer.alloc(4096).fill(0x20, 0, 2048);
    expect((await indexed(newPath(), cut, { digest: true })).memoryRoot).toBe(naiveRoot([Buffer.alloc(4096, 0x20), half]));
  });

  it('reads nothing when everything is known', async () => {
    const { memory, reads } = pageImage(parts);
    const path = newPath();
    await indexed(path, memory);
    const before = reads.length;
    expect(await indexed(path, memory)).toMatchObject({ pages: counts, pagesRead: 0, resumed: true });
    expect(reads.length).toBe(before);
  });

  it('reports progress up to the end', async () => {
    const seen: ScanProgress[] = [];
    await indexed(newPath(), pageImage(parts).memory, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ phase: 'index', done: 35_228, total: 35_228, unit: 'pages' });
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
  });

  it('passes on that the dump cannot be read, and keeps what it has', async () => {
    const { memory } = pageImage([{ pages: 9000, state: 'stored', fill: numberedPage }]);
    const gone = new DumpError('io', { file: 'x' }, 'the file has shrunk while it was open');
    const shrinking: MemoryImage = {
      ...memory,
      readPages(firstPfn, target, states) {
        if (firstPfn >= 6000) throw gone;
        memory.readPages(firstPfn, target, states);
      },
    };
    const path = newPath();
    await expect(indexed(path, shrinking)).rejects.toBe(gone);
    expect(await indexed(path, memory)).toMatchObject({ resumed: true, pagesRead: 9000 - 6144, pages: { present: 9000 } });
  });

  // A step for each page of the hole would take far longer than any test may.
  it('is small for 4 PiB of holes, and takes no step for each of their pages', async () => {
    const path = newPath();
    const { memory, reads } = pageImage([
      { pages: 300, state: 'stored', fill: numberedPage },
      { pages: 2 ** 40, state: 'missing' },
      { pages: 300, state: 'stored', fill: numberedPage },
    ]);
    expect((await indexed(path, memory)).pages).toMatchObject({ present: 600, missing: 2 ** 40 });
    expect(reads.reduce((sum, { pages }) => sum + pages, 0)).toBeLessThan(1024);
    const store = await openFor(path, memory);
    expect([...store.blocks()].length).toBe(3);
    store.close();
  });
});

describe('memory root', () => {
  it('is what its definition says, and the same for every container', async () => {
    const path = newPath();
    const { memory } = pageImage(parts);
    const { memoryRoot } = await indexed(path, memory, { digest: true });
    expect(memoryRoot).toBe(naiveRoot(pagesOf(parts)));
    // Holes by other names, implied zeros stored, and a shorter or longer hole at the end.
    const other: readonly ImagePart[] = [
      { pages: 100, state: 'excluded' },
      { pages: 5000, state: 'stored', fill: numberedPage },
      { pages: 300, state: 'zero' },
      { pages: 20_000, state: 'unreadable' },
      { pages: 700, state: 'stored' },
      { pages: 51, state: 'missing' },
      { pages: 77, state: 'stored', fill: numberedPage },
    ];
    expect((await indexed(newPath(), pageImage(other).memory, { digest: true })).memoryRoot).toBe(memoryRoot);
  });

  it('can be added to an index later, reading each page once for each', async () => {
    const path = newPath();
    const { memory } = pageImage(parts);
    await indexed(path, memory);
    const later = await indexed(path, memory, { digest: true });
    expect(later).toMatchObject({ pagesRead: 5377, resumed: true, memoryRoot: naiveRoot(pagesOf(parts)) });
    const both = newPath();
    expect((await indexed(both, memory, { digest: true })).pagesRead).toBe(5377);
    const [one, other] = [await openFor(path, memory), await openFor(both, memory)];
    expect(tablesOf(one)).toEqual(tablesOf(other));
    one.close();
    other.close();
    // It is kept, and not shown to those who did not ask.
    expect(await indexed(path, memory, { digest: true })).toMatchObject({ pagesRead: 0, memoryRoot: later.memoryRoot });
    expect((await indexed(path, memory)).memoryRoot).toBeUndefined();
  });
});

describe('memory that ends nowhere near', () => {
  it('is indexed at once, memory root included', async () => {
    const { memory } = pageImage([
      { pages: 2 ** 51, state: 'missing' },
      { pages: 1, state: 'stored', fill: numberedPage },
    ]);
    const path = newPath();
    for (const pagesRead of [1, 0]) {
      expect(await indexed(path, memory, { digest: true })).toMatchObject({ pages: { present: 1, missing: 2 ** 51 }, pagesRead });
    }
    expect((await indexed(path, memory, { digest: true })).memoryRoot).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('cancelling', () => {
  it.each([false, true])('takes effect at once and keeps what is done (digest: %s)', async (digest) => {
    const path = newPath();
    const { memory, reads } = pageImage([{ pages: 60_000, state: 'stored', fill: numberedPage }]);
    const store = await openFor(path, memory);
    const abort = new AbortController();
    const cancelled: MemoryImage = {
      ...memory,
      readPages(firstPfn, target, states) {
        memory.readPages(firstPfn, target, states);
        if (reads.length === 40) abort.abort();
      },
    };
    await expect(buildIndex({ memory: cancelled }, store, { digest, signal: abort.signal })).rejects.toThrow(Cancelled);
    // The read of 1 MiB that was under way is the last one.
    expect(reads.length).toBe(40);
    const done = reads.reduce((sum, { pages }) => sum + pages, 0);
    expect(store.header()).toMatchObject({ complete: false, pagesRead: done });
    const result = await buildIndex({ memory }, store, { digest });
    expect(result).toMatchObject({ resumed: true, pagesRead: 60_000 - done });
    store.close();
  });

  it('takes effect before the first page', async () => {
    const { memory, reads } = pageImage([{ pages: 10, state: 'stored' }]);
    await expect(indexed(newPath(), memory, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
    expect(reads).toEqual([]);
  });
});
