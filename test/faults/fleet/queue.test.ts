/**
 * Workers that are killed and frozen, a server that restarts, a worker whose disk is full, two that add the same: each dump is in the catalogue
 * exactly once, with what one process alone finds, and nothing is lost.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as v from 'valibot';
import { fleetAddSchema, fleetStatusSchema, fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { runCliProcess } from '../../cli-process.ts';
import { newCatalogue } from '../../fleet/new-catalogue.ts';
import { openers, strikeOpeners } from '../../fleet/openers.ts';
import { ownNetworks, type OwnNetworks } from '../../fleet/own-networks.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { tinyDump, writeTinyDumps } from '../../fleet/tiny-dumps.ts';
import { endWorkers, startWorker, type WorkerProcess } from '../../fleet/worker-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { everything, randomFor, runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const distinct = runs(60, 500);
const duplicates = runs(8, 50);

/** What a catalogue says of its dumps, without the times of entering them. */
const allRows = "SELECT dump_key, to_jsonb(dump) - 'added' - 'changed' - 'issue' AS row FROM dumpbench.dump ORDER BY dump_key";

describeNeeding('postgresql', 'a queue of dumps', () => {
  let server: PostgresServer;
  const dumps = join(scratch, 'dumps');

  const number = (text: string, name: string): number => Number(server.psql(text, name));
  const until = (what: () => boolean): Promise<void> => expect.poll(what, { timeout: 600_000, interval: 20 }).toBe(true);

  /** What one process alone makes of all dumps. */
  let reference: Promise<string> | undefined;
  async function alone(): Promise<string> {
    const url = await newCatalogue(server, 'alone');
    expect(await runInProcess(['fleet', 'add', dumps, '--url', url])).toMatchObject({ code: 0, err: '' });
    expect(await runInProcess(['fleet', 'worker', '--until-empty', '--quiet', '--url', url])).toMatchObject({ code: 0 });
    return server.psql(allRows, 'alone');
  }

  let networks: OwnNetworks | undefined;
  beforeAll(() => {
    if (everything && !inject('lacking').includes('network-namespaces')) networks = ownNetworks();
    server = startPostgres(networks === undefined ? {} : { network: networks.address });
    mkdirSync(dumps);
    writeTinyDumps(dumps, distinct, duplicates);
  });
  afterAll(async () => {
    await endWorkers();
    server.stop();
    networks?.remove();
  });

  /** @param networks where workers have one each; else they are on this machine's, and reach the server by its socket */
  async function throughTrouble(together: string, networks?: OwnNetworks): Promise<void> {
    const random = randomFor('fleet queue');
    const [killAt, restartAt] = [10 + random.below(50), random.below(70)];
    const files = distinct + duplicates;
    reference ??= alone();
    const expected = await reference;

    const url = await newCatalogue(server, together);
    const workersUrl = networks === undefined ? url : `postgres://admin@${networks.address}/${together}?sslmode=disable`;
    const addTwice = async (...paths: readonly string[]): Promise<number> => {
      const both = await Promise.all([1, 2].map(() => runCliProcess(['fleet', 'add', ...paths, '--url', url, '--json'])));
      return both.map(({ out }) => v.parse(fleetAddSchema, JSON.parse(out)).added).reduce((sum, one) => sum + one, 0);
    };
    const half = await addTwice(...[0, 1, 2, 3].map((customer) => join(dumps, `customer-${customer}`)));
    expect(half).toBeLessThan(files);

    const done = (): number => number("SELECT count(*) FROM dumpbench.place WHERE state <> 'queued'", together);
    const active = (): number => number("SELECT count(*) FROM dumpbench_queue.job WHERE state = 'active'", together);
    const start = (name: string, fileKibibytes?: number): WorkerProcess =>
      startWorker({
        words: ['fleet', 'worker', '--jobs', '2', '--url', workersUrl],
        cache: join(scratch, `cache-${name}`),
        ...(fileKibibytes === undefined ? {} : { fileKibibytes }),
        ...(networks === undefined ? {} : { before: networks.inOwn() }),
      });
    /** Stopped while it has jobs in hand, and nothing of it is on its way to the server any more. */
    const freeze = async (worker: WorkerProcess): Promise<void> => {
      for (;;) {
        await until(() => active() > 0);
        worker.kill('SIGSTOP');
        await sleep(200);
        if (active() > 0) return;
        worker.kill('SIGCONT');
      }
    };

    const frozen = start('frozen');
    await freeze(frozen);
    // Before the others: they would have done everything by the time that a slow machine has started it.
    const full = start('full', 16);
    await until(() => full.said().includes('back into the queue'));
    const workers = [full, start('one'), start('other')];
    await until(() => done() >= (half * killAt) / 100);
    workers[1]?.kill('SIGKILL');
    workers.push(start('next'));
    await until(() => done() === half);
    // It has slept over its time, and others have done its jobs: what it finishes now counts for nothing.
    frozen.kill('SIGCONT');
    await until(() => frozen.said().includes('taken over by another worker'));

    expect(half + (await addTwice(dumps))).toBe(files);
    await until(() => done() >= half + ((files - half) * restartAt) / 100);
    server.restart();
    await until(() => done() === files);
    for (const worker of [frozen, ...workers]) worker.kill('SIGTERM');
    const codes = await Promise.all([frozen, ...workers].map(({ ended }) => ended));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code !== null)).toEqual([0, 0, 0, 0]);

    expect(number('SELECT count(*) FROM dumpbench.dump', together)).toBe(distinct);
    expect(number("SELECT count(*) FROM dumpbench.place WHERE state = 'done'", together)).toBe(files);
    expect(server.psql(allRows, together)).toBe(expected);
    expect(server.psql("SELECT DISTINCT finding FROM dumpbench.finding WHERE finding LIKE 'fleet/%'", together)).toBe('');
    expect(server.psql("SELECT state, count(*) FROM dumpbench_queue.job WHERE state <> 'completed' GROUP BY state", together)).toBe('');
    // Others did what the worker with the full disk could not.
    const { out } = await runInProcess(['fleet', 'status', '--json', '--url', url]);
    expect(v.parse(fleetStatusSchema, JSON.parse(out))).toMatchObject({ dumps: distinct, active: 0, places: { queued: 0, failed: 0, done: files } });
  }

  it('enters each dump once, through kills, a freeze, a restart of the server, and a full disk', () => throughTrouble('together'));

  if (everything)
    describeNeeding('network-namespaces', 'of workers in networks of their own', () => {
      it('enters each dump once, through the same', () => throughTrouble('apart', networks));
    });

  it.each([
    ['hangs', 'hang', ['--seconds', '2'], 'SIGSTOP'],
    ['crashes', 'crash', [], 'SIGKILL'],
    ['fills the memory', 'memory', ['--memory', '64MiB'], undefined],
  ] as const)('a dump that %s ends as a finding after its tries, and nothing waits for it', async (_, kind, options, signal) => {
    const folder = join(scratch, kind);
    mkdirSync(folder);
    writeFileSync(join(folder, 'dump'), tinyDump(1));
    const url = await newCatalogue(server, kind);
    await runInProcess(['fleet', 'add', folder, '--url', url]);
    const stop = strikeOpeners(signal);
    const { code, out } = await runInProcess(['fleet', 'worker', '--until-empty', '--quiet', '--json', ...options, '--url', url]);
    const struck = await stop();
    expect([code, v.parse(fleetWorkerSchema, JSON.parse(out))]).toEqual([0, { schema: 1, done: 3, newDumps: 0, failed: 1 }]);
    expect(server.psql('SELECT state, crashes, finding FROM dumpbench.place JOIN dumpbench.finding ON finding.place = place.id', kind)).toBe(
      `failed|3|fleet/${kind}`,
    );
    if (signal !== undefined) expect(struck).toBe(3);
    expect(openers()).toEqual([]);
    // Somebody asks for it again, and this time nothing is in the way.
    expect(await runInProcess(['fleet', 'retry', '--url', url])).toMatchObject({ out: '1 back in the queue\n' });
    const again = await runInProcess(['fleet', 'worker', '--until-empty', '--quiet', '--json', '--url', url]);
    expect(v.parse(fleetWorkerSchema, JSON.parse(again.out))).toEqual({ schema: 1, done: 1, newDumps: 1, failed: 0 });
    expect(server.psql('SELECT count(*) FROM dumpbench.finding WHERE place IS NOT NULL', kind)).toBe('0');
  });
});
