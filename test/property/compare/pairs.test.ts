/** Both ways of comparing against a naive byte loop, on pairs that builders made. */
import { describe, expect, it } from 'vitest';
import { compareByBytes } from '../../../src/analysis/compare/by-bytes.ts';
import { compareByFingerprint } from '../../../src/analysis/compare/by-fingerprint.ts';
import type { PageColumn } from '../../../src/analysis/compare/page-column.ts';
import type { PairRuns } from '../../../src/analysis/compare/pair-runs.ts';
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';
import { createPageJob, fingerprintAlgorithm } from '../../../src/analysis/page-index/page-job.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { collidingPage } from './collision.ts';
import { naiveKinds, randomPair, readAll } from './random-pairs.ts';

const quiet = { signal: new AbortController().signal, progress: () => undefined };

function kindsOf(runs: PairRuns): string[] {
  const kinds: string[] = [];
  for (let index = 0; index < runs.length; index += 1) {
    const { start, end, kind } = runs.at(index);
    for (let page = start; page < end; page += 1) kinds.push(kind);
  }
  return kinds;
}

/** What an index of the memory would hold, cut into spans of a few pages so that boundaries fall everywhere. */
function columnOf(memory: MemoryImage, spanPages: number): PageColumn {
  const { bytes, states } = readAll(memory);
  const meta = new Uint8Array(states.length);
  const words = new Int32Array(2 * states.length);
  createPageJob().run(bytes, states, words, meta);
  return {
    algorithm: 'test',
    totalPages: states.length,
    *spans() {
      for (let at = 0; at < states.length; at += spanPages) {
        const pages = Math.min(spanPages, states.length - at);
        yield { start: at, pages, uniform: undefined, meta: meta.subarray(at, at + pages), words: words.subarray(2 * at, 2 * (at + pages)), at: 0 };
      }
    },
  };
}

describe('1,000 random pairs of dumps', () => {
  const seen = new Set<string>();

  it.each(Array.from({ length: 10 }, (_, hundred) => hundred))(
    'give what a naive byte loop gives, by bytes and by fingerprint: hundred %i',
    async (hundred) => {
      const random = seededRandom(20_260_115 + hundred);
      for (let pair = 0; pair < 100; pair += 1) {
        const made = randomPair(random);
        const naive = naiveKinds(made);
        const about = `pair ${pair}, shift ${made.shift}\n${made.texts.join('\n---\n')}`;
        expect(kindsOf(await compareByBytes(made.left, made.right, { ...quiet, shift: made.shift })), about).toEqual(naive);
        const columns = [columnOf(made.left, 1 + random.below(9)), columnOf(made.right, 1 + random.below(9))] as const;
        expect(kindsOf(await compareByFingerprint(...columns, { ...quiet, shift: made.shift })), about).toEqual(naive);
        for (const kind of naive) seen.add(kind);
      }
    },
  );

  it('are of every kind', () => {
    expect([...seen].sort()).toEqual(['changed', 'equal', 'neither', 'onlyLeft', 'onlyRight']);
  });
});

/** An image of stored pages one after the other. */
function imageOf(bytes: Uint8Array): MemoryImage {
  const end = BigInt(bytes.length);
  return {
    end,
    extents: extentList([{ start: 0n, end, state: 'stored' }]),
    read(address, target) {
      target.set(bytes.subarray(Number(address), Number(address) + target.length));
      return [];
    },
    readPages(first, target, states) {
      target.set(bytes.subarray(first * 4096, first * 4096 + target.length));
      states.fill(0);
    },
  };
}

describe('a forced collision of fingerprints', () => {
  const page = Uint8Array.from({ length: 4096 }, (_, index) => (index * 37 + (index >> 8)) & 255);
  const twin = collidingPage(page);
  const prints = [page, twin].map((bytes) => {
    const words = new Int32Array(2);
    createPageJob().run(bytes, Uint8Array.of(0), words, new Uint8Array(1));
    return [...words];
  });

  it('is one', () => {
    expect(fingerprintAlgorithm).toBe('columns16-1');
    expect(Buffer.from(page).equals(twin)).toBe(false);
    expect(prints[0]).toEqual(prints[1]);
  });

  it('is found by comparing bytes, and only by that', async () => {
    const [left, right] = [imageOf(page), imageOf(twin)];
    expect(kindsOf(await compareByBytes(left, right, { ...quiet, shift: 0 }))).toEqual(['changed']);
    expect(kindsOf(await compareByFingerprint(columnOf(left, 1), columnOf(right, 1), { ...quiet, shift: 0 }))).toEqual(['equal']);
  });
});
