/** Zones and free blocks on described memory: the numbers, damage that gives less, lists that lead back, and a list that is too long. */
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { buddy } from '../../../src/analysis/kernel/analyses/buddy.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { freeListShape, walkFreeList, type FreeList } from '../../../src/analysis/kernel/pages/free-lists.ts';
import { zones } from '../../../src/analysis/kernel/analyses/zones.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import { isFailure, type Missing } from '../../../src/shared/result.ts';
import { describedKernel } from './described-structs.ts';
import {
  describedZone as described,
  freeList as list,
  headAt,
  linkAt,
  pageAt,
  zoneAt,
  zonePlaces as places,
  zoneStructs as structs,
  zoneVmcoreinfo as vmcoreinfo,
} from './described-zones.ts';

async function answer(analysis: Analysis, memory: MemoryImage): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const made = describedKernel(memory, { types: structs.types(), symbols: { vmemmap: places.vmemmap }, vmcoreinfo });
  const kernel = { ...made, symbols: undefined, cpus: [{ number: 0, perCpuOffset: 0n }], why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const { rows, missing } = await runAnalysis(analysis, kernel, run);
  return { rows: [...before, ...rows], missing };
}

const zoneRow = {
  zone: 'DMA',
  node: 0,
  address: `0x${zoneAt.toString(16)}`,
  free: 10,
  pending: 1,
  min: 12,
  low: 14,
  high: 16,
  boost: 2,
  perCpu: 7,
  managed: 40,
  present: 50,
  spanned: 64,
  start: '0x0',
  bytes: 40 * 4096,
};
const blockRow = (order: number, type: string, blocks: number): RowJson => ({
  node: 0,
  zone: 'DMA',
  order,
  type,
  blocks,
  bytes: blocks * 4096 * 2 ** order,
  blockBytes: 4096 * 2 ** order,
});
const blockRows = [
  blockRow(0, 'Unmovable', 1),
  blockRow(0, 'Movable', 2),
  blockRow(1, 'Unmovable', 0),
  blockRow(1, 'Movable', 0),
  blockRow(2, 'Unmovable', 0),
  blockRow(2, 'Movable', 2),
];

describe('free memory', () => {
  it('is counted by zone and by block', async () => {
    expect(await answer(zones, described())).toEqual({ rows: [zoneRow], missing: [] });
    expect(await answer(buddy, described())).toEqual({ rows: blockRows, missing: [] });
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (_name, at) => {
    for (const [analysis, whole] of [
      [zones, [zoneRow]],
      [buddy, blockRows],
    ] as const) {
      const { rows, missing } = await answer(analysis, described().fill(at, 0x1000, 0));
      const key = ({ zone, order, type }: RowJson): string => [zone, order, type].join();
      for (const row of rows)
        for (const [name, value] of Object.entries(row))
          expect([name, value]).toEqual([name, whole.find((one: RowJson) => key(one) === key(row))?.[name as never]]);
      if (rows.length < whole.length) expect(missing.length).toBeGreaterThan(0);
    }
  });

  it.each([
    ['leads back', (memory: MemoryImage) => memory.u64(linkAt(5), BigInt(linkAt(5)))],
    ['leads to a block of another order', (memory: MemoryImage) => structs.put(memory, pageAt(6), 'page', { private: 2 })],
  ])('of a list that %s the blocks are not stated, the others are', async (_what, damage) => {
    const memory = described();
    damage(memory);
    const { rows, missing } = await answer(buddy, memory);
    expect(rows).toEqual(blockRows.filter(({ order, type }) => order !== 0 || type !== 'Movable'));
    expect(missing).toEqual([expect.objectContaining({ what: 'free blocks of order 0 in zone DMA of node 0' })]);
  });

  it('names a block that is not where one of its size can be, and a count that its lists do not have', async () => {
    const memory = described();
    list(memory, 2, 1, [8, 15]);
    expect((await answer(buddy, memory)).missing[0]?.why).toContain('where there is no such structure');
    const other = described();
    structs.put(other, zoneAt, 'zone', { 'free_area[0].nr_free': 4 });
    expect(await answer(buddy, other)).toEqual({
      rows: blockRows,
      missing: [expect.objectContaining({ what: 'free blocks of order 0 in zone DMA of node 0', why: 'nr_free counts 4, and 3 are in the lists' })],
    });
  });
});

describe('a list of more blocks than are looked at', () => {
  it('ends with what was reached', () => {
    const frames = Array.from({ length: 200 }, (_, at) => at);
    const memory = new MemoryImage(0x10_000, 'big');
    for (let at = 0; at < places.array; at += 0x1000) memory.write(at, described().read(at, 0x1000));
    structs.put(memory, zoneAt, 'zone', { spanned_pages: 300 });
    list(memory, 0, 0, frames);
    const { objects } = describedKernel(memory, { types: structs.types(), symbols: { vmemmap: places.vmemmap }, vmcoreinfo });
    const shape = freeListShape(objects);
    if (isFailure(shape)) throw new Error(shape.missing.why);
    const walk = (most: number): FreeList => finish(walkFreeList(objects, objects.at(BigInt(zoneAt), 'zone'), shape.value, BigInt(headAt(0, 0)), 0, most));
    expect(walk(200)).toEqual({ blocks: 200 });
    expect(walk(50).broken).toContain('more than 50 members');
  });
});
