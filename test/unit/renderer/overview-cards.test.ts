import { describe, expect, it } from 'vitest';
import type { LogRecordJson } from '../../../src/shared/kernel-model.ts';
import { logAround, type LogAround } from '../../../src/renderer/views/overview/log-around.ts';
import { mediumAreas, wideAreas } from '../../../src/renderer/views/overview/overview-areas.ts';

const lines = (count: number, panic?: number): readonly LogRecordJson[] =>
  Array.from({ length: count }, (_, index): LogRecordJson => ({ text: `line ${index}`, ...(index === panic ? { mark: 'panic' } : {}) }));

const deathOf = ({ lines: shown }: LogAround): readonly string[] => shown.filter(({ isDeath }) => isDeath).map(({ record }) => record.text);

describe('the end of the log', () => {
  it('is around the panic, with what was printed after it', () => {
    const tail = logAround(lines(100, 80));
    expect(tail.lines).toHaveLength(13);
    expect(deathOf(tail)).toEqual(['line 80']);
    expect(tail).toMatchObject({ around: 'panic', before: 72, after: 15 });
  });

  it('is its last lines if nothing panicked, or if the panic is the last of them', () => {
    expect(logAround(lines(100))).toMatchObject({ around: undefined, before: 87, after: 0 });
    expect(deathOf(logAround(lines(100)))).toEqual([]);
    const tail = logAround(lines(100, 99));
    expect(tail).toMatchObject({ around: 'panic', before: 87, after: 0 });
    expect(tail.lines.at(-1)?.isDeath).toBe(true);
  });

  it('is all of a short log', () => {
    expect(logAround(lines(3, 0))).toMatchObject({ around: 'panic', before: 0, after: 0 });
    expect(logAround(lines(3, 0)).lines.map(({ isDeath }) => isDeath)).toEqual([true, false, false]);
    expect(logAround([])).toMatchObject({ lines: [], around: undefined });
  });
});

describe('the report of an oops', () => {
  /** An oops at record 50 of a log, and a panic or none so many records later, a thousandth of a second each. */
  const report = (panic?: number): readonly LogRecordJson[] =>
    lines(100, panic === undefined ? undefined : 50 + panic).map((record, index) => ({
      ...record,
      time: (14 + index / 1000).toFixed(9),
      ...(index === 50 || index === 54 ? { mark: 'oops' as const } : {}),
    }));

  it('is shown from its first line on if no panic followed', () => {
    const tail = logAround(report());
    expect(tail).toMatchObject({ around: 'trouble', before: 49, after: 38 });
    expect(deathOf(tail)).toEqual(['line 50']);
  });

  it('is shown together with a panic far below, with the records between counted', () => {
    const tail = logAround(report(30));
    expect(tail.lines.map(({ record }) => record.text)).toEqual([...Array.from({ length: 10 }, (_, at) => `line ${49 + at}`), 'line 80', 'line 81']);
    expect(tail.lines.filter(({ skipped }) => skipped > 0).map(({ record, skipped }) => [record.text, skipped])).toEqual([['line 80', 21]]);
    expect(deathOf(tail)).toEqual(['line 80']);
  });

  it('from another second is a different one', () => {
    const late = report(30).map((record, index) => (index < 60 ? { ...record, time: '2.000000000' } : record));
    expect(logAround(late)).toMatchObject({ around: 'panic', before: 72 });
  });
});

describe('the cards of the overview', () => {
  const choices = [true, false].flatMap((trace) =>
    [true, false].flatMap((kdump) => (['grave', 'remarks', 'none'] as const).map((findings) => ({ trace, kdump, findings }))),
  );

  it.each(choices)('are placed in rectangles, and missing ones leave no gap: %j', (cards) => {
    for (const [areas, hasFindings] of [[mediumAreas(cards), cards.findings !== 'none'] as const, [wideAreas(cards), true] as const]) {
      const grid = [...areas.matchAll(/'([^']+)'/g)].map(([, row = '']) => row.split(' '));
      expect(grid.every((row) => row.length === 3)).toBe(true);
      const names = [...new Set(grid.flat())].sort();
      expect(names).toEqual([
        'cpus',
        ...(hasFindings ? ['findings'] : []),
        ...(cards.kdump ? ['kdump'] : []),
        'log',
        'memory',
        ...(cards.trace ? ['trace'] : []),
      ]);
      for (const name of names) {
        const cells = grid.flatMap((row, y) => row.flatMap((cell, x) => (cell === name ? [[x, y] as const] : [])));
        const [xs, ys] = [cells.map(([x]) => x), cells.map(([, y]) => y)];
        expect(cells).toHaveLength((Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1));
      }
    }
  });
});
