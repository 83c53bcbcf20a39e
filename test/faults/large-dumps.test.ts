/** Dumps of real size in bounded memory and with bounded output; how long that takes is the benchmark's subject. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filteredKdump, type FilteredDump } from '../perf/filtered-kdump.ts';
import { manyLoads } from '../perf/many-loads.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { peakRuns } from './peak-run.ts';

const folder = scratchFolder();
const mebibyte = 2 ** 20;

const peakOf = peakRuns(folder);

describe('a filtered dump of 64 GiB', () => {
  const path = join(folder, 'filtered.kdump');
  let dump: FilteredDump;
  beforeAll(() => {
    dump = filteredKdump(path, { bytes: 64 * 2 ** 30 });
  });

  it('holds millions of runs', () => {
    expect(dump.runs).toBeGreaterThan(1_000_000);
    expect(dump.storedPages).toBeGreaterThan(5_000_000);
  });

  it.each([
    ['info', '--json'],
    ['triage'],
    ['regions', '--json'],
    ['search', '--type', 'text', '--limit', '100', 'page 77 of'],
    ['verify', '--quick', '--json'],
  ])(
    '%s: at most 512 MiB of memory and 2 MiB of output',
    async (command, ...options) => {
      const pattern = command === 'search' ? options.splice(-1) : [];
      const { out, code, peak } = await peakOf(command, path, ...pattern, ...options);
      expect([0, 1]).toContain(code);
      expect(peak).toBeLessThan(512 * mebibyte);
      expect(out.length).toBeLessThan(2 * mebibyte);
    },
    300_000,
  );

  it('regions: exact totals in the joined rows, and every range if requested', async () => {
    const joined = JSON.parse((await peakOf('regions', path, '--json')).out) as { regions: { pages?: Record<string, number> }[]; summarized?: boolean };
    expect(joined.summarized).toBe(true);
    expect(joined.regions.reduce((sum, { pages }) => sum + (pages?.present ?? 0), 0)).toBe(dump.storedPages);
    const exact = JSON.parse((await peakOf('regions', path, '--json', '--exact', '--range', '0x40000000-0x48000000')).out) as {
      regions: { kind: string; start: string; end: string }[];
    };
    // 128 MiB of runs of 12 pages: more than one page of answers.
    expect(exact.regions.length).toBeGreaterThan(4096);
    for (const [index, region] of exact.regions.entries()) if (index > 0) expect(region.start).toBe(exact.regions[index - 1]?.end);
  });

  it('index: at most 512 MiB of memory, and at most 1.1 MiB of index for a GiB of addresses', async () => {
    const index = join(folder, 'filtered.sqlite');
    const { out, code, peak } = await peakOf('index', path, '--index', index, '--json');
    expect(code).toBe(0);
    const { pages } = JSON.parse(out) as { pages: Record<string, number> };
    expect((pages.present ?? 0) + (pages.zero ?? 0)).toBe(dump.storedPages);
    expect(pages.unreadable).toBe(0);
    expect(peak).toBeLessThan(512 * mebibyte);
    expect(readFileSync(index).length / 64).toBeLessThan(1.1 * mebibyte);
    // The index has the first ranges alone: a query streams all of them from the dump.
    const [first, end] = [12_000_000, 12_200_000];
    const query = `SELECT count(*), min(start_pfn), max(end_pfn), sum(end_pfn - start_pfn) FROM extent(${first}, ${end})`;
    const { rows } = JSON.parse((await peakOf('sql', path, query, '--index', index, '--json')).out) as { rows: [number, number, number, number][] };
    const [count = 0, from = 0, to = 0, sum = 0] = rows[0] ?? [];
    expect(count).toBeGreaterThan(20_000);
    expect([from <= first, to >= end, sum]).toEqual([true, true, to - from]);
  }, 900_000);
});

describe('an ELF file with a million PT_LOADs', () => {
  const path = join(folder, 'loads.elf');
  beforeAll(() => {
    writeFileSync(path, manyLoads(1_000_000));
  });

  it.each(['info', 'triage', 'regions'])(
    '%s: at most 400 MiB of memory and 2 MiB of output',
    async (command) => {
      const { out, code, peak } = await peakOf(command, path, '--json');
      expect(code).toBe(0);
      expect(peak).toBeLessThan(400 * mebibyte);
      expect(out.length).toBeLessThan(2 * mebibyte);
      if (command === 'info') {
        const { memory } = JSON.parse(out) as { memory: { ranges: unknown[]; rangeCount: number } };
        expect([memory.ranges.length, memory.rangeCount]).toEqual([256, 1_000_000]);
      }
    },
    300_000,
  );
});
