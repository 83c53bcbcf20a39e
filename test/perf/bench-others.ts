/** Other tools that read the same dumps, where they are installed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installed, median, timed } from './bench-run.ts';

/** Reads every page with libkdumpfile's own bindings; absent ones are passed over. */
const readAll = `
import sys, time, kdumpfile
dump = kdumpfile.kdumpfile(sys.argv[1])
pages = int(sys.argv[2])
started = time.perf_counter()
for pfn in range(pages):
    try:
        dump.read(kdumpfile.KDUMP_MACHPHYSADDR, pfn * 4096, 4096)
    except Exception:
        pass
print(time.perf_counter() - started)
`;
const python = '/usr/bin/python3';

/** @returns seconds, or in words why not */
export function libkdumpfileSeconds(path: string, pages: number, rounds: number): number | string {
  if (!installed(python, ['-c', 'import kdumpfile'])) return 'not installed (Debian: python3-libkdumpfile)';
  if (!installed(python, ['-c', 'import sys, kdumpfile; kdumpfile.kdumpfile(sys.argv[1])', path])) return 'does not open this dump';
  const seconds = Array.from({ length: rounds }, () => Number.parseFloat(spawnSync(python, ['-c', readAll, path, String(pages)], { encoding: 'utf8' }).stdout));
  return seconds.some(Number.isNaN) ? 'failed while reading' : median(seconds);
}

/** Real x86 dumps that were restored for the tests; makedumpfile of an x86 machine opens no others. */
export function x86Dumps(): string[] {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dumpbench-test', 'dumps');
  return ['o-x86-x1-vmcore.elf', 'o-x86-x1-kdump-raw-d31'].map((name) => join(folder, name)).filter((path) => existsSync(path));
}

/** Looking for zero pages in a dump, and writing nothing. @returns seconds, or in words why not */
export function makedumpfileSeconds(path: string, rounds: number): number | string {
  if (spawnSync('makedumpfile', ['-v'], { stdio: 'ignore' }).error !== undefined) return 'not installed (Debian: makedumpfile)';
  try {
    return median(Array.from({ length: rounds }, () => timed('makedumpfile', ['-d', '1', '--dry-run', path, '/nonexistent'])));
  } catch (error) {
    return `refuses this dump: ${(error as Error).message.split('\n').at(-2) ?? ''}`;
  }
}
