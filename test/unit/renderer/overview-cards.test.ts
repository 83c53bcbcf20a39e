import { describe, expect, it } from 'vitest';
import type { LogRecordJson } from '../../../src/shared/kernel-model.ts';
import { logTail } from '../../../src/shared/log-tail.ts';
import { mediumAreas, wideAreas } from '../../../src/renderer/views/overview/overview-areas.ts';

const lines = (count: number, panic?: number): readonly LogRecordJson[] =>
  Array.from({ length: count }, (_, index): LogRecordJson => ({ text: `line ${index}`, ...(index === panic ? { mark: 'panic' } : {}) }));

describe('the end of the log', () => {
  it('is around the panic, with what was printed after it', () => {
    const tail = logTail(lines(100, 80), 13, 4);
    expect(tail.records).toHaveLength(13);
    expect(tail.records[tail.death!]?.text).toBe('line 80');
    expect(tail).toMatchObject({ before: 72, after: 15 });
  });

  it('is its last lines where nothing panicked, or the panic is the last of them', () => {
    expect(logTail(lines(100), 13, 4)).toMatchObject({ death: undefined, before: 87, after: 0 });
    expect(logTail(lines(100, 99), 13, 4)).toMatchObject({ death: 12, before: 87, after: 0 });
  });

  it('is all of a short log', () => {
    expect(logTail(lines(3, 0), 13, 4)).toMatchObject({ death: 0, before: 0, after: 0 });
    expect(logTail([], 13, 4)).toMatchObject({ records: [], death: undefined });
  });
});

describe('the cards of the overview', () => {
  const choices = [true, false].flatMap((trace) => [true, false].map((kdump) => ({ trace, kdump })));

  it.each(choices)('lie in rectangles, and those that are not there leave no gap: %j', (cards) => {
    for (const areas of [mediumAreas(cards), wideAreas(cards)]) {
      const grid = [...areas.matchAll(/'([^']+)'/g)].map(([, row = '']) => row.split(' '));
      expect(grid.every((row) => row.length === 3)).toBe(true);
      const names = [...new Set(grid.flat())].sort();
      expect(names).toEqual(['cpus', 'findings', ...(cards.kdump ? ['kdump'] : []), 'log', 'memory', ...(cards.trace ? ['trace'] : [])]);
      for (const name of names) {
        const cells = grid.flatMap((row, y) => row.flatMap((cell, x) => (cell === name ? [[x, y] as const] : [])));
        const [xs, ys] = [cells.map(([x]) => x), cells.map(([, y]) => y)];
        expect(cells).toHaveLength((Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1));
      }
    }
  });
});
