/** A dump of a large system: 512 CPUs, 200,000 tasks, a million symbols of the kernel, a log of 16 MiB, 2,000 modules, in bounded memory. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { largest, largeSystem, type LargeDump } from '../perf/large-system.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { peakRuns } from './peak-run.ts';

const folder = scratchFolder();
const mebibyte = 2 ** 20;
/** What is promised; from its sources the program takes some 40 MiB more than its bundle, and the collector comes later on a busy machine. */
const bound = 512 * mebibyte;
const margin = 96 * mebibyte;
const minutes = 600_000;

const peakOf = peakRuns(folder);

const path = join(folder, 'large.elf');
let dump: LargeDump;
beforeAll(() => {
  dump = largeSystem(path);
}, minutes);

async function answer<T>(...args: readonly string[]): Promise<T> {
  const { out, code, peak } = await peakOf(...args);
  expect(code).toBe(0);
  expect(peak).toBeLessThan(bound + margin);
  return JSON.parse(out) as T;
}

describe('a large system', () => {
  it.each([
    ['triage', path],
    ['cpus', path],
    ['info', path, '--json'],
    ['modules', path, '--json'],
    ['backtrace', path, '--json'],
    ['verify', path, '--quick', '--json'],
    ['report', path],
  ])(
    '%s: bounded memory, and at most 2 MiB of output',
    async (...args) => {
      const { out, code, peak } = await peakOf(...args);
      expect([0, 1]).toContain(code);
      expect(peak).toBeLessThan(bound + margin);
      expect(out.length).toBeLessThan(2 * mebibyte);
    },
    minutes,
  );

  it(
    'triage and cpus: CPUs in the same state share a line, and all are there on demand',
    async () => {
      const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line.includes('smp_stop_cpu'));
      expect(lines((await peakOf('triage', path)).out)).toEqual([expect.stringMatching(/^ {2}1-511 \(511\) .*running kernel code/)]);
      expect(lines((await peakOf('triage', path, '--all')).out)).toHaveLength(largest.cpus - 1);
      expect(lines((await peakOf('cpus', path)).out)).toEqual([expect.stringContaining('1-511')]);
    },
    minutes,
  );

  it(
    'tasks: all of them, in bounded memory',
    async () => {
      const { tasks, complete } = await answer<{ tasks: { pid?: number; thread?: boolean }[]; complete: boolean }>('tasks', path, '--json');
      // Idle tasks of the other CPUs are on no list; they are known from the CPUs.
      expect([tasks.length, complete]).toEqual([dump.listedTasks + largest.cpus - 1, true]);
      expect(tasks.filter(({ thread }) => thread === true)).toHaveLength((largest.tasks / 8) * 7);
      expect(new Set(tasks.map(({ pid }) => pid)).size).toBe(dump.listedTasks);
    },
    minutes,
  );

  it(
    'symbols: all of the kernel and of its modules',
    async () => {
      const { symbols, total } = await answer<{ symbols: { name: string; module?: string }[]; total: number }>('symbols', path, '--json');
      const ofModules = largest.modules * (largest.moduleSymbols - 1);
      expect([symbols.length, total]).toEqual([largest.symbols + ofModules, largest.symbols + ofModules]);
      expect(symbols.filter(({ module }) => module !== undefined)).toHaveLength(ofModules);
      expect(symbols.at(-1)).toMatchObject({ name: `driver_${largest.modules - 1}_function_${largest.moduleSymbols - 1}` });
    },
    minutes,
  );

  it.each(['stacks', 'hangs', 'problems', 'cpus-running', 'memory-usage'])(
    'analyse %s: bounded memory, and at most 4 MiB of output',
    async (analysis) => {
      const { out, code, peak } = await peakOf('analyse', path, analysis, '--json');
      expect([0, 1]).toContain(code);
      expect(peak).toBeLessThan(bound + margin);
      expect(out.length).toBeLessThan(4 * mebibyte);
    },
    minutes,
  );

  it(
    'dmesg: every record',
    async () => {
      const { records, lost } = await answer<{ records: { text: string }[]; lost: number }>('dmesg', path, '--json');
      expect([records.length, lost]).toEqual([dump.records, 0]);
      expect(records.at(-1)?.text).toContain('Kernel panic');
    },
    minutes,
  );

  it(
    'modules: all',
    async () => {
      const { modules, complete } = await answer<{ modules: { users?: number }[]; complete: boolean }>('modules', path, '--json');
      expect([modules.length, complete]).toEqual([largest.modules, true]);
    },
    minutes,
  );
});
