/** Pages that a filter leaves out: those whose struct pages say so, however they are asked for; and never one because of a damage elsewhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { pageFilter, type FilterSource, type PageFilter } from '../../../src/analysis/kernel/page-filter/page-filter.ts';
import { filterLevels, type FilterLevel } from '../../../src/shared/export-model.ts';
import { isFailure } from '../../../src/shared/result.ts';
import { runs } from '../../run-size.ts';
import { describePages, levelsOf, mapAt, structPage, type BlockKind, type DescribedBlock, type PageRelease } from './described-pages.ts';

const frames = 20_480;
const kinds = Object.keys(levelsOf) as BlockKind[];
const orders: Readonly<Partial<Record<BlockKind, number>>> = { kernel: 0, untouched: 3, poisoned: 0, 'swap-cache': 9, free: 10, slab: 3, hugetlb: 13 };

/** Blocks one after the other, each at a multiple of its size. */
const blocks = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 13 })), { minLength: 50, maxLength: 400 }).map((wishes) => {
  const made: DescribedBlock[] = [];
  let pfn = 0;
  for (const [kind, wish] of wishes) {
    let order = Math.min(wish, orders[kind] ?? 9);
    while (pfn % 2 ** order !== 0 || pfn + 2 ** order > frames) order -= 1;
    // A page of hugetlbfs is a compound page.
    const isKind = kind !== 'hugetlb' || order > 0;
    made.push({ kind: isKind ? kind : 'kernel', pfn, order: isKind ? order : 0 });
    pfn += 2 ** order;
    if (pfn >= frames) break;
  }
  return made;
});

const world = fc.record({
  blocks,
  endian: fc.constantFrom('big' as const, 'little' as const),
  release: fc.constantFrom<PageRelease>('6.1', '6.12'),
  levels: fc.subarray([...filterLevels]),
});

function filterOf(source: FilterSource, levels: readonly FilterLevel[]): PageFilter {
  const found = finish(pageFilter(source, levels));
  if (isFailure(found)) throw new Error(found.missing.why);
  return found.value;
}

function marksOf(filter: PageFilter, step = 4096): Uint8Array {
  const marks = new Uint8Array(frames);
  for (let pfn = 0; pfn < frames; pfn += step) filter.exclude(pfn, marks.subarray(pfn, Math.min(frames, pfn + step)));
  return marks;
}

const expected = (all: readonly DescribedBlock[], levels: readonly FilterLevel[]): Uint8Array => {
  const marks = new Uint8Array(frames);
  for (const { kind, pfn, order } of all) {
    const level = levelsOf[kind].find((one) => levels.includes(one));
    if (level !== undefined) marks.fill(1 + filterLevels.indexOf(level), pfn, pfn + 2 ** order);
  }
  return marks;
};

