/** Runs the command line on a disk that fails: `failing-disk.c`, compiled here and preloaded. Tests with it need `failing-disk` (requirements.ts). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCliProcess, type CliResult } from '../../cli-process.ts';

/** What is to fail, in the words of failing-disk.c without the prefix. */
export interface Faults {
  readonly FILE?: readonly string[];
  readonly BAD?: string;
  readonly ERRNO?: number;
  readonly WHOLE?: 1;
  readonly SHORT?: number;
  readonly END?: number;
  readonly EINTR?: number;
  readonly RATE?: number;
  readonly KEPT?: 1;
  readonly FULL?: string;
  readonly ROOM?: number;
  readonly WRITE?: number;
  readonly READONLY?: string;
  readonly DENIED?: string;
  readonly STDOUT?: number;
  readonly MOMENTS?: string;
  readonly KILL?: number;
}

export interface FaultyRun extends CliResult {
  /** Lines of the library's log: what it made fail. */
  readonly faults: readonly string[];
}

export interface FailingDisk {
  /** What the environment of a process must hold for it, and what it made fail there. */
  start(faults: Faults): { readonly env: NodeJS.ProcessEnv; readonly log: () => readonly string[] };
  run(args: readonly string[], faults: Faults, env?: NodeJS.ProcessEnv): Promise<FaultyRun>;
  remove(): void;
}

export function failingDisk(): FailingDisk {
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-disk-'));
  const library = join(folder, 'failing-disk.so');
  const source = fileURLToPath(new URL('failing-disk.c', import.meta.url));
  const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`failing-disk.c cannot be compiled: ${compiled.stderr}`);
  let runs = 0;
  const start = ({ FILE = [], ...faults }: Faults): { readonly env: NodeJS.ProcessEnv; readonly log: () => readonly string[] } => {
    const log = join(folder, `log-${runs++}`);
    const named = FILE.map((path) => {
      const { dev, ino } = statSync(path, { bigint: true });
      return `${dev}:${ino}`;
    });
    const words = Object.entries(faults).map(([name, value]): [string, string] => [`DISK_${name}`, String(value)]);
    return {
      env: {
        ...Object.fromEntries(words),
        ...(named.length === 0 ? {} : { DISK_FILE: named.join(' ') }),
        DISK_LOG: log,
        LD_PRELOAD: library,
        // Reads through io_uring pass by the C library.
        UV_USE_IO_URING: '0',
      },
      log: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    };
  };
  return {
    start,
    async run(args, faults, env = {}) {
      const started = start(faults);
      const result = await runCliProcess(args, { env: { ...process.env, ...env, ...started.env } });
      return { ...result, faults: started.log() };
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
