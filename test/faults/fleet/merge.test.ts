/** A worker that is killed while it joins the pieces of a large dump: the next one joins them to the index of one process. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { indexPages } from '../../../src/analysis/engine/pages/index-pages.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { fleetIndexSchema, fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { newCatalogue } from '../../fleet/new-catalogue.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { endWorkers, startWorker } from '../../fleet/worker-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { randomFor, runs, seed } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../../unit/page-index/pieced-dumps.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const ranges = 3;

describeNeeding('postgresql', 'joining pieces', () => {
  let server: PostgresServer;
  beforeAll(() => {
    server = startPostgres();
  });
  afterAll(async () => {
    await endWorkers();
    server.stop();
  });

  it(`resumes after kill -9 (seed ${seed})`, async () => {
    const dump = join(scratch, 'dump.s390');
    const stretches = Array.from({ length: ranges }, (_, at) => `random 0x${(0x1000000 * at + 0x1000).toString(16)} 1 MiB seed=${at + 1}`);
    writeFileSync(dump, buildCase(`memory ${ranges * 16} MiB\ncpu prefix=0x8000\n${stretches.join('\n')}\nformat s390\n`));
    const session = openSession(dump);
    const alone = join(scratch, 'alone.sqlite');
    const options = { digest: true, rebuild: false, path: alone, workers: 0 };
    const { memoryRoot } = await indexPages(session, options, new AbortController().signal, () => undefined);
    session.close();
    const random = randomFor('killed merge');

    let within = 0;
    // A merge may be over before anybody looks: it goes on until one was killed in the middle.
    for (let kill = 0; kill < runs(1, 12) || (within === 0 && kill < 30); kill += 1) {
      const name = `merge_${kill}`;
      const url = await newCatalogue(server, name);
      const psql = (text: string): string => server.psql(text, name);
      const pieces = join(scratch, name);
      mkdirSync(pieces);
      const plan = ['fleet', 'index', dump, '--pieces', pieces, '--range-size', '16MiB', '--url', url, '--json'];
      const [planned] = v.parse(fleetIndexSchema, JSON.parse((await runInProcess(plan)).out)).dumps;
      const worker = startWorker({ words: ['fleet', 'worker', '--url', url], cache: join(scratch, `cache-${kill}`) });
      const isMerging = (): boolean => psql("SELECT count(*) FROM dumpbench_queue.job WHERE name = 'merge' AND state = 'active'") === '1';
      await expect.poll(() => isMerging() || psql('SELECT state FROM dumpbench.indexing') === 'done', { timeout: 600_000, interval: 5 }).toBe(true);
      await sleep(random.below(60));
      worker.kill('SIGKILL');
      expect(await worker.ended).toBe(null);
      if (psql('SELECT state FROM dumpbench.indexing') !== 'done') within += 1;
      // Nobody waits for the time in which it could have said that it lives.
      psql("UPDATE dumpbench_queue.job SET heartbeat_on = now() - interval '1 minute' WHERE state = 'active'");
      const { code, out } = await runInProcess(['fleet', 'worker', '--until-empty', '--quiet', '--json', '--url', url]);
      expect([code, v.parse(fleetWorkerSchema, JSON.parse(out)).failed]).toEqual([0, 0]);
      expect(psql('SELECT state, memory_root FROM dumpbench.indexing')).toBe(`done|${memoryRoot ?? ''}`);
      expect(contentOf(planned?.index ?? '')).toEqual(contentOf(alone));
      expect(readdirSync(planned?.folder ?? '').filter((one) => !one.startsWith('.'))).toHaveLength(ranges);
      expect(psql("SELECT count(*) FROM dumpbench_queue.job WHERE state <> 'completed'")).toBe('0');
    }
    expect(within).toBeGreaterThan(0);
  }, 3_600_000);
});
