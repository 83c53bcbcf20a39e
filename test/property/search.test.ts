/** A search finds what a byte-by-byte look at the memory finds, whatever the container, the restrictions and the steps. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { pageSize, type AddressRange } from '../../src/shared/units.ts';
import type { Absence, Extent, MemoryImage } from '../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../src/analysis/formats/extent-map.ts';
import { maskedMatcher } from '../../src/analysis/search/masked-matcher.ts';
import type { Matcher } from '../../src/analysis/search/matcher.ts';
import type { MaskedBytes } from '../../src/analysis/search/pattern.ts';
import { regexMatcher } from '../../src/analysis/search/regex-matcher.ts';
import { searchMemory, type FoundAt } from '../../src/analysis/search/search-memory.ts';
import { pieces, spansWithBytes, within, type PieceOptions } from '../../src/analysis/search/searchable.ts';
import { caseSession } from '../case-answers.ts';
import { randomFor, runs, sample } from '../run-size.ts';

/** Ends within a page, has a hole, implied zeros, and a page in the middle of stored ones that cannot be read. */
function awkwardMemory(): MemoryImage {
  const random = randomFor('awkward memory');
  const bytes = Uint8Array.from({ length: 20 * pageSize + 100 }, () => (random.below(3) === 0 ? 0 : 0x41 + random.below(3)));
  bytes.fill(0, 3 * pageSize, 5 * pageSize);
  const state = (start: number, end: number, name: Extent['state']): Extent => ({ start: BigInt(start), end: BigInt(end), state: name });
  const extents = [
    state(0, 6 * pageSize - 17, 'stored'),
    state(6 * pageSize - 17, 7 * pageSize, 'missing'),
    state(7 * pageSize, 9 * pageSize + 3, 'stored'),
    state(9 * pageSize + 3, 13 * pageSize, 'zero'),
    state(13 * pageSize, bytes.length, 'stored'),
  ];
  const lost: readonly Absence[] = [
    { start: BigInt(6 * pageSize - 17), end: BigInt(7 * pageSize), state: 'missing' },
    { start: BigInt(15 * pageSize), end: BigInt(16 * pageSize), state: 'unreadable' },
  ];
  bytes.fill(0, 9 * pageSize + 3, 13 * pageSize);
  for (const { start, end } of lost) bytes.fill(0, Number(start), Number(end));
  return {
    end: BigInt(bytes.length),
    extents: extentList(extents),
    read(address, target) {
      target.set(bytes.subarray(Number(address), Number(address) + target.length));
      const end = address + BigInt(target.length);
      return lost
        .filter((gap) => gap.start < end && gap.end > address)
        .map((gap) => ({ ...gap, start: gap.start > address ? gap.start : address, end: gap.end < end ? gap.end : end }));
    },
    readPages() {
      throw new Error('a search reads bytes');
    },
  };
}

const folder = new URL('../cases/', import.meta.url);
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.dump'))
  .flatMap((name): { name: string; memory: MemoryImage }[] => {
    try {
      const { memory } = caseSession(name, readFileSync(new URL(name, folder), 'utf8')).image;
      return memory.end > 0n && memory.end < 4n << 20n ? [{ name, memory }] : [];
    } catch (error) {
      if (isDumpError(error)) return [];
      throw error;
    }
  });
const images = [{ name: 'awkward', memory: awkwardMemory() }, ...sample(cases, 4, 'searched cases')];

/** Every byte of a memory, -1 where there is none, restricted by hand. */
function bytesOf(memory: MemoryImage, range: AddressRange, states: Pick<PieceOptions, 'present' | 'zero'>): Int16Array {
  const all = new Uint8Array(Number(memory.end));
  const absences = memory.read(0n, all);
  const out = Int16Array.from(all);
  for (const { start, end } of absences) out.fill(-1, Number(start), Number(end));
  for (let page = 0; page < out.length; page += pageSize) {
    const present = out.subarray(page, page + pageSize).some((byte) => byte > 0);
    if (present ? !states.present : !states.zero) out.fill(-1, page, page + pageSize);
  }
  out.fill(-1, 0, Number(range.start));
  out.fill(-1, Number(range.end));
  return out;
}

function naive(bytes: Int16Array, alternatives: readonly MaskedBytes[], align: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += align) {
    const fits = alternatives.some(({ values, masks }) =>
      values.every((value, index) => (bytes[at + index] ?? -1) >= 0 && (bytes[at + index]! & masks[index]!) === value),
    );
    if (fits) found.push(at);
  }
  return found;
}

interface Restriction {
  readonly range: AddressRange;
  readonly states: Pick<PieceOptions, 'present' | 'zero'>;
  readonly step: number;
}

async function search(memory: MemoryImage, matcher: Matcher, { range, states, step }: Restriction, align: number, limit: number) {
  const found: FoundAt[] = [];
  const counts = { done: 0, searched: 0, unreadable: 0 };
  const zeroEdge = matcher.matchesZeros ? undefined : matcher.reach + matcher.behind;
  const more = await searchMemory(pieces(memory, spansWithBytes(memory, range), { ...states, zeroEdge, step }, counts), matcher, {
    align: BigInt(align),
    limit,
    afterStep(some) {
      found.push(...some);
      return Promise.resolve();
    },
  });
  return { found, more };
}

