/**
 * Dumps of real size: peak memory of each command, and how long the first facts take. The dumps are sparse files that are made one after
 * the other and removed; the largest takes 3 GiB of the disk, and its index another GiB.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { farElf, farLkcd } from './far-page.ts';
import { filteredKdump, flattenFile, splitKdump } from './filtered-kdump.ts';
import { manyLoads } from './many-loads.ts';
import { manyKeys, manyPageRecords } from './many-pages.ts';
import { manySegments } from './many-segments.ts';
import { sparseTape, sparseVolumes } from './sparse-standalone.ts';
import { codecRates } from './bench-codecs.ts';
import type { Row } from './bench-row.ts';
import type { Bench } from './bench-run.ts';

interface LargeDump {
  readonly name: string;
  /** Makes it in a folder. @returns the file to open, and another dump to compare it with, if it is worth it */
  make(folder: string): { readonly path: string; readonly other?: string };
  /** Absolute address of a page that is stored high up. */
  readonly high: string;
  /** Its index is built, and again after a kill; the codec of its pages. */
  readonly indexed?: 'none' | 'zlib';
  /** Text that pages all over the dump have; without one a text of the kernel is looked for, which lies low. */
  readonly text?: string;
  /** Most seconds of `triage`; 1.5 unless given. */
  readonly triageSeconds?: number;
}

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const tebibyte = 2 ** 40;
const mostBytes = 512;

const single = (name: string, make: (path: string) => void): LargeDump['make'] => {
  return (folder) => {
    const path = join(folder, name);
    make(path);
    return { path };
  };
};
const set = (count: number, make: (paths: readonly string[]) => void): LargeDump['make'] => {
  return (folder) => {
    const paths = Array.from({ length: count }, (_, index) => join(folder, `part-${index}`));
    make(paths);
    return { path: paths[0] ?? '' };
  };
};

/** Of the pool that the pages of a filtered kdump share. */
const pooled = 'page 77 of';

export const largeDumps: readonly LargeDump[] = [
  {
    name: 'filtered kdump of 64 GiB',
    text: pooled,
    high: '0xf00000000',
    indexed: 'none',
    make(folder) {
      const [path, other] = [join(folder, 'a.kdump'), join(folder, 'b.kdump')];
      filteredKdump(path, { bytes: 64 * gibibyte });
      filteredKdump(other, { bytes: 64 * gibibyte, seed: 2 });
      return { path, other };
    },
  },
  {
    name: 'filtered kdump of 16 GiB in zlib',
    text: pooled,
    high: '0x300000000',
    indexed: 'zlib',
    make: single('a.kdump', (path) => filteredKdump(path, { bytes: 16 * gibibyte, codec: 'zlib' })),
  },
  { name: 'the same of 64 GiB as a split set of 4', text: pooled, high: '0xf00000000', make: set(4, (paths) => splitKdump(paths, { bytes: 64 * gibibyte })) },
  {
    name: 'the same of 64 GiB as a flattened stream',
    text: pooled,
    high: '0xf00000000',
    make(folder) {
      const [plain, path] = [join(folder, 'plain.kdump'), join(folder, 'stream.flat')];
      filteredKdump(plain, { bytes: 64 * gibibyte });
      flattenFile(plain, path);
      rmSync(plain);
      return { path };
    },
  },
  {
    name: 'filtered kdump of 1 TiB',
    text: pooled,
    high: '0xf000000000',
    indexed: 'none',
    make: single('a.kdump', (path) => filteredKdump(path, { bytes: tebibyte })),
  },
  {
    name: 'filtered kdump of 16 TiB, descriptors of 256 GiB',
    text: pooled,
    high: '0x1000000000',
    make: single('a.kdump', (path) => filteredKdump(path, { bytes: 16 * tebibyte, describedBytes: 256 * gibibyte })),
  },
  {
    name: 'ELF with 1 M PT_LOADs',
    high: '0xb0000000',
    make: single('a.elf', (path) => {
      writeFileSync(path, manyLoads(1_000_000));
    }),
  },
  {
    name: 'extended stand-alone dump of 1 M segments',
    high: '0x10000000000',
    triageSeconds: 5,
    make: set(1, (paths) => {
      manySegments(paths, 1_000_000);
    }),
  },
  {
    name: 'the same over 2 volumes, 200,000 segments',
    high: '0x4000000000',
    triageSeconds: 5,
    make: set(2, (paths) => {
      manySegments(paths, 200_000);
    }),
  },
  {
    name: 'tape dump of 64 GiB',
    high: '0xf00000000',
    make: single('a.tape', (path) => {
      sparseTape(path, 64 * gibibyte + 4096);
    }),
  },
  {
    name: 'multi-volume dump of 64 GiB',
    high: '0xf00000000',
    make: set(2, (paths) => {
      sparseVolumes(paths, 64 * gibibyte);
    }),
  },
  { name: 'LKCD of 8 M records', high: '0x1000000', triageSeconds: 5, make: single('a.lkcd', (path) => manyPageRecords(path, 8_000_000)) },
  { name: 'VMDUMP of 64 GiB', high: '0xf00000000', make: single('a.vmdump', (path) => manyKeys(path, 64 * gibibyte)) },
  {
    name: 'ELF with a page at 64 TiB',
    high: '0x400000000000',
    make: single('a.elf', (path) => {
      farElf(path);
    }),
  },
  {
    name: 'LKCD with a page at 64 TiB',
    high: '0x400000000000',
    make: single('a.lkcd', (path) => {
      farLkcd(path);
    }),
  },
];

