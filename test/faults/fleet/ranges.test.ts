/**
 * A large dump in ranges, by workers that are killed and frozen at seeded moments, with a server that restarts, planned twice at once: each range once,
 * and the index, piece by piece, is that of one process.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { indexPages } from '../../../src/analysis/engine/pages/index-pages.ts';
import { indexRange } from '../../../src/analysis/engine/pages/index-range.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { fleetIndexSchema, fleetStatusSchema, fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { newCatalogue } from '../../fleet/new-catalogue.ts';
import { openers, strikeOpeners } from '../../fleet/openers.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { endWorkers, startWorker, type WorkerProcess } from '../../fleet/worker-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { randomFor, runs, seed } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../../unit/page-index/pieced-dumps.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const never = new AbortController().signal;
const quiet = (): void => undefined;
const rangeSize = 2 ** 24;

/** Each range has memory of its own in it. */
function writeDump(path: string, ranges: number): void {
  const stretches = Array.from({ length: ranges }, (_, at) => `random 0x${(rangeSize * at + 0x1000).toString(16)} 6 MiB seed=${at + 1}`);
  writeFileSync(path, buildCase(`memory ${ranges * 16} MiB\ncpu prefix=0x8000\n${stretches.join('\n')}\nformat s390\n`));
}

/** What one process makes: the index, and the digest of each piece. */
async function alone(
  dump: string,
  ranges: number,
): Promise<{ readonly content: unknown; readonly root: string | undefined; readonly pieces: readonly string[] }> {
  const session = openSession(dump);
  try {
    const path = `${dump}.alone.sqlite`;
    const { memoryRoot } = await indexPages(session, { digest: true, rebuild: false, path, workers: 0 }, never, quiet);
    const pieces: string[] = [];
    const output = `${dump}.alone`;
    mkdirSync(output);
    for (let number = 0; number < ranges; number += 1)
      pieces.push(`${number}|indexed|${(await indexRange(session, { number, rangeSize, output, digest: true, workers: 0 }, never, quiet)).sha256}`);
    return { content: contentOf(path), root: memoryRoot, pieces };
  } finally {
    session.close();
  }
}

