/** The drawing of what memory is made of: a part for each row, the same in words, hostile names, and numbers that make no sense. */
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../src/shared/analysis-table.ts';
import { allocatorBranch, memoryBarSvg } from '../../src/shared/memory-bar.ts';

const mib = 1024 * 1024;
const row = (path: string, bytes?: number): RowJson => {
  const names = path.split(' / ');
  return {
    name: names.at(-1) ?? '',
    path,
    level: names.length - 1,
    ...(names.length === 1 ? {} : { parent: names.slice(0, -1).join(' / ') }),
    ...(bytes === undefined ? {} : { bytes }),
  };
};
const below = `memory / ${allocatorBranch}`;
const rows = [
  row('memory', 100 * mib),
  row(below, 60 * mib),
  row(`${below} / free`, 10 * mib),
  row(`${below} / slab`, 50 * mib),
  row(`${below} / slab / dentry`, 5 * mib),
  row('memory / reserved', 40 * mib),
];
const widths = (svg: string): readonly number[] =>
  [...svg.matchAll(/<rect class="memory-part-\d+" x="[\d.]+" y="8" width="([\d.]+)"/g)].map(([, width]) => Number(width));

describe('the drawing of memory', () => {
  it('has the parts of the allocator and what was reserved, as wide as they are large', () => {
    const svg = memoryBarSvg(rows, 'm') ?? '';
    expect(widths(svg)).toEqual([72, 360, 288]);
    expect(svg).toContain('<title id="m-title">Breakdown of 100 MiB of memory</title>');
    expect(svg).toContain('<desc id="m-text">free: 10 MiB, 10 %; slab: 50 MiB, 50 %; reserved: 40 MiB, 40 %.</desc>');
    expect(svg).toContain('>2  slab: 50 MiB, 50 %</text>');
    expect(svg).not.toMatch(/#[0-9a-f]{3,6}\b|rgb\(|style=/);
  });

  it('names what could not be read, and is none where nothing is known', () => {
    const svg = memoryBarSvg([...rows, row('memory / not read'), row('memory / not read / vmalloc')], 'm') ?? '';
    expect(svg).toContain('Not read: vmalloc.</desc>');
    expect(svg).toContain('Not read: 1 part, see the table.');
    expect(memoryBarSvg([], 'm')).toBeUndefined();
    expect(memoryBarSvg([row('memory', 0)], 'm')).toBeUndefined();
    expect(memoryBarSvg([row('memory', 5)], 'm')).toBeUndefined();
  });

  it('escapes names, and stays within its width whatever the parts add up to', () => {
    const svg = memoryBarSvg([row('memory', 10), row('memory / <b>&"', 8), row('memory / second', 80)], 'm') ?? '';
    expect(svg).toContain('&lt;b&gt;&amp;&quot;');
    expect(svg).not.toContain('<b>');
    expect(widths(svg).reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(720);
    const many = memoryBarSvg([row('memory', 1000), ...Array.from({ length: 500 }, (_, at) => row(`memory / part${at}`, 2))], 'm') ?? '';
    expect(widths(many)).toHaveLength(24);
  });
});
