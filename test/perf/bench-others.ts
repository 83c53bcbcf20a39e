/** Other tools that read the same dumps, where they are installed. */
import { dumpFile, withDumps } from '../dumps.ts';
import { median, timed } from './bench-run.ts';
import { yardstick } from './yardsticks.ts';

/** Real x86 dumps, restored if need be; makedumpfile of an x86 machine opens no others. */
export const x86Dumps = (): Promise<readonly string[]> => Promise.all(withDumps(['o-x86-x1-vmcore.elf', 'o-x86-x1-kdump-raw-d31']).map(dumpFile));

/** Looking for zero pages in a dump, and writing nothing. @returns seconds, or in words why not */
export function makedumpfileSeconds(path: string, rounds: number): number | string {
  const program = yardstick('makedumpfile');
  if (program === undefined) return 'makedumpfile is not installed';
  try {
    return median(Array.from({ length: rounds }, () => timed(program, ['-d', '1', '--dry-run', path, '/nonexistent'])));
  } catch (error) {
    return `makedumpfile refuses this dump: ${(error as Error).message.split('\n').at(-2) ?? ''}`;
  }
}