const states = fc.constantFrom({ present: true, zero: true }, { present: true, zero: false }, { present: false, zero: true });
const restriction = (memory: MemoryImage): fc.Arbitrary<Restriction> =>
  fc.record({
    range: fc.oneof(
      fc.constant({ start: 0n, end: memory.end }),
      fc.tuple(fc.bigInt(0n, memory.end), fc.bigInt(0n, memory.end)).map(([a, b]) => (a < b ? { start: a, end: b } : { start: b, end: a })),
    ),
    states: fc.oneof({ weight: 3, arbitrary: fc.constant({ present: true, zero: true }) }, states),
    step: fc.constantFrom(pageSize, 3 * pageSize, 1 << 20),
  });

/** Bytes that are somewhere in the memory, preferably at a page's end or where something begins, some of them masked. */
const patternIn = (memory: MemoryImage): fc.Arbitrary<MaskedBytes> =>
  fc
    .record({
      page: fc.nat({ max: Math.floor(Number(memory.end) / pageSize) }),
      near: fc.oneof(fc.integer({ min: -8, max: 0 }), fc.integer({ min: 0, max: 4000 })),
      masks: fc.array(fc.constantFrom(0xff, 0xff, 0xff, 0xf0, 0x0f, 0xdf, 0), { minLength: 1, maxLength: 12 }),
    })
    .filter(({ masks }) => masks.some((mask) => mask !== 0))
    .map(({ page, near, masks }) => {
      const at = Math.max(0, Math.min(page * pageSize + near, Number(memory.end) - masks.length));
      const values = new Uint8Array(masks.length);
      memory.read(BigInt(at), values);
      return { values: values.map((value, index) => value & masks[index]!), masks: Uint8Array.from(masks) };
    });

describe.each(images.map(({ name, memory }) => [name, memory] as const))('search in %s', (_name, memory) => {
  it('equals a naive one for bytes with masks', async () => {
    await fc.assert(
      fc.asyncProperty(
        patternIn(memory),
        fc.boolean(),
        restriction(memory),
        fc.constantFrom(1, 1, 2, 8),
        fc.constantFrom(3, 1000, 5_000_000),
        async (pattern, reversed, restricted, align, limit) => {
          const turned = { values: pattern.values.toReversed(), masks: pattern.masks.toReversed() };
          const alternatives = reversed ? [pattern, turned] : [pattern];
          const expected = naive(bytesOf(memory, restricted.range, restricted.states), alternatives, align);
          const { found, more } = await search(memory, maskedMatcher(alternatives), restricted, align, limit);
          expect(found.map(({ address }) => Number(address))).toEqual(expected.slice(0, limit));
          expect(more).toBe(expected.length > limit);
        },
      ),
      { numRuns: runs(15, 300) },
    );
  });
});

describe('search by regular expression', () => {
  const sources = ['A+B', '[A-C]{3,9}', '(?<=AB)C+', '^A|C$', '\\x00{1,6}A', 'B\\x00{2}', 'AB?C(?!A)', 'A*'];
  const matchers = new Map<string, Matcher>();
  beforeAll(async () => {
    for (const source of sources) matchers.set(source, await regexMatcher(source, 'gm'));
  });
  afterAll(() => {
    for (const matcher of matchers.values()) matcher.close();
  });

  it('equals the expression on every run of memory as a whole', async () => {
    const memory = awkwardMemory();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sources), restriction(memory), async (source, restricted) => {
        const bytes = bytesOf(memory, restricted.range, restricted.states);
        const expected: [number, number][] = [];
        for (let at = 0; at < bytes.length;) {
          let end = at;
          while (end < bytes.length && bytes[end]! >= 0) end += 1;
          const text = Buffer.from(Uint8Array.from(bytes.subarray(at, end))).toString('latin1');
          for (const match of text.matchAll(new RegExp(source, 'gm'))) {
            // Runs of zeros are longer than a match may be: then it is cut and goes on after.
            for (let cut = 0; cut < match[0].length; cut += 4096) expected.push([at + match.index + cut, Math.min(4096, match[0].length - cut)]);
          }
          at = end + 1;
        }
        const { found } = await search(memory, matchers.get(source)!, restricted, 1, 1_000_000);
        const long = ({ 1: length }: readonly [number, number]): boolean => length < 100;
        expect(found.map(({ address, bytes: length }) => [Number(address), length] as const).filter(long)).toEqual(expected.filter(long));
      }),
      { numRuns: runs(20, 400) },
    );
  });
});

describe('ranges of a search', () => {
  it('are cut out of the spans as they are one by one', () => {
    const cuts = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 12 }).map((all) => all.sort((left, right) => left - right));
    const rangesOf = (all: readonly number[]): AddressRange[] =>
      Array.from({ length: all.length >> 1 }, (_, index) => ({ start: BigInt(all[2 * index]!), end: BigInt(all[2 * index + 1]!) }));
    fc.assert(
      fc.property(cuts, cuts, (left, right) => {
        const covers = (list: Iterable<AddressRange>): boolean[] => {
          const out = Array<boolean>(64).fill(false);
          for (const { start, end } of list) out.fill(true, Number(start), Number(end));
          return out;
        };
        const spans = rangesOf(left).map((range) => ({ ...range, zero: false }));
        const expected = covers(spans).map((there, index) => there && covers(rangesOf(right))[index]!);
        expect(covers(within(spans, rangesOf(right)))).toEqual(expected);
      }),
    );
  });
});
