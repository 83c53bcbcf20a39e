/** Exports against a copy of the same file by dd, in the same run. */
import { rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Row } from './bench-row.ts';
import { median, timed, type Bench } from './bench-run.ts';
import { without, yardstick, type NotMeasured } from './yardsticks.ts';

const rounds = 3;
const gibibyte = 2 ** 30;

/** The ELF core and the raw memory of a dump, as commands; a copy is on the disk when dd ends, as an export is. */
export async function exportsAgainstDd(bench: Bench, folder: string, path: string): Promise<(Row | NotMeasured)[]> {
  const name = basename(path);
  if (yardstick('dd') === undefined) return [without('dd', `${name}: export against dd`)];
  const { size } = statSync(path);
  const out = join(folder, 'exported');
  const anew = <T>(work: () => T): T => {
    rmSync(out, { force: true });
    return work();
  };
  const exported = (format: string, ...more: readonly string[]): number =>
    anew(() => bench.command('export', path, '--quiet', '--format', format, '-o', out, ...more));
  const runs = Array.from({ length: rounds }, () => ({
    dd: anew(() => timed('dd', [`if=${path}`, `of=${out}`, 'bs=1M', 'conv=fsync', 'status=none'])),
    elf: exported('elf'),
    written: exported('elf', '--no-read-back'),
    raw: exported('raw'),
  }));
  const rate = (what: keyof (typeof runs)[number]): number => size / gibibyte / median(runs.map((run) => run[what]));
  const ratio = (what: keyof (typeof runs)[number]): number => median(runs.map((run) => run.dd / run[what]));
  rmSync(out, { force: true });
  const peak = await bench.peakMemory('export', path, '--quiet', '--format', 'elf', '-o', out);
  rmSync(out, { force: true });
  const note = 'with the SHA-256 of the file and the memory root; process start included';
  return [
    { what: `${name}: dd conv=fsync`, value: rate('dd'), unit: 'GiB/s' },
    { what: `${name}: export --format elf`, value: rate('elf'), unit: 'GiB/s', note: `${note}; read again` },
    { what: `${name}: export --format elf`, value: ratio('elf'), unit: 'x dd' },
    { what: `${name}: export --format elf --no-read-back`, value: ratio('written'), unit: 'x dd', note },
    { what: `${name}: export --format raw`, value: ratio('raw'), unit: 'x dd', note },
    ...(peak === undefined ? [] : [{ what: `${name}: peak memory of an export`, value: peak / 2 ** 20, unit: 'MiB', target: { most: 512 } }]),
  ];
}
