/** The drawing of who waits for whom: one box for each task, an arrow to its owner, a description in words; hostile names and thousands of rows. */
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../src/shared/analysis-table.ts';
import { reportStyle } from '../../src/analysis/report/html-style.ts';
import { waitGraphSvg } from '../../src/shared/wait-graph.ts';

const waits = (number: number, owner: number, more: RowJson = {}): RowJson => ({
  rank: 1,
  role: 'waiter',
  task: `0x${number}`,
  pid: number,
  name: `task${number}`,
  state: 'D',
  seconds: 65.7,
  waitsFor: 'mutex',
  lock: '0x10',
  owner: `0x${owner}`,
  function: 'weigh',
  ...more,
});
const root: RowJson = { rank: 1, role: 'root', task: '0x1', pid: 1, name: 'task1', state: 'D', waitsFor: 'event', function: 'reindex' };
const svgOf = (rows: readonly RowJson[]): string => waitGraphSvg(rows, 'w') ?? '';
const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;
const description = (svg: string): string => /<desc id="w-text">(.*?)<\/desc>/.exec(svg)?.[1] ?? '';
const place = (svg: string, at: number): { readonly x: number; readonly y: number } => {
  const [, x, y] = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)"/g)][at] ?? [];
  return { x: Number(x), y: Number(y) };
};

describe('the drawing of waits', () => {
  it('a root with its waiters below it and an arrow from each', () => {
    const svg = svgOf([root, waits(2, 1, { wants: 'read', waitsFor: 'rwsem', lockName: 'table [clerk]' }), waits(3, 2), waits(4, 1)]);
    expect([count(svg, /<rect /g), count(svg, /class="wait-edge"/g), count(svg, /class="wait-cycle"/g)]).toEqual([4, 3, 0]);
    // Who waits for a waiter is below that one, further in.
    const [first, second, third, fourth] = [0, 1, 2, 3].map((at) => place(svg, at));
    expect([second?.x, fourth?.x].every((x) => x !== undefined && x > (first?.x ?? 0))).toBe(true);
    expect(third?.x).toBeGreaterThan(second?.x ?? 0);
    expect(description(svg)).toBe(
      'task1 (pid 1) waits for something other than a lock or I/O in reindex. task2 (pid 2) waits for rwsem table [clerk] to read in weigh, which task1 (pid 1) holds. task3 (pid 3) waits for mutex 0x10 in weigh, which task2 (pid 2) holds. task4 (pid 4) waits for mutex 0x10 in weigh, which task1 (pid 1) holds.',
    );
    expect(svg).toContain('<title id="w-title">Who waits for whom: 1 group, no cycle</title>');
    expect(svg).toContain('role="img" aria-labelledby="w-title w-text"');
    // It takes the colours of its surroundings: light and dark.
    expect(svg).not.toMatch(/#[0-9a-f]{3,6}\b|rgb\(/);
  });

  it('a cycle leads from each member to the next and back to the first, and says so in text', () => {
    const svg = svgOf([waits(1, 2, { role: 'cycle', cycle: 1 }), waits(2, 1, { role: 'cycle', cycle: 1 }), waits(3, 1)]);
    expect([count(svg, /<path class="wait-cycle"/g), count(svg, /<path class="wait-edge"/g), count(svg, /, in a cycle</g)]).toEqual([2, 1, 2]);
    expect(svg).toContain('1 group, 1 cycle');
    // A style of the page wins over the attribute fill="none" of a line, which would become a polygon.
    const styles = [...reportStyle('', '', {}).matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selectors = '', style = '']) =>
      selectors.includes('.wait-cycle') ? [style] : [],
    );
    expect(styles).toEqual(['color:var(--bad)']);
    const ends = [...svg.matchAll(/<path class="wait-cycle" d="M\d+ ([\d.]+)H\d+V([\d.]+)H/g)].map(([, from, to]) => [Number(from), Number(to)]);
    expect(ends[0]?.[1]).toBeGreaterThan(ends[0]?.[0] ?? Infinity);
    expect(ends[1]?.[1]).toBeLessThan(ends[1]?.[0] ?? 0);
  });

  it('a task that waits for its own lock, an owner that runs, and one that is not on the list of tasks', () => {
    expect(count(svgOf([waits(1, 1, { role: 'cycle', cycle: 1 })]), /<path class="wait-cycle"/g)).toBe(1);
    const spins = svgOf([
      { rank: 1, role: 'root', task: '0x1', pid: 1, name: 'task1', state: 'R', cpu: 1, seconds: 48, function: 'recount' },
      waits(2, 1, { waitsFor: 'spinlock', cpu: 2 }),
      { rank: 2, role: 'root', task: '0x9' },
      waits(3, 9, { rank: 2 }),
    ]);
    expect(spins).toContain('>task1 (pid 1) on CPU 1 for 48 s</text>');
    expect(description(spins)).toContain('task1 (pid 1) runs recount. task2 (pid 2) waits for spinlock 0x10 in weigh, which task1 (pid 1) holds.');
    expect(description(spins)).toContain('task at 0x9 is not on the list of tasks.');
  });

  it('is none where nobody waits for anybody', () => {
    expect(waitGraphSvg([], 'w')).toBeUndefined();
    expect(waitGraphSvg([{ ...root, role: 'alone' }], 'w')).toBeUndefined();
  });

  it('names from a dump are no markup and cannot turn the text around', () => {
    const svg = svgOf([{ ...root, name: '</text><script>"&\u0000\u202e\n' }, waits(2, 1, { function: '<b>' })]);
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('<b>');
    // eslint-disable-next-line no-control-regex -- the very thing that must not be there
    expect(svg).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(svg).toContain('&lt;script&gt;&quot;&amp;');
  });

  it('of many waiters and groups some are drawn and the others counted', () => {
    const fan = svgOf([root, ...Array.from({ length: 5000 }, (_, at) => waits(at + 2, 1))]);
    expect(fan).toContain('and 4988 more wait for task1 (pid 1)');
    expect(description(fan)).toMatch(/4988 more tasks are in the table\.$/);
    const groups = svgOf(
      Array.from({ length: 3000 }, (_, at) => [{ ...root, rank: at, task: `0x${at}a` }, waits(at, 1, { rank: at, owner: `0x${at}a` })]).flat(),
    );
    expect(count(groups, /<rect /g)).toBe(16);
    const chain = svgOf([root, ...Array.from({ length: 3000 }, (_, at) => waits(at + 2, at + 1))]);
    expect(count(chain, /<rect /g)).toBe(64);
    for (const svg of [fan, groups, chain]) expect(svg.length).toBeLessThan(60_000);
  });
});
