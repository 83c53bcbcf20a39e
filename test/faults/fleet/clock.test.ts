/** The clock of the database is set back by a year: jobs whose workers are gone, and jobs that wait, are taken up all the same. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { newCatalogue } from '../../fleet/new-catalogue.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const dumps = join(scratch, 'dumps');

describeNeeding('postgresql', 'a clock that was set back', () => {
  let server: PostgresServer;
  beforeAll(() => {
    server = startPostgres();
    mkdirSync(dumps);
    for (const number of [1, 2, 3]) writeFileSync(join(dumps, `dump-${number}`), tinyDump(number));
  });
  afterAll(() => {
    server.stop();
  });

  it('holds no job', async () => {
    const url = await newCatalogue(server, 'clock');
    const psql = (text: string): string => server.psql(text, 'clock');
    expect(await runInProcess(['fleet', 'add', dumps, '--url', url])).toMatchObject({ code: 0 });
    // As it looks after the clock went back: one job of a worker that is gone, one that is to be tried again, one that nobody has taken yet.
    psql(`UPDATE dumpbench_queue.job SET created_on = now() + interval '1 year', start_after = now() + interval '1 year';
      WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM dumpbench_queue.job WHERE name = 'triage')
      UPDATE dumpbench_queue.job SET started_on = now() + interval '1 year', retry_count = 0,
        state = CASE number WHEN 1 THEN 'active' ELSE 'retry' END::dumpbench_queue.job_state,
        heartbeat_on = CASE number WHEN 1 THEN now() + interval '1 year' END
      FROM numbered WHERE numbered.id = job.id AND number < 3;
      UPDATE dumpbench_queue.queue SET monitor_claim_on = now() + interval '1 year', monitor_on = now() + interval '1 year', maintain_on = now() + interval '1 year';
      UPDATE dumpbench_queue.version SET flow_on = now() + interval '1 year'`);
    expect(psql("SELECT state, count(*) FROM dumpbench_queue.job WHERE name = 'triage' GROUP BY state ORDER BY state")).toBe('created|1\nretry|1\nactive|1');
    const { code, out } = await runInProcess(['fleet', 'worker', '--until-empty', '--quiet', '--json', '--url', url]);
    expect([code, v.parse(fleetWorkerSchema, JSON.parse(out))]).toEqual([0, { schema: 1, done: 3, newDumps: 3, failed: 0 }]);
    expect(psql('SELECT count(*) FROM dumpbench.dump')).toBe('3');
  });

  it('starts no job earlier than it should', async () => {
    const url = await newCatalogue(server, 'later');
    expect(await runInProcess(['fleet', 'add', dumps, '--url', url])).toMatchObject({ code: 0 });
    server.psql("UPDATE dumpbench_queue.job SET start_after = now() + interval '1 day'", 'later');
    const stop = new AbortController();
    const working = runInProcess(['fleet', 'worker', '--quiet', '--json', '--url', url], { signal: stop.signal });
    await expect.poll(() => server.psql('SELECT count(*) FROM dumpbench_queue.instance', 'later'), { timeout: 300_000 }).toBe('1');
    stop.abort();
    await working;
    expect(server.psql("SELECT count(*) FROM dumpbench_queue.job WHERE state = 'created' AND start_after > now() + interval '23 hours'", 'later')).toBe('3');
  });
});