describeNeeding('postgresql', 'a dump in ranges', () => {
  let server: PostgresServer;

  const until = (what: () => boolean): Promise<void> => expect.poll(what, { timeout: 600_000, interval: 20 }).toBe(true);
  const indexingOf = async (url: string) => {
    const { out } = await runInProcess(['fleet', 'status', '--json', '--url', url]);
    return v.parse(fleetStatusSchema, JSON.parse(out)).indexing;
  };

  beforeAll(() => {
    server = startPostgres();
  });
  afterAll(async () => {
    await endWorkers();
    server.stop();
  });

  it(`is the index of one process, through kills, a freeze, and a restart of the server (seed ${seed})`, async () => {
    const ranges = runs(10, 40);
    const random = randomFor('fleet ranges');
    const [killAt, restartAt] = [3 + random.below(3), 3 + random.below(ranges - 4)];
    const dump = join(scratch, 'together.s390');
    const pieces = join(scratch, 'pieces');
    mkdirSync(pieces);
    writeDump(dump, ranges);
    const expected = await alone(dump, ranges);
    const url = await newCatalogue(server, 'together');
    const psql = (text: string): string => server.psql(text, 'together');
    const plan = ['fleet', 'index', dump, '--pieces', pieces, '--range-size', '16MiB', '--url', url, '--json'];
    const planned = await Promise.all([1, 2].map(() => runInProcess(plan)));
    const [one, other] = planned.map(({ out }) => v.parse(fleetIndexSchema, JSON.parse(out)).dumps[0]);
    expect((one?.jobs ?? 0) + (other?.jobs ?? 0)).toBe(ranges);

    const done = (): number => Number(psql("SELECT count(*) FROM dumpbench.range WHERE state <> 'queued'"));
    const active = (): number => Number(psql("SELECT count(*) FROM dumpbench_queue.job WHERE name = 'index' AND state = 'active'"));
    const start = (name: string): WorkerProcess => startWorker({ words: ['fleet', 'worker', '--url', url], cache: join(scratch, `cache-${name}`) });
    const frozen = start('frozen');
    // Its child process goes on and leaves the piece; what it has to say of it comes late.
    for (let isHeld = false; !isHeld;) {
      await until(() => active() > 0);
      frozen.kill('SIGSTOP');
      await sleep(200);
      isHeld = active() > 0;
      if (!isHeld) frozen.kill('SIGCONT');
    }
    expect(done()).toBeLessThan(ranges - 1);
    const workers = [start('killed'), start('other')];
    await until(() => done() >= killAt);
    workers[0]?.kill('SIGKILL');
    await until(() => done() >= restartAt);
    server.restart();
    await until(() => psql('SELECT state FROM dumpbench.indexing') === 'done');
    const index = one?.index ?? '';
    const made = statSync(index);
    frozen.kill('SIGCONT');
    await until(() => frozen.said().includes('taken over by another worker'));
    for (const worker of [frozen, ...workers]) worker.kill('SIGTERM');
    const codes = await Promise.all([frozen, ...workers].map(({ ended }) => ended));
    expect(codes).toEqual([0, null, 0]);

    expect(contentOf(index)).toEqual(expected.content);
    expect([statSync(index).ino, statSync(index).ctimeMs]).toEqual([made.ino, made.ctimeMs]);
    expect(psql('SELECT number, state, sha256 FROM dumpbench.range ORDER BY number').split('\n')).toEqual(expected.pieces);
    expect(psql('SELECT state, memory_root FROM dumpbench.indexing')).toBe(`done|${expected.root ?? ''}`);
    expect(psql('SELECT name, state, count(*) FROM dumpbench_queue.job GROUP BY 1, 2 ORDER BY 1')).toBe(
      `index|completed|${ranges}\nmerge|completed|1\ntriage|completed|1`,
    );
    // A killed process may leave a file whose name begins with a dot.
    expect(readdirSync(one?.folder ?? '').filter((name) => !name.startsWith('.'))).toHaveLength(ranges);
  });

  it('has unreadable pages where a range kills the process that reads it, and is complete once it does not', async () => {
    const dump = join(scratch, 'poison.s390');
    const pieces = join(scratch, 'poisoned');
    mkdirSync(pieces);
    writeDump(dump, 2);
    const expected = await alone(dump, 2);
    const url = await newCatalogue(server, 'poison');
    const psql = (text: string): string => server.psql(text, 'poison');
    const fleet = (...words: readonly string[]) => runInProcess(['fleet', ...words, '--json', '--url', url]);
    const work = async () => v.parse(fleetWorkerSchema, JSON.parse((await fleet('worker', '--until-empty', '--quiet')).out));
    await fleet('add', dump);
    await work();
    const plan = ['index', dump, '--pieces', pieces, '--range-size', '16MiB'];
    await fleet(...plan);
    // Only one of the two can be taken for now, and again at once.
    psql(`UPDATE dumpbench_queue.job SET retry_delay = 0, retry_backoff = false, start_after = CASE data->>'range' WHEN '0' THEN now() ELSE now() + interval '1 day' END
          WHERE name = 'index'`);
    const stop = strikeOpeners('SIGKILL');
    const working = work();
    await until(() => psql('SELECT crashes FROM dumpbench.range WHERE number = 0') === '3');
    expect(await stop()).toBeGreaterThanOrEqual(3);
    await until(() => psql('SELECT state FROM dumpbench.range WHERE number = 0') === 'unreadable');
    psql("UPDATE dumpbench_queue.job SET start_after = now() WHERE name = 'index' AND state = 'created'");
    expect(await working).toMatchObject({ failed: 0 });
    const [indexing] = await indexingOf(url);
    expect(indexing).toMatchObject({
      state: 'done',
      ranges: { queued: 0, indexed: 1, unreadable: 1, failed: 0 },
      problem: '4096 pages are unreadable; "fleet index" tries their ranges again',
    });
    expect(indexing).not.toHaveProperty('memoryRoot');
    expect(psql('SELECT problem FROM dumpbench.range WHERE number = 0')).toMatch(/^0x0-0x1000000 was not read: the process that opens it crashes: /);

    await fleet(...plan);
    expect(await work()).toMatchObject({ done: 2, failed: 0 });
    expect(contentOf(indexing?.index ?? '')).toEqual(expected.content);
    expect((await indexingOf(url))[0]).toMatchObject({ state: 'done', ranges: { indexed: 2, unreadable: 0 }, memoryRoot: expected.root });
    expect(openers()).toEqual([]);
  });
});
