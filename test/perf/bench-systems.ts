/** Commands on a dump of a large system: when its first rows come, and how much memory it takes in all. */
import { join } from 'node:path';
import type { Row } from './bench-row.ts';
import type { Bench } from './bench-run.ts';
import { median } from './bench-run.ts';
import { largeSystem } from './large-system.ts';

const rounds = 3;
/** Seconds until the first output that a command is allowed; triage has to have read everything that it says. */
const commands: readonly { readonly command: string; readonly most: number }[] = [
  { command: 'triage', most: 1.5 },
  { command: 'cpus', most: 1 },
  { command: 'tasks', most: 1 },
  { command: 'symbols', most: 1 },
  { command: 'dmesg', most: 1 },
  { command: 'modules', most: 1 },
];

export async function largeSystems(bench: Bench, folder: string): Promise<Row[]> {
  const path = join(folder, 'large-system.elf');
  const { bytes } = largeSystem(path);
  const rows: Row[] = [];
  for (const { command, most } of commands) {
    const first: number[] = [];
    while (first.length < rounds) first.push(await bench.firstOutput(command, path));
    const peak = await bench.peakMemory(command, path, '--json');
    rows.push({
      what: `512 CPUs, 200,000 tasks, a million symbols: ${command}, first rows`,
      value: median(first),
      unit: 's',
      target: { most },
      note: 'process start included',
    });
    if (peak !== undefined)
      rows.push({
        what: `the same: ${command}, peak memory`,
        value: peak / 2 ** 20,
        unit: 'MiB',
        target: { most: 512 },
        note: `${Math.round(bytes / 2 ** 20)} MiB of file`,
      });
  }
  return rows;
}
