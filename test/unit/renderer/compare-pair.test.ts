/** Which of two dumps is on the left, the headings, and how something that only one of them has is drawn. */
import { describe, expect, it } from 'vitest';
import type { CompareTimes } from '../../../src/shared/compare-model.ts';
import { plainComparison, type ComparisonOrder } from '../../../src/renderer/state/comparisons.ts';
import { newDump } from '../../../src/renderer/state/open-dump.ts';
import { kindTone, kindWord } from '../../../src/renderer/views/compare/difference-kinds.ts';
import { newerSide, onlyTone, pairOf, rowWords } from '../../../src/renderer/views/compare/pair.ts';

const owner = newDump('a', '/one/vmcore');
const other = newDump('b', '/two/vmcore');
const early = '2026-01-01T00:00:00.250000Z';
const late = '2026-01-01T00:10:00.500000Z';
const newerOwner: CompareTimes = { order: 'right-older', text: 'earlier', apart: '10 min 0 s', clock: 'lowcore', left: late, right: early };
const olderOwner: CompareTimes = { order: 'left-older', text: 'later', apart: '10 min 0 s', clock: 'lowcore', left: early, right: late };
const unknown: CompareTimes = { order: 'unknown', text: 'one of the dumps does not record when it was taken', left: early };

const pair = (order: ComparisonOrder, times: CompareTimes | undefined) =>
  pairOf({ owner, other, times, settings: { ...plainComparison, order, shift: 0x1000 }, nameOf: ({ path }) => path });

describe('the older dump', () => {
  it.each<readonly [string, ComparisonOrder, CompareTimes | undefined, string]>([
    ['is on the left', 'time', newerOwner, 'b'],
    ['stays left', 'time', olderOwner, 'a'],
    ['does not push aside what a person put left', 'given', newerOwner, 'a'],
    ['goes right where a person swaps', 'swapped', olderOwner, 'b'],
    ['is not guessed: the order stays as it was given', 'time', unknown, 'a'],
    ['is not guessed where nothing could be asked', 'time', undefined, 'a'],
  ])('%s', (_what, order, times, left) => {
    expect(pair(order, times).left.key).toBe(left);
  });

  it('reverses the shift when the sides are swapped', () => {
    expect([pair('time', olderOwner).shift, pair('time', newerOwner).shift]).toEqual([0x1000, -0x1000]);
  });
});

describe('headings', () => {
  it('name age and time, each for its side', () => {
    const { names, order } = pair('time', newerOwner);
    expect(names).toEqual({
      left: { name: '/two/vmcore', age: 'older', time: '2026-01-01 00:00:00 UTC' },
      right: { name: '/one/vmcore', age: 'newer', time: '2026-01-01 00:10:00 UTC' },
    });
    expect(order).toBe('The right dump is 10 min 0 s newer.');
    expect(pair('given', newerOwner).order).toBe('The left dump is 10 min 0 s newer.');
  });
  it('show the fraction of times within one second', () => {
    const within = { ...olderOwner, right: '2026-01-01T00:00:00.750000Z' };
    expect(pair('time', within).names.right.time).toBe('2026-01-01 00:00:00.750000 UTC');
  });
  it('say who chose the order if no clock proves one', () => {
    const { names, order } = pair('time', unknown);
    expect([names.left.age, names.right.age, names.left.time]).toEqual([undefined, undefined, '2026-01-01 00:00:00 UTC']);
    expect(order).toBe('One of the dumps does not record when it was taken: left and right are in the order you chose.');
  });
});

describe('what only one dump has', () => {
  it('counts as added in the newer one, whichever side that is', () => {
    const straight = pair('time', olderOwner);
    const swapped = pair('swapped', olderOwner);
    expect([onlyTone(straight, 'right'), onlyTone(swapped, 'left')]).toEqual(['added', 'added']);
    expect([kindTone(straight, 'onlyLeft'), kindTone(swapped, 'onlyRight')]).toEqual(['removed', 'removed']);
    expect([rowWords(straight, 'right'), rowWords(swapped, 'right')]).toEqual(['new', 'gone']);
    expect([newerSide(straight), newerSide(swapped)]).toEqual(['right', 'left']);
  });
  it('is neither added nor removed if no clock proves an order', () => {
    const one = pair('time', unknown);
    expect([kindTone(one, 'onlyLeft'), kindWord(one, 'onlyRight'), rowWords(one, 'left'), newerSide(one)]).toEqual([
      'onlyLeft',
      'only right',
      'only left',
      undefined,
    ]);
  });
});
