/** Rows are sorted as the language would sort them, and in steps. */
import { expect, it } from 'vitest';
import { sortedOrder } from '../../../src/analysis/jobs/sorted-order.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';

it.each([0, 1, 2, 3, 7, 64, 1000])('%d rows, of which many have equal keys', (length) => {
  const random = seededRandom(length);
  const keys = Array.from({ length }, () => random.below(Math.max(1, length >> 1)));
  const order = finish(sortedOrder(length, (left, right) => (keys[left] ?? 0) < (keys[right] ?? 0)));
  const wanted = keys.map((key, row) => ({ key, row })).sort((a, b) => a.key - b.key || a.row - b.row);
  expect([...(order ?? keys.keys())]).toEqual(wanted.map(({ row }) => row));
});

it('rows that ascend need no order, and others pause', () => {
  expect(finish(sortedOrder(100_000, () => false))).toBeUndefined();
  let pauses = 0;
  for (const work = sortedOrder(100_000, (left, right) => left > right); work.next().done !== true;) pauses += 1;
  expect(pauses).toBeGreaterThan(100);
});
