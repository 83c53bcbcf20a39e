/** Other tools that read the same dumps, where they are installed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { median, timed } from './bench-run.ts';

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
