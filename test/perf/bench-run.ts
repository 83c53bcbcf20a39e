/** Running and timing commands for the benchmark. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { exitCodes } from '../../src/cli/io.ts';
import { indexSchema, type IndexJson } from '../../src/shared/memory-model.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
/** The bundle, as people have it after `npm run build`. */
const cli = join(checkout, 'out', 'cli', 'main.cjs');

/** Bundles the command line unless that is done. */
export const bundleCli = (): number => timed(process.execPath, [join(checkout, 'scripts', 'build.mjs'), '--cli']);

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Wall time of a command in seconds. @throws Error when it fails */
export function timed(command: string, args: readonly string[]): number {
  const started = performance.now();
  const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.error !== undefined || done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.error?.message ?? done.stderr.toString()}`);
  return (performance.now() - started) / 1000;
}

export const installed = (command: string, args: readonly string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Drops what the system keeps of a file in memory; dd can ask for that without being root. */
export const dropCached = (path: string): number => timed('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);

/** Largest resident size of a process so far, in bytes. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    // Not Linux, or over.
    return undefined;
  }
}

/** Ticks of the processor in a second, in what /proc counts (sysconf(_SC_CLK_TCK) of every Linux that Node runs on). */
const ticksPerSecond = 100;

/** Seconds of processor time of a process so far, all its threads together. */
function processorOf(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid ?? 0}/stat`, 'latin1');
    // After the name, which may hold anything: proc(5), fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/**
 * Seconds of processor time of all processes that this one has started and waited for; undefined where the system does not say. In steps of a hundredth of
 * all of them together, so that many short ones can be measured.
 */
export function childrenSeconds(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // proc(5), fields 16 and 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** An answer of many pages as well. */
const mostOutput = 2 ** 28;

interface MeasuredCommand {
  readonly seconds: number;
  /** Of processor time, all threads together: what a busy machine says as well. */
  readonly processor: number;
  /** MiB. */
  readonly peak: number;
  readonly out: string;
}

export class Bench {
  /** Folder of the indexes that are measured. */
  readonly cache: string;
  constructor(folder: string) {
    this.cache = join(folder, 'cache');
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_CACHE_HOME: this.cache };
  }

  /** Wall time of our own command, process start included. One that ends with a verdict (`compare`: something differs) has done its work. */
  command(...args: readonly string[]): number {
    const started = performance.now();
    // A pipe, as a script has it.
    const done = spawnSync(process.execPath, [cli, ...args], { env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: mostOutput });
    if (done.status !== exitCodes.fine && done.status !== exitCodes.difference) throw new Error(`dumpbench ${args.join(' ')}: ${done.stderr.toString()}`);
    return (performance.now() - started) / 1000;
  }

  /** Indexes go, compiled modules stay. */
  forget(): void {
    rmSync(join(this.cache, 'dumpbench', 'index'), { recursive: true, force: true });
  }

  /** Wall time of an index built afresh, process start included. */
  indexCommand(path: string, ...options: readonly string[]): number {
    this.forget();
    return this.command('index', path, '--quiet', ...options);
  }

  /**
   * Builds an index afresh; its own clock says how long that took without the start of the process.
   * @param env of the process, besides ours
   */
  index(path: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): IndexJson {
    this.forget();
    const done = spawnSync(process.execPath, [cli, 'index', path, '--json', '--quiet', ...options], {
      env: { ...this.#environment(), ...env },
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`dumpbench index ${path}: ${done.stderr}`);
    return v.parse(indexSchema, JSON.parse(done.stdout));
  }

  /** Bytes of all indexes that were built. */
  indexBytes(): number {
    const folder = join(this.cache, 'dumpbench', 'index');
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  }

  /**
   * Wall time, processor time, peak resident memory and output of our own command; indexes stay.
   * @param killAfter seconds after which it is killed
   * @throws Error when it fails
   */
  async measured(args: readonly string[], killAfter?: number): Promise<MeasuredCommand> {
    const started = performance.now();
    const child = spawn(process.execPath, [cli, ...args], { env: this.#environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err, peak, processor] = ['', '', 0, 0];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const look = setInterval(() => {
      peak = Math.max(peak, peakOf(child.pid) ?? 0);
      processor = Math.max(processor, processorOf(child.pid) ?? 0);
    }, 10);
    const kill = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter * 1000);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.on('close', (...end) => {
        resolve(end);
      }),
    );
    clearInterval(look);
    clearTimeout(kill);
    if (signal === null && code !== exitCodes.fine && code !== exitCodes.difference) throw new Error(`dumpbench ${args.join(' ')}: ${err}`);
    return { seconds: (performance.now() - started) / 1000, processor, peak: peak / 2 ** 20, out };
  }

  /** Seconds, of wall and of processor time, from the start of our own process to its first output; what comes after that is not waited for. */
  async firstOutput(...args: readonly string[]): Promise<Pick<MeasuredCommand, 'seconds' | 'processor'>> {
    const started = performance.now();
    const child = spawn(process.execPath, [cli, ...args], { env: this.#environment(), stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const first = await new Promise<Pick<MeasuredCommand, 'seconds' | 'processor'>>((resolve, reject) => {
      child.stdout.once('data', () => resolve({ seconds: (performance.now() - started) / 1000, processor: processorOf(child.pid) ?? 0 }));
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`dumpbench ${args.join(' ')} ended with code ${code} and wrote nothing`)));
    });
    child.kill('SIGKILL');
    await ended;
    return first;
  }

  /** Peak resident memory of our own command in bytes; undefined where the system does not say. */
  async peakMemory(...args: readonly string[]): Promise<number | undefined> {
    this.forget();
    const child = spawn(process.execPath, [cli, ...args], { env: this.#environment(), stdio: 'ignore' });
    let peak: number | undefined;
    const look = setInterval(() => {
      const now = peakOf(child.pid);
      if (now !== undefined) peak = Math.max(peak ?? 0, now);
    }, 10);
    await new Promise((resolve) => child.on('exit', resolve));
    clearInterval(look);
    return peak;
  }
}
