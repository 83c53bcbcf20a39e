/** Numbers of a zone that contradict each other, or that no memory has: they are left out, and what they were held against is named. */
import { describe, expect, it } from 'vitest';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { zones } from '../../../src/analysis/kernel/analyses/zones.ts';
import type { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { describedKernel } from './described-structs.ts';
import { describedZone, zoneAt, zonePlaces, zoneStructs, zoneVmcoreinfo } from './described-zones.ts';

const reserveAt = zonePlaces.name + 0x100;

async function answer(memory: MemoryImage): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const described = describedKernel(memory, { types: zoneStructs.types(), symbols: { totalreserve_pages: reserveAt }, vmcoreinfo: zoneVmcoreinfo });
  const kernel = { ...described, cpus: [{ number: 0, perCpuOffset: 0n }], why: () => undefined } as unknown as AnalysisKernel;
  return runAnalysis(zones, kernel, { parameters: {}, first: 0, limit: 10, signal: new AbortController().signal, report: () => undefined });
}

const whole = {
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
const all = 0xffff_ffff_ffff_ffffn;
const marks = ['min', 'low', 'high'];

describe('numbers of a zone', () => {
  it('are facts where they fit each other', async () => {
    expect(await answer(describedZone().u64(reserveAt, 5n))).toMatchObject({ rows: [whole], missing: [] });
  });

  it.each([
    ['no managed pages, and free ones', { managed_pages: 0 }, ['managed', 'bytes', 'free', 'perCpu', 'boost', ...marks]],
    ['less than no managed pages', { managed_pages: all }, ['managed', 'bytes']],
    ['more managed than present pages', { managed_pages: 51 }, ['managed', 'bytes', 'present']],
    ['more present than spanned pages', { present_pages: 65 }, ['present', 'spanned']],
    ['no spanned pages', { spanned_pages: 0 }, ['present', 'spanned', 'managed', 'bytes']],
    ['spanned pages beyond all memory', { spanned_pages: all }, ['spanned']],
    ['a first page beyond all memory', { zone_start_pfn: all }, ['start']],
    ['more free than managed pages', { 'vm_stat[0]': 41 }, ['free', 'managed', 'bytes']],
    ['far less than no free pages', { 'vm_stat[0]': 0x8000_0000_0000_0000n }, ['free']],
    ['a boost of more than all pages', { watermark_boost: all }, ['boost', ...marks]],
    ['watermarks out of order', { '_watermark[0]': 13 }, marks],
    ['a watermark that was lost', { '_watermark[0]': 0 }, marks],
    ['watermarks beyond all memory', { '_watermark[0]': all - 4n, '_watermark[1]': all - 2n, '_watermark[2]': all }, marks],
    [
      'no watermarks after the boot',
      { managed_pages: 20_000, present_pages: 20_000, spanned_pages: 20_000, '_watermark[0]': 0, '_watermark[1]': 0, '_watermark[2]': 0 },
      marks,
    ],
  ] as const)('are left out: %s', async (_name, values, lost) => {
    const memory = describedZone().u64(reserveAt, 5n);
    zoneStructs.put(memory, zoneAt, 'zone', values);
    const { rows, missing } = await answer(memory);
    const [row = {}] = rows;
    expect(Object.keys(whole).filter((key) => !(key in row))).toEqual(Object.keys(whole).filter((key) => (lost as readonly string[]).includes(key)));
    expect(missing.length).toBeGreaterThan(0);
    for (const { what } of missing) expect(what).toMatch(/^zone\./);
  });
});
