import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexHeader, IndexReader } from '../../../src/analysis/page-index/index-reader-type.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { sharedPages, type SharedPage } from '../../../src/analysis/page-index/shared-pages.ts';
import { createPageLookup } from '../../../src/analysis/page-index/queries.ts';
import { pageImage, type ImagePart } from './page-image.ts';
import { indexed, scratchIndexes } from './scratch-index.ts';

const newPath = scratchIndexes();

/** A page whose contents are those of a number; 0 is a page of zeros. */
const contents =
  (number: number) =>
  (target: Uint8Array): void => {
    if (number > 0) target.set(createHash('sha256').update(String(number)).digest());
  };
const parts = (numbers: readonly number[]): ImagePart[] => numbers.map((number) => ({ pages: 1, state: 'stored', fill: contents(number) }));

async function readersOf(dumps: readonly (readonly number[])[]): Promise<IndexReader[]> {
  const readers: IndexReader[] = [];
  for (const numbers of dumps) {
    const path = newPath();
    // A hole in the middle, so that blocks have pages without fingerprints.
    await indexed(path, pageImage([...parts(numbers), { pages: 5000, state: 'missing' }, ...parts([...numbers].reverse())]).memory);
    readers.push(readIndex(path));
  }
  return readers;
}
const closeAll = (readers: readonly IndexReader[]): void => {
  for (const reader of readers) reader.close();
};

async function listed(pages: AsyncGenerator<SharedPage>): Promise<SharedPage[]> {
  const list: SharedPage[] = [];
  for await (const page of pages) list.push(page);
  return list;
}

/** By the definition: every page of every dump looked up one by one. */
function expected(readers: readonly IndexReader[], leastDumps: number): SharedPage[] {
  const found = new Map<string, Map<number, number>>();
  readers.forEach((reader, place) => {
    for (const { state, fingerprint = '' } of createPageLookup(reader).range(0, Number.MAX_SAFE_INTEGER)) {
      if (state !== 'present') continue;
      const dumps = found.get(fingerprint) ?? new Map<number, number>();
      dumps.set(place, (dumps.get(place) ?? 0) + 1);
      found.set(fingerprint, dumps);
    }
  });
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([fingerprint, dumps]) => ({
      fingerprint,
      dumps: [...dumps].map(([place, pages]) => ({ place, pages })),
      pages: [...dumps.values()].reduce((sum, pages) => sum + pages, 0),
    }))
    .filter(({ dumps }) => dumps.length >= leastDumps);
}

describe('pages that are in several dumps', () => {
  it('are those of the definition, however little fits into memory', async () => {
    const numbers = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(numbers, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 3, 17, 4096),
        fc.integer({ min: 1, max: 3 }),
        async (dumps, atOnce, leastDumps) => {
          const readers = await readersOf(dumps);
          expect(await listed(sharedPages(readers, { atOnce, leastDumps }))).toEqual(expected(readers, leastDumps));
          closeAll(readers);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('are counted where one occurs more often than fits into memory', async () => {
    const readers = await readersOf([Array.from({ length: 900 }, () => 7), [7, 8]]);
    const list = await listed(sharedPages(readers, { atOnce: 2 }));
    expect(list).toEqual(expected(readers, 2));
    expect(list[0]).toMatchObject({
      dumps: [
        { place: 0, pages: 1800 },
        { place: 1, pages: 2 },
      ],
      pages: 1802,
    });
    closeAll(readers);
  });

  it('are nothing where there are no dumps, or none has pages', async () => {
    expect(await listed(sharedPages([]))).toEqual([]);
    const readers = await readersOf([[0, 0], [0]]);
    expect(await listed(sharedPages(readers))).toEqual([]);
    closeAll(readers);
  });

  it('are not asked of fingerprints that cannot be compared', async () => {
    const readers = await readersOf([[1], [1]]);
    const other: IndexReader = { ...readers[1]!, path: 'other', header: (): IndexHeader => ({ ...readers[1]!.header(), fingerprintAlgorithm: 'another' }) };
    await expect(listed(sharedPages([readers[0]!, other]))).rejects.toThrow('other are of different algorithms');
    closeAll(readers);
  });

  it('can be cancelled', async () => {
    const readers = await readersOf([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const cancel = new AbortController();
    const pages = sharedPages(readers, { signal: cancel.signal });
    expect((await pages.next()).done).toBe(false);
    cancel.abort();
    await expect(pages.next()).rejects.toMatchObject({ name: 'Cancelled' });
    closeAll(readers);
  });
});
