/** Containers of large systems in each format whose index of pages or segments grows with the dump: memory and output stay bounded. */
import { mkdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { farAddress, farElf, farLkcd } from '../perf/far-page.ts';
import { filteredKdump, flattenFile, splitKdump } from '../perf/filtered-kdump.ts';
import { manyKeys, manyPageRecords } from '../perf/many-pages.ts';
import { manySegments } from '../perf/many-segments.ts';
import { sparseTape, sparseVolumes } from '../perf/sparse-standalone.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { peakRuns } from './peak-run.ts';

const scratch = scratchFolder();
/** A folder of its own for each dump: the files of a set are found by the folder. */
const folder = join(scratch, 'dump');
const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

beforeEach(() => {
  mkdirSync(folder);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const paths = (...names: readonly string[]): string[] => names.map((name) => join(folder, name));

interface InfoFacts {
  readonly memory: { readonly end: string; readonly ranges: readonly unknown[] };
}
interface RegionFacts {
  readonly regions: readonly { readonly pages?: Readonly<Record<string, number>>; readonly kind: string; readonly start: string; readonly end: string }[];
}

const peakOf = peakRuns(scratch);

/** What a command prints, where it stays within its bounds. */
async function printed(most: number, command: string, ...args: readonly string[]): Promise<string> {
  const { out, err, code, peak } = await peakOf(command, ...args);
  expect([0, 1], `${command}: ${err}`).toContain(code);
  expect(peak, `peak memory of ${command}`).toBeLessThan(most);
  expect(out.length, `output of ${command}`).toBeLessThan(2 * mebibyte);
  return out;
}

const said = async <T>(command: string, path: string, most: number, ...args: readonly string[]): Promise<T> =>
  JSON.parse(await printed(most, command, path, ...args, '--json')) as T;

/** Pages of a state over all rows: joined ones count them, others are of it as a whole. */
function pagesOf({ regions }: RegionFacts, word: string, kind: string): number {
  let sum = 0;
  for (const { pages, kind: own, start, end } of regions) {
    if (pages !== undefined) sum += pages[word] ?? 0;
    else if (own === kind) sum += Number((BigInt(end) - BigInt(start)) / 4096n);
  }
  return sum;
}

/** The resident size of a process that has done nothing is 110 MiB. */
const small = 256 * mebibyte;

describe('first facts and regions in bounded memory', () => {
  it('of three million LKCD records, each of its own page', async () => {
    const [path = ''] = paths('records.lkcd');
    const { storedPages } = manyPageRecords(path, 3_000_000);
    await said('info', path, small);
    expect(pagesOf(await said<RegionFacts>('regions', path, small), 'present', 'stored')).toBe(storedPages);
  });

  it('of a VMDUMP of 64 GiB', async () => {
    const [path = ''] = paths('keys.vmdump');
    const { storedPages } = manyKeys(path, 64 * gibibyte);
    await said('info', path, small);
    expect(pagesOf(await said<RegionFacts>('regions', path, small), 'present', 'stored')).toBe(storedPages);
  });

  it('of a stand-alone dump of 30,000 segments, in one file and over volumes', async () => {
    const segments = 30_000;
    for (const files of [paths('one.s390'), paths('first.s390', 'second.s390')]) {
      const [path = ''] = files;
      manySegments(files, segments);
      const { memory } = await said<InfoFacts>('info', path, small);
      expect(Number(BigInt(memory.end) / BigInt(mebibyte))).toBeGreaterThan(2 * segments);
      const stored = pagesOf(await said<RegionFacts>('regions', path, small), 'present', 'stored');
      expect(stored).toBeGreaterThanOrEqual(segments * 256);
      for (const file of files) rmSync(file);
    }
  });

  it('of a chain of more segments than first facts wait for: the part is reported as such, and whatever needs all of them reads the rest', async () => {
    const segments = 40_000;
    const [path = ''] = paths('chain.s390');
    manySegments([path], segments);
    const { container, provenance, findings } = await said<{
      container: Readonly<Record<string, unknown>>;
      provenance: Readonly<Record<string, unknown>>;
      findings: readonly { readonly id: string }[];
    }>('info', path, small);
    expect(container).not.toHaveProperty('complete');
    expect(container).not.toHaveProperty('storedBytes');
    expect(provenance).not.toHaveProperty('/container/complete');
    expect(provenance).not.toHaveProperty('/times/dumpEnd');
    expect(findings.map(({ id }) => id)).toContain('container-complete/read-in-part');
    // The last segment lies far behind the part, and is a hole of the file: stored zeros.
    const high = `0x${(BigInt(2 * segments) * BigInt(mebibyte)).toString(16)}`;
    expect((await said<{ absent: readonly unknown[]; hex: string }>('read', path, small, high, '16')).absent).toEqual([]);
    const triaged = async (): Promise<{ container: { complete: boolean }; findings: readonly { readonly id: string }[] } | undefined> =>
      (await said<{ dumps: readonly { info: { container: { complete: boolean }; findings: readonly { readonly id: string }[] } }[] }>('triage', path, small))
        .dumps[0]?.info;
    const whole = await triaged();
    expect(whole?.container.complete).toBe(true);
    expect(whole?.findings.map(({ id }) => id)).not.toContain('container-complete/read-in-part');
    expect(pagesOf(await said<RegionFacts>('regions', path, small), 'present', 'stored')).toBeGreaterThanOrEqual(segments * 256);
    // Cut after the part: only the whole chain shows it.
    truncateSync(path, statSync(path).size - 2 * mebibyte);
    expect((await triaged())?.container.complete).toBe(false);
  });

  it('of tape and multi-volume dumps of 64 GiB', async () => {
    const [tape = ''] = paths('large.tape');
    const bytes = 64 * gibibyte + 4096;
    sparseTape(tape, bytes);
    expect(pagesOf(await said<RegionFacts>('regions', tape, small), 'present', 'stored')).toBe(bytes / 4096);
    rmSync(tape);
    const volumes = paths('volume-0.s390', 'volume-1.s390');
    sparseVolumes(volumes, 64 * gibibyte);
    const info = await said<{ container: { complete: boolean } }>('info', volumes[0] ?? '', small);
    expect(info.container.complete).toBe(true);
    expect(pagesOf(await said<RegionFacts>('regions', volumes[0] ?? '', small), 'present', 'stored')).toBe((64 * gibibyte) / 4096);
  });

  it('of one page at 64 TiB, in an ELF core and in an LKCD dump', async () => {
    const files = paths('far.elf', 'far.lkcd');
    farElf(files[0] ?? '');
    farLkcd(files[1] ?? '');
    for (const path of files) {
      const { memory } = await said<InfoFacts>('info', path, small);
      expect(memory.ranges.length).toBeLessThan(10);
      const { regions } = await said<RegionFacts>('regions', path, small);
      expect(regions.length).toBeLessThan(100);
      expect(regions.some(({ start, kind }) => BigInt(start) === BigInt(farAddress) && kind === 'stored')).toBe(true);
    }
  });

  it('of a filtered dump of 64 GiB as a split set and as a flattened stream', async () => {
    const parts = paths('split-0', 'split-1', 'split-2', 'split-3');
    const { storedPages } = splitKdump(parts, { bytes: 64 * gibibyte });
    expect(pagesOf(await said<RegionFacts>('regions', parts[0] ?? '', small), 'present', 'stored')).toBe(storedPages);
    for (const part of parts) rmSync(part);
    const [plain = '', flat = ''] = paths('plain.kdump', 'stream.flat');
    filteredKdump(plain, { bytes: 64 * gibibyte });
    flattenFile(plain, flat);
    rmSync(plain);
    expect(pagesOf(await said<RegionFacts>('regions', flat, small), 'present', 'stored')).toBe(storedPages);
  });
});

describe('a comparison of two filtered dumps', () => {
  it('holds neither their runs nor their pages', async () => {
    const [left = '', right = ''] = paths('left.kdump', 'right.kdump');
    for (const [path, seed] of [
      [left, 1],
      [right, 2],
    ] as const)
      filteredKdump(path, { bytes: 4 * gibibyte, seed, pool: 256 });
    const out = await printed(512 * mebibyte, 'compare', left, right);
    // Most runs of the two do not coincide: hundreds of thousands of pages differ, and none of their ranges is listed.
    const differing = /changed\s+([\d,]+)/.exec(out)?.[1]?.replaceAll(',', '');
    expect(Number(differing)).toBeGreaterThan(100_000);
    expect(out.length).toBeLessThan(64 * 1024);
  });
});
