/**
 * `npm run bench [-- FILE...]`: ratios against yardsticks of the same run, with the machine's facts. Never part of the tests:
 * machines are noisy. Without files it measures builder-made dumps and a sparse 1 TiB stand-alone dump.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { arch, cpus, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCase } from '../../src/samples/case-text.ts';
import { measureComparison } from './compare.ts';
import { byteText } from '../../src/shared/units.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const repeats = 5;

interface Measurement {
  readonly name: string;
  readonly seconds: number;
  /** What it is compared with, and how often faster than that it is. */
  readonly ratios?: Readonly<Record<string, number>>;
  readonly peakMemory?: number;
  readonly note?: string;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Median wall time of a command, after one run that fills the page cache. */
function time(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, before: () => void = () => undefined): number {
  const times: number[] = [];
  for (let run = 0; run <= repeats; run += 1) {
    before();
    const started = performance.now();
    const done = spawnSync(command, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr.toString()}`);
    if (run > 0) times.push((performance.now() - started) / 1000);
  }
  return median(times);
}

/** Peak resident memory of a command in bytes, by GNU time where it is installed. */
function peakMemory(args: readonly string[], environment: NodeJS.ProcessEnv): number | undefined {
  const done = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const last = done.error === undefined ? done.stderr.toString().trim().split('\n').at(-1) : undefined;
  return last !== undefined && /^\d+$/.test(last) ? Number(last) * 1024 : undefined;
}

/** A stand-alone dump of 1 TiB that takes a few KiB on disk: the first MiB is real, the rest a hole. */
function sparseTebibyte(folder: string): string {
  const path = join(folder, 'sparse-1tib.s390');
  const small = buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n');
  const size = 1n << 40n;
  const header = Buffer.from(small);
  header.writeBigUInt64BE(size, 0x18);
  const marker = header.subarray(header.length - 16);
  const file = openSync(path, 'w');
  writeSync(file, header, 0, header.length - 16, 0);
  ftruncateSync(file, Number(size) + 4096);
  writeSync(file, marker, 0, 16, Number(size) + 4096);
  closeSync(file);
  return path;
}

function measureDump(path: string, folder: string): Measurement[] {
  const name = basename(path);
  const { size } = statSync(path);
  const environment = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const dropIndex = (): void => {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
  };
  const start = time(process.execPath, [cli, '--version']);
  const triage = time(process.execPath, [cli, 'triage', '--json', path], environment);
  const cat = time('sh', ['-c', 'cat "$1" > /dev/null', 'sh', path]);
  const openssl = time('openssl', ['dgst', '-sha256', path]);
  const index = time(process.execPath, [cli, 'index', '--quiet', path], environment, dropIndex);
  const digest = time(process.execPath, [cli, 'index', '--digest', '--quiet', path], environment, dropIndex);
  const net = (seconds: number): number => Math.max(seconds - start, 1e-3);
  dropIndex();
  const memory = peakMemory([cli, 'index', '--quiet', path], environment);
  const indexBytes = indexSize(path, environment);
  const ratios = (seconds: number): Record<string, number> => ({ cat: cat / net(seconds), openssl: openssl / net(seconds) });
  return [
    { name: `${name}: first facts (triage, process start included)`, seconds: triage },
    { name: `${name}: cat`, seconds: cat, note: `${byteText(Math.round(size / cat))}/s` },
    { name: `${name}: openssl dgst -sha256`, seconds: openssl, note: `${byteText(Math.round(size / openssl))}/s` },
    {
      name: `${name}: index`,
      seconds: index,
      ratios: ratios(index),
      ...(memory === undefined ? {} : { peakMemory: memory }),
      ...(indexBytes === undefined ? {} : { note: `${byteText(Math.round((indexBytes / size) * 2 ** 30))} index per GiB` }),
    },
    { name: `${name}: index --digest`, seconds: digest, ratios: ratios(digest) },
  ];
}

function indexSize(path: string, environment: NodeJS.ProcessEnv): number | undefined {
  const done = spawnSync(process.execPath, [cli, 'index', '--json', '--quiet', path], { env: environment, encoding: 'utf8' });
  const { indexPath } = JSON.parse(done.stdout) as { indexPath?: string };
  return indexPath === undefined ? undefined : statSync(indexPath).size;
}

function measureSparse(folder: string): Measurement[] {
  const path = sparseTebibyte(folder);
  const environment = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const memory = peakMemory([cli, 'triage', path], environment);
  return [
    {
      name: '1 TiB sparse: first facts (triage, process start included)',
      seconds: time(process.execPath, [cli, 'triage', '--json', path], environment),
      ...(memory === undefined ? {} : { peakMemory: memory }),
    },
    { name: '1 TiB sparse: first bytes at the end of memory', seconds: time(process.execPath, [cli, 'read', path, '0xfffffff000', '4096'], environment) },
  ];
}

function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map((one) => {
    const ratios = Object.entries(one.ratios ?? {}).map(([than, ratio]) => `${ratio.toFixed(2)} x ${than}`);
    const memory = one.peakMemory === undefined ? [] : [`peak ${byteText(one.peakMemory)}`];
    return `| ${one.name} | ${one.seconds.toFixed(3)} s | ${[...ratios, ...memory, ...(one.note === undefined ? [] : [one.note])].join(', ')} |`;
  });
  return ['| what | median | ratios and notes |', '|---|---|---|', ...rows].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'dumpbench-bench-'));
try {
  const given = process.argv.slice(2).filter((argument) => argument !== '--json');
  const files = given.length > 0 ? given : [join(folder, 'builder.s390')];
  if (given.length === 0)
    writeFileSync(
      files[0] ?? '',
      buildCase('memory 256 MiB\nrandom 0x100000 32 MiB\nlines 0x4000000 32 MiB\npointers 0x8000000 32 MiB\nformat s390 producer=zipl\n'),
    );
  const measurements = [await measureComparison(), ...measureSparse(folder), ...files.flatMap((file) => measureDump(file, folder))];
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', architecture: arch(), memory: totalmem(), node: process.versions.node };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ machine, measurements }, undefined, 2)}\n`);
  else process.stdout.write(`${machine.cpus} x ${machine.model}, ${byteText(machine.memory)}, Node ${machine.node}\n\n${table(measurements)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
