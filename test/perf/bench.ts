/**
 * `npm run bench [-- --json] [-- --large[=NAME]] [-- --only=PART] [-- FILE...]`: ratios against yardsticks of the same run, with the machine's facts and the
 * targets. Never part of the tests: machines are noisy. What is compared runs in turn within each round, and the median of
 * the rounds' ratios counts. Without files it measures dumps that it makes; it takes some twenty minutes and 11 GiB of disk. `--large` measures
 * the dumps of real size alone, or those of them that have a text in their names, `--only` the parts that have one in theirs.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { classCounts, createPageLookup } from '../../src/analysis/page-index/queries.ts';
import { readIndex } from '../../src/analysis/page-index/store.ts';
import { memoryStrip } from '../../src/analysis/page-index/strip.ts';
import { byteText } from '../../src/shared/units.ts';
import { codecRates } from './bench-codecs.ts';
import { elf, kdump, sparseTebibyte, standalone } from './bench-dumps.ts';
import { exportsAgainstDd } from './bench-exports.ts';
import { fleets } from './bench-fleet.ts';
import { inRangesAgainstOne } from './bench-ranges.ts';
import { againstLibkdumpfile, againstMakedumpfile } from './bench-kdump.ts';
import { x86Dumps } from './bench-others.ts';
import { largeDumps, measureLarge } from './bench-large.ts';
import { slowSource } from './bench-slow-source.ts';
import { startCost } from './bench-start.ts';
import { triageOfAll } from './bench-triage.ts';
import { largeSystems } from './bench-systems.ts';
import { notMeasuredLine, without, yardstick, type NotMeasured } from './yardsticks.ts';
import { runningEngine, type RunningEngine } from './bench-engine.ts';
import type { Row } from './bench-row.ts';
import { Bench, bundleCli, dropCached, median, timed } from './bench-run.ts';
import { compareDumps } from './compare-dumps.ts';
import { measureComparison } from './compare.ts';

type Measured = Row | NotMeasured;
const isMeasured = (row: Measured): row is Row => 'value' in row;

const roundCount = 5;
/** Disks differ from read to read more than memory does. */
const coldRounds = 7;
const gibibyte = 2 ** 30;
const each = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);

/** One after the other: what is measured must not overlap. */
async function rounds<T>(count: number, one: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (results.length < count) results.push(await one());
  return results;
}

const cat = (path: string): number => timed('sh', ['-c', 'cat "$1" > /dev/null', 'sh', path]);
const openssl = (path: string): number => timed('openssl', ['dgst', '-sha256', path]);

