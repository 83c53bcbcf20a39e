import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { pageClasses, pageStates } from '../../../src/shared/model.ts';
import { buildIndex } from '../../../src/analysis/page-index/indexer.ts';
import { createPageLookup, largestZeroRuns } from '../../../src/analysis/page-index/queries.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { memoryStrip, type StripBucket } from '../../../src/analysis/page-index/strip.ts';
import { viewWindows } from '../../../src/analysis/memory/view.ts';
import { runs } from '../../run-size.ts';
import { numberedPage, pageImage, type ImagePart } from '../../unit/page-index/page-image.ts';
import { openFor } from '../../unit/page-index/open-for.ts';
import { scratchIndexes } from '../../unit/page-index/scratch-index.ts';

const newPath = scratchIndexes();

const part = fc.record({
  state: fc.constantFrom('stored', 'zero', 'excluded', 'missing', 'encrypted'),
  pages: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 14_000 })),
  filled: fc.boolean(),
});
const images = fc
  .array(part, { minLength: 1, maxLength: 7 })
  .map((parts) => parts.map(({ state, pages, filled }): ImagePart => ({ state, pages, ...(filled ? { fill: numberedPage } : {}) })));

const emptyBucket = () => ({
  states: Object.fromEntries(pageStates.map((state) => [state, 0])) as Record<(typeof pageStates)[number], number>,
  classes: Object.fromEntries(pageClasses.map((name) => [name, 0])) as Record<(typeof pageClasses)[number], number>,
  unknown: 0,
});

/** State word of every page as the container lists it. */
const listed = (parts: readonly ImagePart[]) => parts.flatMap(({ state, pages }) => new Array<ImagePart['state']>(pages).fill(state));

interface Cut {
  readonly start: bigint;
  readonly end: bigint;
  readonly buckets: number;
}

/** @param stored page of the dump that is shown at a page of the view: undefined where the view has nothing, null past its end */
function countedByPage(
  lookup: ReturnType<typeof createPageLookup>,
  states: readonly ImagePart['state'][],
  { start, end, buckets }: Cut,
  stored: (pfn: number) => number | undefined | null,
): StripBucket[] {
  const first = Number(start / 4096n);
  const pages = end > start ? Number((end + 4095n) / 4096n) - first : 0;
  return Array.from({ length: buckets }, (_, index) => {
    const bucket = emptyBucket();
    for (let at = first + Math.floor((index * pages) / buckets); at < first + Math.floor(((index + 1) * pages) / buckets); at += 1) {
      const pfn = stored(at);
      if (pfn === null || (pfn !== undefined && pfn >= states.length)) continue;
      const page = pfn === undefined ? undefined : lookup.page(pfn);
      const state = pfn === undefined ? 'missing' : (states[pfn] ?? 'missing');
      if (page !== undefined) {
        bucket.states[page.state] += 1;
        if (page.class !== undefined) bucket.classes[page.class] += 1;
      } else if (state === 'stored') bucket.unknown += 1;
      else {
        bucket.states[state] += 1;
        if (state === 'zero') bucket.classes.zero += 1;
      }
    }
    return bucket;
  });
}

describe('memory strip', () => {
  it('counts as a person would, at any zoom, of any part of an index', async () => {
    await fc.assert(
      fc.asyncProperty(images, fc.integer({ min: 1, max: 60 }), fc.nat(0xffff), fc.nat(0xffff), fc.nat(30), async (parts, buckets, from, length, stopAfter) => {
        const { memory } = pageImage(parts);
        const store = await openFor(newPath(), memory);
        // Some runs look at an index whose building was stopped in the middle.
        const abort = new AbortController();
        let reads = 0;
        const stopping = {
          ...memory,
          readPages: (...args: Parameters<typeof memory.readPages>) => {
            memory.readPages(...args);
            if (++reads === stopAfter) abort.abort();
          },
        };
        await buildIndex({ memory: stopping }, store, { digest: false, signal: abort.signal }).catch((error: unknown) => {
          if (!(error instanceof Cancelled)) throw error;
        });

        const start = BigInt(from) * 2999n;
        const end = start + BigInt(length) * 3001n;
        const { buckets: strip, totalPages, indexedPages } = memoryStrip(store, pageExtents(memory), start, end, buckets);
        const states = listed(parts);
        const lookup = createPageLookup(store);
        expect([totalPages, indexedPages]).toEqual([states.length, store.totals().pages]);

        const expected = countedByPage(lookup, states, { start, end, buckets }, (pfn) => pfn);
        expect(strip).toEqual(expected);
        store.close();
      }),
      { numRuns: runs(25, 300) },
    );
  });
});

describe('memory strip of one of two systems', () => {
  it('counts the pages that the system shows, where it shows them', async () => {
    const mebibyte = 256;
    await fc.assert(
      fc.asyncProperty(
        images,
        fc.constantFrom('prod', 'kdump'),
        fc.nat(8),
        fc.nat(8),
        fc.integer({ min: 1, max: 40 }),
        async (parts, view, gap, size, buckets) => {
          const states = listed(parts);
          const sizePfn = Math.min(1 + size, Math.floor(states.length / (2 * mebibyte))) * mebibyte;
          fc.pre(sizePfn > 0);
          const startPfn = Math.min(sizePfn + gap * mebibyte, Math.floor(states.length / mebibyte) * mebibyte - sizePfn);
          const area = { start: BigInt(startPfn) * 4096n, end: BigInt(startPfn + sizePfn) * 4096n };
          const { memory } = pageImage(parts);
          const store = await openFor(newPath(), memory);
          await buildIndex({ memory }, store, { digest: false });
          const cut = { start: 0n, end: memory.end, buckets };
          const shown = (pfn: number): number | undefined | null => {
            if (view === 'kdump') return pfn < sizePfn ? pfn : null;
            if (pfn < sizePfn) return startPfn + pfn;
            return pfn >= startPfn && pfn < startPfn + sizePfn ? undefined : pfn;
          };
          const { buckets: strip } = memoryStrip(store, pageExtents(memory), cut.start, cut.end, buckets, viewWindows(view, area, memory.end));
          expect(strip).toEqual(countedByPage(createPageLookup(store), states, cut, shown));
          store.close();
        },
      ),
      { numRuns: runs(25, 300) },
    );
  });
});

describe('largest zero runs', () => {
  it('are those that a walk over all pages finds', async () => {
    await fc.assert(
      fc.asyncProperty(images, fc.integer({ min: 1, max: 5 }), async (parts, most) => {
        const { memory } = pageImage(parts);
        const store = await openFor(newPath(), memory);
        await buildIndex({ memory }, store, { digest: false });
        const found: { startPfn: number; pages: number }[] = [];
        for (const { pfn, state } of createPageLookup(store).range(0, 1e9)) {
          const last = found.at(-1);
          if (state !== 'zero') continue;
          if (last !== undefined && last.startPfn + last.pages === pfn) last.pages += 1;
          else found.push({ startPfn: pfn, pages: 1 });
        }
        found.sort((a, b) => b.pages - a.pages || a.startPfn - b.startPfn);
        expect(largestZeroRuns(store, most)).toEqual(found.slice(0, most));
        store.close();
      }),
      { numRuns: runs(25, 300) },
    );
  });
});
