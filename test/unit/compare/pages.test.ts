/** Runs of pages, pages that moved, ranges that do not count. */
import { describe, expect, it } from 'vitest';
import { differenceList } from '../../../src/analysis/compare/difference-list.ts';
import { ignoreRanges } from '../../../src/analysis/compare/ignored-ranges.ts';
import { kindOfStates } from '../../../src/analysis/compare/by-fingerprint.ts';
import { movedPages } from '../../../src/analysis/compare/moved-pages.ts';
import { kindCode, pairKinds, pairRunsBuilder, type PairKind, type PairRuns } from '../../../src/analysis/compare/pair-runs.ts';
import type { MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';
import { stateCode } from '../../../src/analysis/page-index/page-meta.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';

const runsOf = (kinds: string, start = 0, limit?: number): PairRuns => {
  const letters: Readonly<Record<string, PairKind>> = { '=': 'equal', c: 'changed', l: 'onlyLeft', r: 'onlyRight', u: 'unreadable', '.': 'neither' };
  const builder = pairRunsBuilder(start, limit);
  for (const letter of kinds) builder.add(1, kindCode[letters[letter] ?? 'ignored']);
  return builder.finish();
};
const counts = { equal: 0, changed: 0, onlyLeft: 0, onlyRight: 0, unreadable: 0, ignored: 0 };

describe('two states of a page', () => {
  it('zero and excluded are not equal: one dump knows its bytes, the other does not', () => {
    expect(kindOfStates(stateCode.zero, stateCode.excluded)).toBe('onlyLeft');
    expect(kindOfStates(stateCode.missing, stateCode.zero)).toBe('onlyRight');
  });
  it('only two present pages have to be looked at', () => {
    expect(kindOfStates(stateCode.present, stateCode.present)).toBeUndefined();
    expect(kindOfStates(stateCode.present, stateCode.zero)).toBe('changed');
    expect(kindOfStates(stateCode.zero, stateCode.zero)).toBe('equal');
    expect(kindOfStates(stateCode.unreadable, stateCode.zero)).toBe('unreadable');
    expect(kindOfStates(stateCode.excluded, stateCode.encrypted)).toBe('neither');
  });
});

describe('runs of pages', () => {
  const runs = runsOf('==cc=l..rru=', -2);

  it('count whole and in part', () => {
    expect(runs.counts).toEqual({ ...counts, equal: 4, changed: 2, onlyLeft: 1, onlyRight: 2, unreadable: 1 });
    expect(runs.count(1, 4)).toEqual({ ...counts, changed: 1, equal: 1, onlyLeft: 1 });
    expect(runs.count(100, 200)).toEqual(counts);
    expect([runs.start, runs.end, runs.length]).toEqual([-2, 10, 8]);
  });

  it('find the run that holds a page, or the next one', () => {
    expect(runs.at(runs.indexFrom(0))).toEqual({ start: 0, end: 2, kind: 'changed' });
    expect(runs.at(runs.indexFrom(-50))).toEqual({ start: -2, end: 0, kind: 'equal' });
    expect(runs.indexFrom(10)).toBe(runs.length);
  });

  it('stay exact in their sums when there are too many to keep', () => {
    const many = runsOf('=c=c=c=c', 0, 4);
    expect(many.complete).toBe(false);
    expect(many.counts).toEqual({ ...counts, equal: 4, changed: 4 });
    expect([many.length, many.end]).toEqual([4, 4]);
  });

  it('list their differences one after the other', () => {
    const list = differenceList(runs);
    expect(list.total).toBe(4);
    expect(list.slice(1, 2)).toEqual([
      { index: 1, kind: 'onlyLeft', start: 0x3000n, end: 0x4000n },
      { index: 2, kind: 'onlyRight', start: 0x6000n, end: 0x8000n },
    ]);
    expect([list.positionFrom(0n), list.positionFrom(0x2000n), list.positionFrom(0x7fffn), list.positionFrom(0x8000n), list.positionFrom(0x9000n)]).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });
});

describe('pages that moved', () => {
  it('are found once for each time that they are gone', async () => {
    const moved = movedPages(0);
    for (const page of [10, 11]) moved.addLeft(page, 0, 7, 9);
    moved.addLeft(12, 0, 1, 2);
    for (const page of [20, 21, 22]) moved.addRight(page, 0, 7, 9);
    moved.addRight(23, 0, 3, 4);
    expect(await moved.find()).toEqual([
      { from: 10, to: 20 },
      { from: 11, to: 21 },
    ]);
  });

  it('are not where they were compared', async () => {
    const moved = movedPages(3);
    moved.addLeft(10, 0, 7, 9);
    moved.addRight(13, 0, 7, 9);
    expect(await moved.find()).toEqual([]);
  });

  it('are found among many of one content and many that look alike', async () => {
    const moved = movedPages(0);
    for (let page = 0; page < 20_000; page += 1) moved.addLeft(page, 0, 1, page < 10_000 ? 1 : page);
    for (let page = 0; page < 20_000; page += 1) moved.addRight(page + 50_000, 0, 1, page < 10_000 ? 1 : page);
    expect((await moved.find())?.length).toBe(20_000);
  });

  it('are left open when too many pages differ', async () => {
    const moved = movedPages(0, 2);
    for (const page of [1, 2, 3]) moved.addLeft(page, 0, page, page);
    expect(await moved.find()).toBeUndefined();
  });

  it('are confirmed by their bytes if requested', async () => {
    const moved = movedPages(0);
    moved.addLeft(1, 0, 5, 5);
    moved.addRight(2, 0, 5, 5);
    expect(await moved.find(() => false)).toEqual([]);
  });
});

describe('ranges that do not count', () => {
  const image = (change: (bytes: Uint8Array) => void): MemoryImage => {
    const bytes = new Uint8Array(0x8000);
    change(bytes);
    const end = BigInt(bytes.length);
    return {
      end,
      extents: extentList([{ start: 0n, end, state: 'stored' }]),
      read(address, target) {
        target.set(bytes.subarray(Number(address), Number(address) + target.length));
        return [];
      },
      readPages: () => undefined,
    };
  };
  const left = image(() => undefined);
  const right = image((bytes) => {
    bytes[0x1100] = 1;
    bytes[0x2100] = 1;
    bytes[0x2f00] = 1;
    bytes[0x3000] = 1;
  });
  const kinds = (runs: PairRuns): string =>
    Array.from({ length: runs.length }, (_, index) => runs.at(index)).reduce((text, { start, end, kind }) => text + (kind[0] ?? '').repeat(end - start), '');
  const ignore = (...ranges: readonly [bigint, bigint][]): string =>
    kinds(
      ignoreRanges(
        runsOf('=ccc=lr='),
        ranges.map(([start, end]) => ({ start, end })),
        left,
        right,
        0,
      ).runs,
    );

  it('cover whole pages, whatever is in them', () => {
    expect(ignore([0x1000n, 0x3000n])).toBe('eiiceooe');
    expect(ignore([0n, 0x8000n])).toBe('eiiieiie');
  });
  it('cover parts of a page, when nothing else in it differs', () => {
    expect(ignore([0x1100n, 0x1101n])).toBe('eicceooe');
    expect(ignore([0x2100n, 0x2101n])).toBe('eccceooe');
    expect(ignore([0x2100n, 0x2101n], [0x2f00n, 0x3001n])).toBe('eciieooe');
  });
  it('may be in any order, overlap, be empty or lie elsewhere', () => {
    expect(ignore([0x2800n, 0x4000n], [0x1000n, 0x2900n], [0x100n, 0x100n], [0x90000n, 0x91000n])).toBe('eiiieooe');
  });
  it('say how many of the ignored pages both dumps hold', () => {
    expect(ignoreRanges(runsOf('=ccc=lr='), [{ start: 0n, end: 0x8000n }], left, right, 0).common).toBe(3);
  });
});

describe('packed runs', () => {
  const random = seededRandom(11);
  const expected: { readonly start: number; readonly end: number; readonly kind: PairKind }[] = [];
  const builder = pairRunsBuilder(-7);
  let at = -7;
  for (let index = 0; index < 5000; index += 1) {
    // Most are short, as in filtered dumps; some as long as a hole of the address space.
    const pages = index % 97 === 0 ? 2 ** random.below(40) : 1 + random.below(40);
    const kind = pairKinds[random.below(pairKinds.length)] ?? 'equal';
    const last = expected.at(-1);
    if (last?.kind === kind) expected[expected.length - 1] = { ...last, end: at + pages };
    else expected.push({ start: at, end: at + pages, kind });
    builder.add(pages, kindCode[kind]);
    at += pages;
  }
  const runs = builder.finish();
  const listed = expected.flatMap(({ kind }, index) => (kind === 'equal' || kind === 'neither' ? [] : [index]));

  it('are what was added, in order and by number', () => {
    expect([runs.length, runs.start, runs.end, runs.complete, runs.listed]).toEqual([expected.length, -7, at, true, listed.length]);
    expect(Array.from({ length: runs.length }, (_, index) => runs.at(index))).toEqual(expected);
    for (let tries = 0; tries < 200; tries += 1) {
      const index = random.below(expected.length);
      expect(runs.at(index)).toEqual(expected[index]);
    }
    // Small ones take little: far less than a number each.
    expect(runs.bytes).toBeLessThanOrEqual(2 ** 20);
  });

  it('are found by page and by their number among the differences', () => {
    for (let tries = 0; tries < 200; tries += 1) {
      const index = random.below(expected.length);
      const { start, end } = expected[index] ?? { start: 0, end: 1 };
      expect([runs.indexFrom(start), runs.indexFrom(end - 1)]).toEqual([index, index]);
      expect(runs.listedBefore(index)).toBe(listed.filter((one) => one < index).length);
      const number = random.below(listed.length);
      expect(runs.indexOfListed(number)).toBe(listed[number]);
    }
    expect([runs.indexFrom(-100), runs.indexFrom(at), runs.indexOfListed(listed.length), runs.listedBefore(runs.length)]).toEqual([
      0,
      runs.length,
      runs.length,
      listed.length,
    ]);
  });
});
