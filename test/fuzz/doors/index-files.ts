/** Page indexes: files in a cache that anything may have happened to. What is damaged is named, and nothing is answered out of it that is none. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { engineProtocol, type EngineClient } from '../../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import { drawByteSteps, withByteSteps, type ByteBase } from '../byte-steps.ts';
import type { Door } from '../door.ts';
import { Fault } from '../door.ts';
import { isExpectedOfEngine } from '../engine-errors.ts';

/** Of SQLite's database header and page headers (https://www.sqlite.org/fileformat.html). */
const headerBytes = 100;
const pageHeaderBytes = 64;

async function withEngine<T>(work: (client: EngineClient) => Promise<T>): Promise<T> {
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  try {
    return await work(connect(engineProtocol, near));
  } finally {
    far.close();
    engine.close();
  }
}

/** Every answer that comes from an index. */
const questions = (client: EngineClient, dump: string): readonly (() => Promise<unknown>)[] => [
  () => client.call('strip', { dump, start: 0n, end: 0x20000n, buckets: 16 }),
  () => client.call('duplicates', { dump, limit: 10 }),
  () => client.call('search', { dump, pattern: 'OSINFOSZ', type: 'text', limit: 10 }),
  () => client.call('verify', { dump, quick: true }),
  () => client.call('index', { dump, digest: true, rebuild: false, workers: 0 }),
];

/** @returns its only SQLite file */
function databaseIn(folder: string): string {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .find((path) => readFileSync(path).subarray(0, 15).equals(Buffer.from('SQLite format 3')));
  if (found === undefined) throw new Error(`${folder} has no page index`);
  return found;
}

export const indexFiles: Door = {
  name: 'index-files',
  about: 'page indexes in the cache: answers, or a sentence that the index is damaged',
  seconds: 3,
  least: 40,
  async open(folder) {
    const cache = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
    const path = join(folder, 'dump');
    mkdirSync(join(folder, 'cache'));
    writeFileSync(path, buildCase('memory 128 KiB\ncpu prefix=0x8000\nload 0x0 0x20000\nformat elf-vmcore'));
    await withEngine(async (client) => {
      const { dump } = await client.call('open', { path });
      await client.call('index', { dump, digest: true, rebuild: false, workers: 0 });
    });
    const index = databaseIn(join(folder, 'cache'));
    const bytes = readFileSync(index);
    const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
    const pages = Array.from({ length: Math.floor(bytes.length / pageSize) }, (_, at) => ({ offset: at * pageSize, size: pageSize }));
    const base: ByteBase = {
      name: 'index',
      bytes,
      fields: [{ offset: 0, size: headerBytes }, ...pages.flatMap(({ offset, size }) => [{ offset: offset === 0 ? headerBytes : offset, size: pageHeaderBytes }, { offset, size }])],
      records: pages,
    }; // prettier-ignore
    return {
      bases: [base.name],
      draw: (_, random) => drawByteSteps(base, [base], random),
      async attempt(_, steps) {
        for (const end of ['-wal', '-shm', '-journal']) rmSync(`${index}${end}`, { force: true });
        writeFileSync(
          index,
          withByteSteps(bytes, steps, () => bytes),
        );
        let [calls, answered] = [0, 0];
        await withEngine(async (client) => {
          const { dump } = await client.call('open', { path });
          for (const ask of questions(client, dump)) {
            calls += 1;
            try {
              await ask();
              answered += 1;
            } catch (error) {
              if (!isExpectedOfEngine(error)) throw new Fault(error instanceof Error ? error.message : String(error), { cause: error });
            }
          }
        });
        return { outcome: answered === calls ? 'answered' : 'refused', calls };
      },
      close() {
        if (cache === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
        else process.env.XDG_CACHE_HOME = cache;
        return Promise.resolve();
      },
    };
  },
};