/** An index against cat and openssl of the same file: as a command, and in an engine that is up already, as behind the window. */
async function againstYardsticks(bench: Bench, engine: RunningEngine, path: string): Promise<Measured[]> {
  const name = basename(path);
  for (const id of ['cat', 'openssl'] as const) if (yardstick(id) === undefined) return [without(id, `${name}: index against cat and openssl`)];
  const { size } = statSync(path);
  cat(path);
  await engine.index(path, { workers: 2 });
  /** Seconds of processor time of an index, all threads together: what a busy machine says as well. */
  const processor = async (): Promise<number> => {
    const before = process.cpuUsage();
    await engine.index(path, { workers: 2 });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const runs = await rounds(roundCount, async () => ({
    cat: cat(path),
    running: await engine.index(path, { workers: 2 }),
    processor: await processor(),
    command: bench.indexCommand(path, '--workers', '2'),
    openssl: openssl(path),
    digest: await engine.index(path, { workers: 2, digest: true }),
    alone: await engine.index(path, { workers: 0 }),
  }));
  const ratio = (top: keyof (typeof runs)[number], bottom: keyof (typeof runs)[number]): number =>
    median(runs.map((run) => run[top] / Math.max(run[bottom], 1e-3)));
  const rate = (what: keyof (typeof runs)[number]): number => size / gibibyte / median(runs.map((run) => run[what]));
  const { indexPath } = bench.index(path);
  const running = `${name}: index in a running engine, 2 workers`;
  const command = `${name}: index command, 2 workers, process start included`;
  return [
    { what: `${name}: cat`, value: rate('cat'), unit: 'GiB/s' },
    { what: `${name}: openssl sha256`, value: rate('openssl'), unit: 'GiB/s' },
    { what: running, value: rate('running'), unit: 'GiB/s' },
    { what: running, value: ratio('cat', 'running'), unit: 'x cat', target: { least: 0.8 } },
    { what: running, value: ratio('openssl', 'running'), unit: 'x openssl sha256', target: { least: 5 } },
    { what: running, value: rate('processor'), unit: 'GiB/s of a core', note: 'by processor time' },
    { what: command, value: rate('command'), unit: 'GiB/s' },
    { what: command, value: ratio('cat', 'command'), unit: 'x cat' },
    { what: command, value: ratio('openssl', 'command'), unit: 'x openssl sha256' },
    { what: `${name}: index in one thread of a running engine`, value: ratio('cat', 'alone'), unit: 'x cat' },
    {
      what: `${name}: index --digest in a running engine, 2 workers`,
      value: ratio('openssl', 'digest'),
      unit: 'x openssl sha256',
      target: { least: 1.7 },
      note: 'every page that has bytes other than zero is hashed; 2 is the stretch',
    },
    { what: `${name}: index size`, value: (statSync(indexPath).size / size) * 1024, unit: 'MiB per GiB', target: { most: 3.1 } },
  ];
}

/** From one worker to two, and how long a cancel takes. */
async function workers(engine: RunningEngine, path: string): Promise<Row[]> {
  const name = basename(path);
  cat(path);
  await engine.index(path, { workers: 2 });
  const runs = await rounds(roundCount, async () => ({ one: await engine.index(path, { workers: 1 }), two: await engine.index(path, { workers: 2 }) }));
  const cancels = await rounds(roundCount, () => engine.cancel(path, { workers: 2 }, 150));
  const slowest = Math.max(...cancels.map((milliseconds) => milliseconds ?? 0));
  return [
    { what: `${name}: index in a running engine, from 1 to 2 workers`, value: median(runs.map(({ one, two }) => one / two)), unit: 'x as fast' },
    { what: `${name}: cancel of an index with 2 workers, slowest of ${roundCount}`, value: slowest, unit: 'ms', target: { most: 200 } },
  ];
}

/** Reading from the disk, not from memory. */
async function cold(engine: RunningEngine, path: string): Promise<Measured> {
  if (yardstick('dd') === undefined) return without('dd', `${basename(path)}: index, not in the page cache`);
  const dd = (): number => {
    dropCached(path);
    return timed('dd', [`if=${path}`, 'of=/dev/null', 'bs=1M', 'status=none']);
  };
  const index = (): Promise<number> => {
    dropCached(path);
    return engine.index(path, {});
  };
  const ratios = await rounds(coldRounds, async () => dd() / (await index()));
  return { what: `${basename(path)}: index in a running engine, not in the page cache`, value: median(ratios), unit: 'x dd', target: { least: 0.92 } };
}

async function growth(bench: Bench, paths: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const path of paths) {
    const { size } = statSync(path);
    const name = basename(path);
    rows.push({ what: `${name}: index`, value: (median(each(3, () => bench.index(path).seconds)) * gibibyte) / size, unit: 's per GiB' });
    const peak = await bench.peakMemory('index', '--quiet', path);
    if (peak !== undefined) rows.push({ what: `${name}: peak memory of the index`, value: peak / 2 ** 20, unit: 'MiB', target: { most: 512 } });
  }
  return rows;
}

function compressed(bench: Bench, folder: string): Measured[] {
  const codecs = ['zlib', 'lzo', 'snappy', 'zstd'];
  const targets: Readonly<Record<string, number>> = { lzo: 150_000, snappy: 300_000 };
  const decoding = codecRates(codecs).flatMap(({ codec, pagesPerSecond, perCall }): Row[] => [
    {
      what: `kdump ${codec}: pages read and decoded in one thread`,
      value: Math.round(pagesPerSecond),
      unit: 'pages/s',
      ...(targets[codec] === undefined ? {} : { target: { least: targets[codec] } }),
    },
    ...(perCall === undefined
      ? []
      : [
          {
            what: `kdump ${codec}: the same`,
            value: pagesPerSecond / perCall,
            unit: 'x node:zlib per call',
            target: { least: 1.5 },
            note: 'the reference is one call of node:zlib for each page',
          },
        ]),
  ]);
  const indexing = codecs.flatMap((codec): Measured[] => {
    const path = kdump(folder, codec, 32);
    const { size } = statSync(path);
    const runs = each(3, () => ({ one: bench.index(path, ['--workers', '1']).seconds, two: bench.index(path, ['--workers', '2']).seconds }));
    return [
      { what: `kdump ${codec}: index, 2 workers`, value: size / 2 ** 20 / median(runs.map(({ two }) => two)), unit: 'MiB/s of the file' },
      { what: `kdump ${codec}: index, from 1 to 2 workers`, value: median(runs.map(({ one, two }) => one / two)), unit: 'x as fast' },
      ...againstLibkdumpfile(bench, path, `kdump ${codec}`),
    ];
  });
  return [...decoding, ...indexing];
}