async function indexed(bench: Bench, name: string, path: string, codec: 'none' | 'zlib'): Promise<Row[]> {
  bench.forget();
  const whole = await bench.measured(['index', '--json', '--quiet', path]);
  const { pages } = JSON.parse(whole.out) as { readonly pages: { readonly present: number; readonly zero: number; readonly total: number } };
  const stored = pages.present + pages.zero;
  const [alone] = codecRates([codec]);
  const indexBytes = bench.indexBytes();
  // Killed in the middle, and gone on with.
  bench.forget();
  const killed = await bench.measured(['index', '--json', '--quiet', path], whole.seconds / 2);
  const resumed = await bench.measured(['index', '--json', '--quiet', path]);
  return [
    { what: `${name}: index, stored pages`, value: Math.round(stored / whole.seconds), unit: 'pages/s', note: 'process start included' },
    { what: `${name}: the same`, value: Math.round(stored / whole.processor), unit: 'pages/s of a core', note: 'by processor time' },
    ...(alone === undefined
      ? []
      : [
          {
            what: `${name}: the same`,
            value: stored / whole.processor / alone.pagesPerSecond,
            unit: codec === 'none' ? 'x reading alone, by processor time' : 'x reading and decoding alone, by processor time',
            ...(codec === 'none' ? {} : { target: { least: 0.8 } }),
          },
        ]),
    { what: `${name}: peak memory of index`, value: whole.peak, unit: 'MiB', target: { most: mostBytes } },
    { what: `${name}: index size`, value: indexBytes / mebibyte / (pages.total / 262_144), unit: 'MiB per GiB of addresses', target: { most: 1.1 } },
    {
      what: `${name}: index killed half-way and resumed`,
      value: (killed.processor + resumed.processor) / whole.processor,
      unit: 'x of one run, by processor time',
      target: { most: 1.3 },
      note: `peak ${Math.round(resumed.peak)} MiB`,
    },
  ];
}

async function rowsOf(bench: Bench, dump: LargeDump, folder: string): Promise<Row[]> {
  const { name, high, text, indexed: codec, triageSeconds = 1.5 } = dump;
  const { path, other } = dump.make(folder);
  const commands: readonly (readonly [string, readonly string[], number?])[] = [
    ['info', ['info', '--json', path], 1],
    ['hex read high up', ['read', '--fill', '0', path, high, '4096'], 1],
    ['triage', ['triage', path], triageSeconds],
    ['regions', ['regions', '--json', path]],
    text === undefined
      ? ['search for a text of the kernel, its first hit', ['search', '--type', 'text', '--limit', '1', path, 'Linux version']]
      : ['search with its first 100 hits', ['search', '--type', 'text', '--limit', '100', path, text]],
    ['verify --quick', ['verify', '--quick', '--json', path]],
  ];
  const rows: Row[] = [];
  for (const [what, args, most] of commands) {
    const { seconds, processor, peak, out } = await bench.measured(args);
    rows.push(
      {
        what: `${name}: ${what}`,
        value: seconds,
        unit: 's',
        ...(most === undefined ? {} : { target: { most } }),
        note: `${(out.length / 1024).toFixed(0)} KiB of output`,
      },
      { what: `${name}: the same`, value: processor, unit: 's of processor time' },
      { what: `${name}: peak memory of ${what}`, value: peak, unit: 'MiB', target: { most: mostBytes } },
    );
  }
  if (codec !== undefined) for (const row of await indexed(bench, name, path, codec)) rows.push(row);
  if (other === undefined) return rows;
  await bench.measured(['index', '--quiet', other]);
  const { seconds, peak } = await bench.measured(['compare', path, other]);
  rows.push(
    { what: `${name}: compare of two, both indexed`, value: seconds, unit: 's' },
    { what: `${name}: peak memory of compare`, value: peak, unit: 'MiB', target: { most: mostBytes } },
  );
  return rows;
}

/** Makes a dump, measures it, and removes it with its index. */
export async function measureLarge(bench: Bench, dump: LargeDump, folder: string): Promise<readonly Row[]> {
  const own = join(folder, 'large');
  mkdirSync(own);
  try {
    return await rowsOf(bench, dump, own);
  } finally {
    rmSync(own, { recursive: true, force: true });
    bench.forget();
  }
}
