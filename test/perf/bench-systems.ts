/** Commands on a dump of a large system: when its first rows come, by the processor's time too, and how much memory all of it takes. */
import { join } from 'node:path';
import type { Row } from './bench-row.ts';
import type { Bench } from './bench-run.ts';
import { median } from './bench-run.ts';
import { largeSystem } from './large-system.ts';

const rounds = 3;
const mostBytes = 512;
/** Seconds until the first output that a command is allowed above the start of a process; triage has to have read everything that it says. */
const commands: readonly { readonly command: readonly string[]; readonly most: number }[] = [
  { command: ['triage'], most: 1.5 },
  { command: ['cpus'], most: 1 },
  { command: ['tasks'], most: 1 },
  { command: ['tasks', '--json'], most: 1 },
  { command: ['symbols'], most: 1 },
  { command: ['dmesg'], most: 1 },
  { command: ['modules'], most: 1 },
];
/** Analyses that look at all tasks; they have nothing to show before. */
const analyses = ['stacks', 'hangs', 'problems', 'cpus-running', 'memory-usage'] as const;

export async function largeSystems(bench: Bench, folder: string): Promise<Row[]> {
  const path = join(folder, 'large-system.elf');
  const { bytes } = largeSystem(path);
  const note = `${Math.round(bytes / 2 ** 20)} MiB of file`;
  const starts: number[] = [];
  while (starts.length < rounds) starts.push((await bench.firstOutput('--version')).processor);
  const start = median(starts);
  const rows: Row[] = [];
  for (const { command, most } of commands) {
    const name = command.join(' ');
    const first: Awaited<ReturnType<Bench['firstOutput']>>[] = [];
    while (first.length < rounds) first.push(await bench.firstOutput(...command, path));
    const peak = await bench.peakMemory(...command, path);
    rows.push(
      {
        what: `512 CPUs, 200,000 tasks, a million symbols: ${name}, first rows, by processor time above the start of a process`,
        value: median(first.map(({ processor }) => processor)) - start,
        unit: 's',
        target: { most },
        note: `the start takes ${start.toFixed(2)} s`,
      },
      { what: `the same: ${name}, first rows`, value: median(first.map(({ seconds }) => seconds)), unit: 's', note: 'process start included' },
    );
    if (peak !== undefined) rows.push({ what: `the same: ${name}, peak memory`, value: peak / 2 ** 20, unit: 'MiB', target: { most: mostBytes }, note });
  }
  for (const analysis of analyses) {
    const { processor, peak } = await bench.measured(['analyse', path, analysis]);
    rows.push(
      { what: `the same: analyse ${analysis}`, value: processor, unit: 's of processor time', note: 'the whole command' },
      { what: `the same: analyse ${analysis}, peak memory`, value: peak, unit: 'MiB', target: { most: mostBytes }, note },
    );
  }
  return rows;
}
