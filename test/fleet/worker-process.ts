/** `fleet worker` as a process of its own, to be killed, frozen, and stopped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cliEntry } from '../cli-process.ts';

export interface WorkerProcess {
  readonly pid: number;
  /** What it has said so far. */
  readonly said: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface WorkerProcessOptions {
  /** After the program's own name. */
  readonly words: readonly string[];
  readonly cache: string;
  readonly env?: NodeJS.ProcessEnv;
  /** No file that it or its children write may be longer (setrlimit(2), RLIMIT_FSIZE). */
  readonly fileKibibytes?: number;
  /** Comes before the command, and becomes it: the process that is killed is the worker. */
  readonly before?: readonly string[];
}

const running = new Set<WorkerProcess>();

export function startWorker({ words, cache, env, fileKibibytes, before = [] }: WorkerProcessOptions): WorkerProcess {
  const all = [...before, process.execPath, cliEntry, ...words];
  const limited = fileKibibytes === undefined ? all : ['prlimit', `--fsize=${fileKibibytes * 1024}`, ...all];
  const [program = '', ...rest] = limited;
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env, XDG_CACHE_HOME: cache } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const worker: WorkerProcess = { pid: child.pid ?? 0, said: () => said, kill: (signal) => child.kill(signal), ended };
  running.add(worker);
  void ended.then(() => running.delete(worker));
  return worker;
}

/** Whatever a test that failed has left. */
export async function endWorkers(): Promise<void> {
  for (const worker of running) worker.kill('SIGKILL');
  await Promise.all([...running].map(({ ended }) => ended));
}