describe('pages that a filter leaves out', () => {
  it('are those of the blocks whose kind is left out, asked for in whatever windows', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 9000 }), ({ blocks: all, endian, release, levels }, step) => {
        const filter = filterOf(describePages(endian, release, frames, all).source(), levels);
        expect(Buffer.compare(marksOf(filter, step), expected(all, levels))).toBe(0);
        expect(filter.missing).toEqual([]);
        // Backwards, and again.
        const again = new Uint8Array(frames);
        for (let pfn = Math.floor((frames - 1) / step) * step; pfn >= 0; pfn -= step) filter.exclude(pfn, again.subarray(pfn, Math.min(frames, pfn + step)));
        expect(Buffer.compare(again, expected(all, levels))).toBe(0);
      }),
      { numRuns: runs(15, 200) },
    );
  });

  it('are no others where struct pages were overwritten: a page is left out by its own struct page, or by a block that all of its pages confirm', () => {
    // Words that decide, of the first pages of blocks most of all.
    const words = [0, 5, 6, 7, 16, 17, 24, 31, 40, 41, 46, 47, 48, 49, 50, 51, 52, 55] as const;
    const damage = fc.array(
      fc.record({
        block: fc.nat(),
        page: fc.constantFrom(0, 0, 1, 3),
        byte: fc.oneof(fc.constantFrom(...words), fc.nat({ max: structPage - 1 })),
        value: fc.nat({ max: 255 }),
      }),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(world, damage, ({ blocks: all, endian, release, levels }, hits) => {
        const described = describePages(endian, release, frames, all);
        // A first page that reads as one of another kind takes along its own block, which is one still.
        const hit = new Set<number>();
        for (const { block, page, byte, value } of hits) {
          const pfn = Math.min(frames - 1, (all[block % all.length]?.pfn ?? 0) + page);
          described.memory.u8(mapAt + pfn * structPage + byte, value);
          const own = all.findLast((one) => one.pfn <= pfn);
          for (let of = own?.pfn ?? pfn; of < Math.max(pfn + 1, (own?.pfn ?? pfn) + (1 << (own?.order ?? 0))); of += 1) hit.add(of);
        }
        const marks = marksOf(filterOf(described.source(), levels));
        const whole = expected(all, levels);
        for (let pfn = 0; pfn < frames; pfn += 1)
          if (marks[pfn] !== 0 && whole[pfn] === 0 && !hit.has(pfn)) expect.fail(`page frame ${pfn} was left out because of a damage elsewhere`);
      }),
      { numRuns: runs(25, 300) },
    );
  });

  it('are none of those whose struct pages are not in the dump, which is said', () => {
    const all: DescribedBlock[] = Array.from({ length: frames / 8 }, (_, at) => ({ kind: 'cache', pfn: at * 8, order: 3 }));
    // A page of the dump holds 64 struct pages.
    const absent = [mapAt, mapAt + 0x5000, mapAt + 0x6000];
    const filter = filterOf(describePages('big', '6.12', frames, all).source(absent), ['cache']);
    const marks = marksOf(filter);
    for (let pfn = 0; pfn < frames; pfn += 1) expect(marks[pfn] === 0, `page frame ${pfn}`).toBe(absent.includes(mapAt + Math.floor(pfn / 64) * 4096));
    expect(filter.missing.map(({ where }) => where)).toEqual([
      { space: 'absolute', start: '0x0', end: '0x40000' },
      { space: 'absolute', start: '0x140000', end: '0x1c0000' },
    ]);
    expect(filter.missing[0]?.why).toContain('its struct page cannot be read');
  });

  it.each([
    [
      'a free block whose order is larger than it is',
      (memory: ReturnType<typeof describePages>['memory']) => memory.u64(mapAt + 40, 4n),
      'of which page frame 8 is in use',
    ],
    ['a free block whose order is none', (memory: ReturnType<typeof describePages>['memory']) => memory.u64(mapAt + 40, 77n), 'a free block of order 77'],
    ['a free block with references', (memory: ReturnType<typeof describePages>['memory']) => memory.u32(mapAt + 52, 3), 'a free block with 3 references'],
    [
      'a free block of which a page is on a list of used ones',
      (memory: ReturnType<typeof describePages>['memory']) => memory.u64(mapAt + 2 * structPage, 0x20n),
      'of which page frame 2 is in use',
    ],
  ])('are none of %s', (_title, damage, why) => {
    const all: DescribedBlock[] = [
      { kind: 'free', pfn: 0, order: 3 },
      { kind: 'kernel', pfn: 8, order: 0 },
      { kind: 'free', pfn: 16, order: 4 },
    ];
    const described = describePages('little', '6.12', frames, all);
    damage(described.memory);
    const filter = filterOf(described.source(), ['free']);
    const marks = marksOf(filter);
    expect([...marks.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, () => 0));
    expect([...marks.subarray(16, 32)]).toEqual(Array.from({ length: 16 }, () => 1 + filterLevels.indexOf('free')));
    expect(filter.missing.map((one) => one.why).join()).toContain(why);
  });

  it('are not known where vmcoreinfo does not say how a struct page is laid out', () => {
    const source = describePages('big', '6.1', frames, []).source();
    const without = (key: string): string => {
      const entries = new Map(source.objects.space.vmcoreinfo?.entries);
      entries.delete(key);
      const space = { ...source.objects.space, vmcoreinfo: { source: 'test', text: '', entries } };
      const found = finish(pageFilter({ ...source, objects: { ...source.objects, space } }, ['free']));
      return isFailure(found) ? found.missing.why : '';
    };
    expect(without('NUMBER(PG_lru)')).toContain('PG_lru');
    expect(without('NUMBER(PG_slab)')).toContain('PG_slab');
    expect(without('NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)')).toContain('PAGE_BUDDY_MAPCOUNT_VALUE');
    expect(without('SYMBOL(mem_section)')).toContain('the address of the array of pages');
    expect(without('NUMBER(PG_hwpoison)')).toBe('');
  });

  it('are none of a section that names another array than all others', () => {
    const all: DescribedBlock[] = Array.from({ length: frames }, (_, pfn) => ({ kind: 'cache', pfn, order: 0 }));
    const described = describePages('big', '6.12', frames, all);
    // No struct pages are there.
    described.memory.u64(0x8_0000 + 16, 0x4000_000fn);
    const filter = filterOf(described.source(), ['cache']);
    const marks = marksOf(filter);
    expect(marks.subarray(4096, 8192).every((mark) => mark === 0)).toBe(true);
    expect(marks[4095]).not.toBe(0);
    expect(marks[8192]).not.toBe(0);
    expect(filter.missing.length).toBeGreaterThan(0);
  });
});
