/** Runs a batch in a child process and ends it when one input takes too much processor time. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FromBatch, ToBatch } from './batch-messages.ts';

/** Of one input. The doors count steps; this ends what does not even come to a step. */
const mostSecondsOfInput = 60;
/** Of the heap: what needs more does so on purpose of its input. */
const heapMebibytes = 1024;
const tick = 500;
/** Linux counts processor time in hundredths of a second (USER_HZ). */
const ticksPerSecond = 100;

/** Seconds of processor time of a process; undefined where the system does not say. */
function secondsOf(pid: number | undefined): number | undefined {
  try {
    const fields =
      readFileSync(`/proc/${pid ?? 0}/stat`, 'latin1')
        .split(') ')
        .at(-1)
        ?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

export interface BatchEnd {
  /** Why it ended before it was done. */
  readonly died?: string;
  /** Of the last input that was announced. */
  readonly number: number | undefined;
  readonly seconds: number;
}

/**
 * Asks a new child one thing.
 * @param hear takes everything that it says, up to the message that ends it: "done", "input", "attempted"
 */
export function askBatch(door: string, seed: number, request: ToBatch, hear: (message: FromBatch) => void): Promise<BatchEnd> {
  const child: ChildProcess = fork(fileURLToPath(new URL('batch.ts', import.meta.url)), [door], {
    execArgv: [`--max-old-space-size=${heapMebibytes}`],
    env: { ...process.env, DUMPBENCH_SEED: String(seed) },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let number: number | undefined;
  let [seconds, sinceInput] = [0, 0];
  let isDone = false;
  let why: string | undefined;
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('latin1')).slice(-4000);
  });
  const watch = setInterval(() => {
    seconds = secondsOf(child.pid) ?? seconds + tick / 1000;
    if (seconds - sinceInput <= mostSecondsOfInput) return;
    why = `one input took more than ${mostSecondsOfInput} s of processor time`;
    child.kill('SIGKILL');
  }, tick);
  child.on('message', (message: FromBatch) => {
    if (message.say === 'ready') child.send(request);
    if (message.say === 'ready' || message.say === 'before') sinceInput = secondsOf(child.pid) ?? seconds;
    if (message.say === 'before' && message.number !== undefined) number = message.number;
    hear(message);
    if (message.say === 'done' || message.say === 'input' || message.say === 'attempted') {
      isDone = true;
      child.disconnect();
    }
  });
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      const died = isDone ? {} : { died: `${why ?? `the process ended with ${signal ?? `code ${code ?? 0}`}`}\n${stderr}` };
      resolve({ ...died, number, seconds });
    });
  });
}
