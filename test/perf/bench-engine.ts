/** The engine as it runs behind the window: up already, with the dump open and its page workers there from the dump before. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../src/analysis/engine/engine.ts';
import { portPair } from '../../src/analysis/engine/in-process.ts';
import { defined } from '../../src/shared/defined.ts';
import { engineProtocol } from '../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../src/shared/rpc.ts';

export interface IndexWish {
  /** As many as the engine thinks best unless given. */
  readonly workers?: number;
  readonly digest?: boolean;
}

export interface RunningEngine {
  /** Builds the index of a dump afresh. @returns wall time in seconds from the request to the answer */
  index(path: string, wish: IndexWish): Promise<number>;
  /** Cancels an index after so many milliseconds. @returns milliseconds from there to the answer; undefined when it was done before */
  cancel(path: string, wish: IndexWish, after: number): Promise<number | undefined>;
  close(): void;
}

/** @param folder where indexes go */
export function runningEngine(folder: string): RunningEngine {
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  const client = connect(engineProtocol, near);
  const opened = new Map<string, string>();
  const dumpOf = async (path: string): Promise<string> => {
    const known = opened.get(path);
    if (known !== undefined) return known;
    const { dump } = await client.call('open', { path });
    opened.set(path, dump);
    return dump;
  };
  const request = async (path: string, { workers, digest = false }: IndexWish) => {
    const target = join(folder, 'running.sqlite');
    const dump = await dumpOf(path);
    rmSync(target, { force: true });
    return { dump, digest, rebuild: true, path: target, ...defined({ workers }) };
  };
  return {
    async index(path, wish) {
      const asked = await request(path, wish);
      const started = performance.now();
      await client.call('index', asked);
      return (performance.now() - started) / 1000;
    },
    async cancel(path, wish, after) {
      const asked = await request(path, wish);
      const abort = new AbortController();
      let cancelled: number | undefined;
      setTimeout(() => {
        cancelled = performance.now();
        abort.abort();
      }, after);
      const done = await client.call('index', asked, { signal: abort.signal }).then(
        () => true,
        () => false,
      );
      return done || cancelled === undefined ? undefined : performance.now() - cancelled;
    },
    close() {
      client.close();
      engine.close();
    },
  };
}
