/** Fleets: dumps a minute, what a second worker adds, what the queue costs, and one dump of 32 TiB over 64 workers by these rates. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openServer } from '../../src/fleet/database/server.ts';
import { addDumps, startBoss } from '../../src/fleet/index.ts';
import { initCatalogue } from '../../src/fleet/init.ts';
import { mostRangeSize } from '../../src/analysis/page-index/piece-ranges.ts';
import { createEngine } from '../../src/analysis/engine/engine.ts';
import { portPair } from '../../src/analysis/engine/in-process.ts';
import { engineProtocol } from '../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../src/shared/rpc.ts';
import { lacking } from '../../scripts/test-requirements.mjs';
import { cliEntry } from '../cli-process.ts';
import { startPostgres, type PostgresServer } from '../fleet/postgres-server.ts';
import { writeTinyDumps } from '../fleet/tiny-dumps.ts';
import { rangeSeconds } from './bench-ranges.ts';
import type { Row } from './bench-row.ts';
import { median } from './bench-run.ts';
import { simulateFleet, type FleetRates } from './fleet-simulation.ts';
import type { NotMeasured } from './yardsticks.ts';

const dumps = 120;
const jobs = 500;
const queue = 'index';
const never = new AbortController().signal;
const tebibyte = 2 ** 40;
const gigabyte = 1e9;

async function catalogueOf(server: PostgresServer, name: string, folder: string) {
  server.createDatabase(name);
  const database = openServer(server.url('admin', name), 4);
  await initCatalogue(database, { storageJobs: 64 });
  const boss = await startBoss(database, { supervise: false });
  const engine = createEngine();
  const [near, far] = portPair();
  serve(engineProtocol, engine.handlers, far);
  await addDumps(database, boss, connect(engineProtocol, near), { paths: [folder], signal: never });
  engine.close();
  return { database, boss };
}

/** Each worker, with the child process that opens its dumps, has one core where the system can keep it there. */
function onCore(core: number, words: readonly string[]): readonly [program: string, words: readonly string[]] {
  return canPin ? ['taskset', ['--cpu-list', String(core % availableParallelism()), process.execPath, ...words]] : [process.execPath, words];
}
const canPin = spawnSync('taskset', ['--version']).status === 0;

/** Seconds in which so many workers empty the queue, their start included. */
async function emptied(server: PostgresServer, name: string, folder: string, workers: number): Promise<number> {
  const { database, boss } = await catalogueOf(server, name, folder);
  const started = performance.now();
  const all = Array.from({ length: workers }, (_, number) => {
    const [program, words] = onCore(number, [cliEntry, 'fleet', 'worker', '--jobs', '1', '--until-empty', '--quiet', '--url', server.url('admin', name)]);
    return spawn(program, words, { stdio: 'ignore', env: { ...process.env, XDG_CACHE_HOME: join(folder, '..', `cache-${number}`) } });
  });
  await Promise.all(all.map((child) => once(child, 'close')));
  const seconds = (performance.now() - started) / 1000;
  await boss.stop({ graceful: false, close: false });
  await database.close();
  return seconds;
}

/** Seconds of a job that does nothing: taken and completed. */
async function queueCost(server: PostgresServer, folder: string): Promise<number> {
  const { database, boss } = await catalogueOf(server, 'queue', folder);
  await boss.insert(
    queue,
    Array.from({ length: jobs }, (_, range) => ({ data: { indexing: 1, range }, group: { id: 'bench' } })),
  );
  const started = performance.now();
  for (let done = 0; done < jobs; done += 1) {
    const [job] = await boss.fetch(queue, { includeMetadata: true, groupConcurrency: 64 });
    if (job !== undefined) await database.transaction((sql) => boss.complete(queue, { id: job.id, retryCount: job.retryCount }, {}, { db: sql.queue }));
  }
  const seconds = (performance.now() - started) / 1000 / jobs;
  await boss.stop({ graceful: false, close: false });
  await database.close();
  return seconds;
}

/** Rates of ranges by two dumps of unlike size: what opening a dump and its pieces costs in any case is in neither. */
async function rangeRates(folder: string, small: string, large: string): Promise<Pick<FleetRates, 'worker' | 'merge'>> {
  const [less, more] = [await rangeSeconds(folder, small), await rangeSeconds(folder, large)];
  /** From 1 TiB on pieces stay files. */
  const forByte = (what: 'inRanges' | 'asFiles'): number => {
    const [first, second] = [less, more].map(({ runs }) => median(runs.map((run) => run[what])));
    return Math.max(0, ((second ?? 0) - (first ?? 0)) / (more.bytes - less.bytes));
  };
  return { worker: 1 / forByte('inRanges'), merge: forByte('asFiles') };
}

/** @param small @param large raw dumps, which give the rates of an index */
export async function fleets(folder: string, small: string, large: string): Promise<readonly (Row | NotMeasured)[]> {
  const lack = (await lacking()).find(({ id }) => id === 'postgresql');
  if (lack !== undefined) return [{ what: 'fleets', why: lack.lack }];
  const files = join(folder, 'fleet');
  mkdirSync(files);
  writeTinyDumps(files, dumps, 0);
  const server = startPostgres();
  try {
    const rounds = [1, 2, 3];
    const one: number[] = [];
    const two: number[] = [];
    for (const round of rounds) {
      one.push(await emptied(server, `one${round}`, files, 1));
      two.push(await emptied(server, `two${round}`, files, 2));
    }
    const job = await queueCost(server, files);
    const scaling = median(rounds.map((_, at) => (one[at] ?? 0) / (two[at] ?? 1)));
    const rates = { ...(await rangeRates(folder, small, large)), job };
    const simulated = [10, 100, 1000].map((gigabits): Row => {
      const run = { bytes: 32 * tebibyte, workers: 64, rangeBytes: mostRangeSize, storage: (gigabits * gigabyte) / 8 };
      const { seconds, bottleneck } = simulateFleet(run, rates);
      return {
        what: `32 TiB over 64 workers, storage of ${gigabits} Gbit/s, simulated`,
        value: seconds / 3600,
        unit: 'h',
        note: `it waits for: ${bottleneck}`,
      };
    });
    return [
      { what: 'small dumps by one worker', value: (dumps / median(one)) * 60, unit: 'dumps/min', note: `its start included${canPin ? ', on one core' : ''}` },
      {
        what: 'two workers against one',
        value: scaling,
        unit: 'x',
        note: canPin ? 'one core for each; the server has what they leave' : 'no taskset here: they share all cores',
      },
      { what: 'queue, for a job', value: job * 1000, unit: 'ms', note: 'taken, and completed in a transaction' },
      { what: 'one worker on ranges, for the simulation', value: rates.worker / gigabyte, unit: 'GB/s', note: 'from the page cache, without SHA-256' },
      { what: 'merge of pieces as files, for the simulation', value: rates.merge * tebibyte, unit: 's/TiB' },
      ...simulated,
    ];
  } finally {
    server.stop();
    rmSync(files, { recursive: true });
  }
}