async function x86(bench: Bench): Promise<Measured[]> {
  const dumps = await x86Dumps();
  if (dumps.length === 0) return [{ what: 'x86 dumps against makedumpfile', why: 'test/dumps has none' }];
  return dumps.flatMap((path) => againstMakedumpfile(bench, path));
}

async function firstLook(bench: Bench, path: string): Promise<Row[]> {
  const name = basename(path);
  const peak = await bench.peakMemory('triage', '--quiet', path);
  return [
    {
      what: `${name}: first facts`,
      value: median(each(roundCount, () => bench.command('triage', '--json', path))),
      unit: 's',
      target: { most: 1 },
      note: 'process start included',
    },
    {
      what: `${name}: first hex bytes`,
      value: median(each(roundCount, () => bench.command('read', path, '0x0', '4096'))),
      unit: 's',
      target: { most: 2 },
      note: 'likewise',
    },
    ...(peak === undefined ? [] : [{ what: `${name}: peak memory of first facts`, value: peak / 2 ** 20, unit: 'MiB', target: { most: 512 } }]),
  ];
}

function queries(bench: Bench, path: string): Row[] {
  const { indexPath, pages } = bench.index(path);
  const reader = readIndex(indexPath);
  const lookup = createPageLookup(reader);
  const microseconds = (work: () => void): number => {
    const started = performance.now();
    work();
    return (performance.now() - started) * 1000;
  };
  let pfn = 1;
  const next = (): void => {
    pfn = (pfn * 48_271) % 2_147_483_647;
    lookup.page(pfn % pages.total);
  };
  const end = BigInt(pages.total) * 4096n;
  /** The index is complete: nothing is asked of the container. */
  const whole = {
    counts: (): never => {
      throw new Error('every page is indexed');
    },
  };
  const first = each(16, () => microseconds(next));
  each(2000, next);
  const rows: Row[] = [
    { what: 'page lookup anywhere, block looked at before, p50', value: median(each(2000, () => microseconds(next))), unit: 'us', target: { most: 10 } },
    { what: 'page lookup anywhere, the first ones, p50', value: median(first), unit: 'us', note: 'a block of 4096 pages is read and its checksum looked at' },
    { what: 'class histogram', value: median(each(50, () => microseconds(() => classCounts(reader)))) / 1000, unit: 'ms', target: { most: 1 } },
    { what: 'memory strip of 1024 buckets', value: median(each(20, () => microseconds(() => memoryStrip(reader, whole, 0n, end, 1024)))) / 1000, unit: 'ms' },
  ];
  reader.close();
  return rows;
}

const met = ({ value, target }: Row): string => {
  if (target === undefined) return '';
  const [bound, fine] = 'least' in target ? [`>= ${target.least}`, value >= target.least] : [`<= ${target.most}`, value <= target.most];
  return `${bound}${fine ? '' : ' (missed)'}`;
};

