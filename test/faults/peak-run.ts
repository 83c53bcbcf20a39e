/** The command line as a process of its own, with the environment that launchers give it, and the most memory that it took. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allocator } from '../../src/shared/child-environment.ts';
import { runCliProcess } from '../cli-process.ts';

const entry = fileURLToPath(new URL('cli-peak.mts', import.meta.url));

export interface PeakRun {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
  /** Bytes. */
  readonly peak: number;
}

/** @param folder of the test: its cache and the noted peak go there */
export const peakRuns =
  (folder: string) =>
  async (...args: readonly string[]): Promise<PeakRun> => {
    const file = join(folder, 'peak');
    const env = { ...allocator, ...process.env, DUMPBENCH_PEAK: file, XDG_CACHE_HOME: join(folder, 'cache') };
    const { out, err, code } = await runCliProcess(args, { entry, env });
    return { out, err, code, peak: Number(readFileSync(file, 'utf8')) * 1024 };
  };
