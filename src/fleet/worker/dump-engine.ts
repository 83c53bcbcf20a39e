/**
 * The engine in a child process that opens dumps for a worker. A dump can hang it, crash it, or fill the memory: the parent watches and ends it,
 * says which of these it was, and starts another one for the next dump.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchMemory } from '../../files/process-memory.ts';
import { childEnvironment } from '../../shared/child-environment.ts';
import { engineProtocol, type EngineClient } from '../../shared/engine-protocol.ts';
import { Cancelled, connect, EngineFailure } from '../../shared/rpc.ts';
import { byteText } from '../../shared/units.ts';

export interface EngineLimits {
  /** For one dump, from beginning to end; for work on all of its memory, without a sign of life. */
  readonly seconds: number;
  /** Resident memory of the child. */
  readonly bytes: number;
}

/** How a dump ended the process that opened it. */
export class EngineCrash extends Error {
  override name = 'EngineCrash';
  readonly kind: 'hang' | 'memory' | 'crash';
  constructor(kind: EngineCrash['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** In a checkout next to the engine, in a bundle next to the bundle. */
function entry(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts') ? join(dirname(here), '..', '..', 'analysis', 'host', 'child-process.ts') : join(dirname(here), 'child-process.js');
}

/** The Node that runs now; Electron's own processes are given another one (main/fleet-process.ts), because Electron is none. */
const ownNode = (): { readonly execPath?: string } => (Object.hasOwn(process.versions, 'electron') ? { execPath: process.env.DUMPBENCH_NODE ?? 'node' } : {});

/** After this many dumps a child is replaced by a new one. */
const mostDumps = 200;

class Child {
  readonly client: EngineClient;
  readonly process: ChildProcess;
  /** Why it ended; it is not started again. */
  ended: string | undefined;
  dumps = 0;

  constructor() {
    const child = fork(entry(), [], {
      ...ownNode(),
      execArgv: [],
      serialization: 'advanced',
      env: childEnvironment(process.env),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.process = child;
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    const listeners: ((reason: string) => void)[] = [];
    const end = (reason: string): void => {
      if (this.ended !== undefined) return;
      this.ended = reason;
      for (const listener of listeners) listener(reason);
    };
    child.on('error', (error) => end(`it could not be started: ${error.message}`));
    // After its last output has been read.
    child.on('close', (code, signal) => end(`it ended with ${signal ?? `code ${code}`}${complaint === '' ? '' : `: ${complaint.trim()}`}`));
    this.client = connect(engineProtocol, {
      post: (message) => {
        if (child.connected) child.send(message as object, () => undefined);
      },
      onMessage: (listener) => child.on('message', listener),
      onClose: (listener) => listeners.push(listener),
      close: () => child.kill('SIGKILL'),
    });
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

export class DumpEngine {
  #child: Child | undefined;
  readonly #limits: EngineLimits;

  constructor(limits: EngineLimits) {
    this.#limits = limits;
  }

  /** Of the current child; for tests and for the log. */
  get pid(): number | undefined {
    return this.#child?.process.pid;
  }

  /**
   * Works on one dump.
   * @param work.alive the time begins anew
   * @throws EngineCrash when the child had to be ended, or ended itself; what the engine throws; Cancelled
   */
  async run<T>(work: (engine: EngineClient, alive: () => void) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new Cancelled();
    const child = this.#fresh();
    const { pid } = child.process;
    let over: EngineCrash | Cancelled | undefined;
    const stop = (why: EngineCrash | Cancelled): void => {
      over ??= why;
      child.kill();
    };
    const { seconds, bytes } = this.#limits;
    const timer = setTimeout(() => stop(new EngineCrash('hang', `it was ended after ${seconds} s`)), seconds * 1000);
    const alive = (): void => {
      if (over === undefined) timer.refresh();
    };
    const unwatch =
      pid === undefined ? undefined : watchMemory(pid, bytes, () => stop(new EngineCrash('memory', `it took more than ${byteText(bytes)} of memory`)));
    const cancel = (): void => stop(new Cancelled());
    signal.addEventListener('abort', cancel);
    try {
      return await work(child.client, alive);
    } catch (error) {
      if (over !== undefined) throw over;
      if (child.ended !== undefined) throw new EngineCrash('crash', child.ended);
      if (error instanceof EngineFailure) throw new EngineCrash('crash', error.message);
      throw error;
    } finally {
      clearTimeout(timer);
      unwatch?.();
      signal.removeEventListener('abort', cancel);
      child.dumps += 1;
      if (over !== undefined || child.ended !== undefined) this.#child = undefined;
    }
  }

  #fresh(): Child {
    const old = this.#child;
    if (old !== undefined && old.ended === undefined && old.process.connected && old.dumps < mostDumps) return old;
    old?.kill();
    this.#child = new Child();
    return this.#child;
  }

  end(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}