const number = (value: number): string => (value >= 1000 ? String(Math.round(value)) : value.toPrecision(3));

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${number(row.value)} ${row.unit} | ${met(row)} | ${row.note ?? ''} |`);
  return ['| what | measured | target | note |', '|---|---|---|---|', ...lines].join('\n');
}

const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'dumpbench-bench-'));
try {
  bundleCli();
  const bench = new Bench(folder);
  const engine = runningEngine(folder);
  const given = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const large = process.argv.find((argument) => argument === '--large' || argument.startsWith('--large='));
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
  const rows: Row[] = [];
  const say = (text: string): void => {
    process.stderr.write(`bench: ${text}\n`);
  };
  /** Each at once: a run that is ended early has said what it measured. */
  const missing: NotMeasured[] = [];
  const add = (...measured: readonly Measured[]): void => {
    for (const row of measured) {
      if (isMeasured(row)) rows.push(row);
      else missing.push(row);
      say(`  ${row.what}: ${isMeasured(row) ? `${number(row.value)} ${row.unit}` : `not measured, ${row.why}`}`);
    }
  };
  /** A part that fails is not measured; the others are. */
  const part = async (name: string, measure: () => Promise<readonly Measured[]> | readonly Measured[]): Promise<void> => {
    if (only !== undefined && !name.includes(only)) return;
    say(name);
    try {
      add(...(await measure()));
    } catch (error) {
      add({ what: name, why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) });
    }
  };
  for (const path of given) await part(path, async () => [...(await againstYardsticks(bench, engine, path)), ...(await firstLook(bench, path))]);
  if (given.length === 0 && large === undefined) {
    const made = new Map<number, string>();
    const standaloneOf = (mebibytes: number): string => {
      const path = made.get(mebibytes) ?? standalone(folder, mebibytes);
      made.set(mebibytes, path);
      return path;
    };
    const raw = (): string => standaloneOf(1024);
    const fourGibibytes = (): string => standaloneOf(4096);
    await part('first facts', async () => [...(await firstLook(bench, sparseTebibyte(folder))), ...(await firstLook(bench, raw()))]);
    await part('a raw ELF dump against cat and openssl', () => againstYardsticks(bench, engine, elf(folder, 1024)));
    await part('a raw stand-alone dump against cat and openssl', () => againstYardsticks(bench, engine, raw()));
    await part('a cold dump', async () => [await cold(engine, raw())]);
    await part('4 GiB against cat and openssl', async () => [
      ...(await againstYardsticks(bench, engine, fourGibibytes())),
      ...(await workers(engine, fourGibibytes())),
    ]);
    await part('queries', async () => {
      const { name, seconds, note } = await measureComparison();
      return [...queries(bench, raw()), { what: name, value: seconds * 1000, unit: 'ms', target: { most: 15 }, note }];
    });
    await part('compressed dumps', () => compressed(bench, folder));
    await part('x86 dumps', () => x86(bench));
    await part('the start of a command', () => startCost(bench, kdump(folder, 'lzo', 32)));
    await part('triage of real dumps', () => triageOfAll(bench));
    await part('slow sources', () => (yardstick('cc') === undefined ? [without('cc', 'index from a source of a given speed')] : slowSource(bench, raw())));
    await part('fleets', () => fleets(folder, standaloneOf(256), fourGibibytes()));
    await part('a large system', () => largeSystems(bench, folder));
    await part('exports', () => exportsAgainstDd(bench, folder, raw()));
    await part('ranges', () => inRangesAgainstOne(folder, raw()));
    await part('growth', () => growth(bench, [standaloneOf(256), raw(), fourGibibytes()]));
    await part('comparing', async () => {
      const { engine: inEngine, command } = await compareDumps(bench, folder, fourGibibytes());
      return [
        {
          what: 'two indexed dumps of 4 GiB compared',
          value: inEngine,
          unit: 's',
          target: { most: 1 },
          note: 'with CPUs, lowcores, notes and texts; the dumps are open',
        },
        {
          what: 'two indexed dumps of 4 GiB compared by the command',
          value: command,
          unit: 's',
          target: { most: 1 },
          note: 'process start and opening included',
        },
      ];
    });
  }
  if (given.length === 0) {
    for (const dump of largeDumps)
      if (large !== undefined || only === undefined ? dump.name.includes(large?.split('=')[1] ?? '') : dump.name.includes(only))
        await part(dump.name, () => measureLarge(bench, dump, folder));
  }
  engine.close();
  const machine = {
    cpus: availableParallelism(),
    model: cpus()[0]?.model ?? '',
    architecture: arch(),
    memory: totalmem(),
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ machine, measurements: rows, notMeasured: missing }, undefined, 2)}\n`);
  else {
    const about = `${machine.cpus} x ${machine.model}, ${byteText(machine.memory)}, Node ${machine.node}, load ${machine.load.toFixed(1)}; took ${machine.seconds} s`;
    process.stdout.write(`${about}\n\n${table(rows)}\n`);
    const last = notMeasuredLine(missing);
    if (last !== undefined) process.stdout.write(`\n${last}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
