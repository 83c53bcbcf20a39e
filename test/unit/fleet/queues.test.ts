/** Queues besides triage: a large dump in ranges, checks in full, dumps of an older version. In one process, on a server of the test's own. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { indexPages } from '../../../src/analysis/engine/pages/index-pages.ts';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { openServer } from '../../../src/fleet/database/server.ts';
import { initCatalogue } from '../../../src/fleet/init.ts';
import { fleetIndexSchema, fleetQueuedSchema, fleetRetrySchema, fleetStatusSchema, fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../page-index/pieced-dumps.ts';
import { wrongBySchema } from '../published-schemas.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const dump = join(scratch, 'large.s390');
const pieces = join(scratch, 'pieces');
const single = join(scratch, 'single.sqlite');

describeNeeding('postgresql', 'queues of a fleet', () => {
  let server: PostgresServer;
  const fleet = (...words: readonly string[]) => runInProcess(['fleet', ...words, '--url', server.url()]);
  async function answer<const S extends v.GenericSchema>(schema: S, ...words: readonly string[]): Promise<v.InferOutput<S>> {
    const { code, out, err } = await fleet(...words, '--json');
    expect([code, err]).toEqual([0, '']);
    const document: unknown = JSON.parse(out);
    expect(wrongBySchema(schema, document)).toEqual([]);
    return v.parse(schema, document);
  }
  const work = (...words: readonly string[]) => answer(fleetWorkerSchema, 'worker', '--until-empty', '--quiet', ...words);
  const psql = (text: string): string => server.psql(text, 'fleet');
  const status = () => answer(fleetStatusSchema, 'status');

  beforeAll(async () => {
    mkdirSync(pieces);
    const stretches = Array.from({ length: 5 }, (_, at) => `random 0x${(0x100_3000 * at).toString(16)} 0x4000 seed=${at + 1}`);
    writeFileSync(dump, buildCase(`memory 80 MiB\ncpu prefix=0x8000\n${stretches.join('\n')}\nformat s390\n`));
    const session = openSession(dump);
    await indexPages(session, { digest: true, rebuild: false, path: single, workers: 0 }, new AbortController().signal, () => undefined);
    session.close();
    server = startPostgres();
    server.createDatabase('fleet');
    const database = openServer(server.url(), 3);
    await initCatalogue(database, {});
    await database.close();
  });
  afterAll(() => {
    server.stop();
  });

  it('index a dump in ranges to the index that one process makes', async () => {
    const planned = await answer(fleetIndexSchema, 'index', dump, '--pieces', pieces, '--range-size', '16MiB');
    const [one] = planned.dumps;
    expect(planned.dumps).toEqual([
      { path: dump, rangeSize: 2 ** 24, ranges: 5, jobs: 5, folder: expect.any(String) as string, index: `${one?.folder}.sqlite` },
    ]);
    expect((await status()).queues).toMatchObject({ triage: { waiting: 1 }, index: { waiting: 5 }, merge: { waiting: 0 } });
    // Asked for again, nothing is there twice.
    expect((await answer(fleetIndexSchema, 'index', dump, '--pieces', pieces, '--range-size', '16MiB')).dumps).toMatchObject([{ jobs: 0 }]);
    // The triage, five ranges, and the merge.
    expect(await work()).toMatchObject({ done: 7, newDumps: 1, failed: 0 });
    expect(contentOf(one?.index ?? '')).toEqual(contentOf(single));
    const { memoryRoot } = contentOf(single).header;
    expect((await status()).indexing).toEqual([
      { path: dump, state: 'done', ranges: { queued: 0, indexed: 5, unreadable: 0, failed: 0 }, index: one?.index, memoryRoot },
    ]);
    expect(psql("SELECT DISTINCT state, algorithm <> '', length(sha256), counts->>'total' FROM dumpbench.range")).toBe('indexed|t|64|4096');
    expect((await fleet('index', dump, '--pieces', pieces)).out).toContain('it is indexed, or being indexed');
    expect(readdirSync(one?.folder ?? '')).toHaveLength(5);
    // The index is gone: it comes back, from pieces that are there.
    rmSync(one?.index ?? '');
    expect((await answer(fleetIndexSchema, 'index', dump, '--pieces', pieces, '--range-size', '16MiB')).dumps).toMatchObject([{ jobs: 5 }]);
    expect(await work()).toMatchObject({ done: 6, failed: 0 });
    expect(contentOf(one?.index ?? '')).toEqual(contentOf(single));
    expect((await fleet('status')).out).toMatch(/done {2}5 of 5 ranges {2}\S+large\.s390/);
  });

  it('leave the pieces of dumps that are larger', async () => {
    const apart = join(scratch, 'apart');
    mkdirSync(apart);
    psql("DELETE FROM dumpbench_queue.job WHERE state = 'completed'");
    const [one] = (await answer(fleetIndexSchema, 'index', dump, '--pieces', apart, '--pieces-from', '1MiB')).dumps;
    // One at a time from this storage, although the worker would take two.
    expect((await fleet('init', '--per-storage', '1')).code).toBe(0);
    expect(await work('--jobs', '2')).toMatchObject({ done: 6, failed: 0 });
    expect((await fleet('init', '--per-storage', '16')).code).toBe(0);
    expect(
      psql(`SELECT count(DISTINCT one.id), count(other.id) FROM dumpbench_queue.job AS one LEFT JOIN dumpbench_queue.job AS other
        ON other.name = one.name AND other.id > one.id AND one.started_on < other.completed_on AND other.started_on < one.completed_on WHERE one.name = 'index'`),
    ).toBe('5|0');
    expect(contentOf(one?.index ?? '')).toEqual(contentOf(single));
    const { out } = await runInProcess(['sql', dump, 'SELECT count(*) FROM block', '--index', one?.index ?? '', '--json']);
    expect(JSON.parse(out)).toMatchObject({ rows: [[5]] });
    rmSync(one?.folder ?? '', { recursive: true });
    expect((await runInProcess(['sql', dump, 'SELECT count(*) FROM block', '--index', one?.index ?? ''])).code).not.toBe(0);
  });

  it('wait for the folder of the pieces, and end an index whose dump is another one now', async () => {
    const other = join(scratch, 'other.s390');
    const place = join(scratch, 'late');
    mkdirSync(place);
    writeFileSync(other, tinyDump(11));
    const [one] = (await answer(fleetIndexSchema, 'index', other, '--pieces', place)).dumps;
    rmSync(one?.folder ?? '', { recursive: true });
    psql("UPDATE dumpbench_queue.job SET retry_count = 19, retry_delay = 0, retry_backoff = false WHERE name = 'index' AND state = 'created'");
    expect(await work()).toMatchObject({ failed: 1 });
    const [indexing] = (await status()).indexing;
    expect(indexing).toMatchObject({ path: other, state: 'failed', ranges: { failed: 1 }, problem: expect.stringContaining('1 of its ranges') as string });
    expect(psql("SELECT problem FROM dumpbench.range WHERE state = 'failed'")).toMatch(/the folder of the pieces, cannot be reached from this machine$/);
    mkdirSync(one?.folder ?? '');
    writeFileSync(other, tinyDump(12));
    expect(await answer(fleetRetrySchema, 'retry')).toMatchObject({ retried: 1 });
    await work();
    expect((await status()).indexing[0]).toMatchObject({ state: 'failed', problem: `another dump is at ${other} now` });
    expect(existsSync(one?.index ?? '')).toBe(false);
  });

  it('say what is wrong with what they are given', async () => {
    writeFileSync(join(scratch, 'text'), 'no dump');
    const said = async (...words: readonly string[]) => {
      const { code, err } = await fleet('index', ...words);
      return [code, err];
    };
    expect(await said(dump)).toEqual([2, expect.stringContaining('--pieces names a folder')]);
    expect(await said(join(scratch, 'text'), '--pieces', pieces)).toEqual([2, expect.stringContaining('does not begin like a dump')]);
    expect(await said(dump, '--pieces', join(scratch, 'nowhere'))).toEqual([
      2,
      expect.stringContaining(`--pieces ${join(scratch, 'nowhere')}: no such file or folder (expected an existing folder`),
    ]);
    expect(await said(dump, '--pieces', dump)).toEqual([2, expect.stringContaining('it is not a folder')]);
    expect(await said(dump, '--pieces', pieces, '--range-size', '5000')).toEqual([2, expect.stringContaining('power of two')]);
    expect((await fleet('verify', '999')).err).toContain('there is no place 999 with a dump');
    expect((await fleet('verify', 'x')).err).toContain('"x" is not the number of a place');
    expect((await fleet('reprocess', 'x')).code).toBe(2);
  });

  it('verify places in full, each once until it changes', async () => {
    const before = Number(psql("SELECT count(*) FROM dumpbench.place WHERE state = 'done'"));
    const place = psql(`SELECT id FROM dumpbench.place WHERE path = '${dump}'`);
    expect(await answer(fleetQueuedSchema, 'verify')).toEqual({ schema: 1, queued: before });
    expect(await answer(fleetQueuedSchema, 'verify')).toEqual({ schema: 1, queued: 0 });
    expect(await work()).toMatchObject({ done: before, failed: 0 });
    const alone = JSON.parse((await runInProcess(['verify', dump, '--json'])).out) as { digests: object; checks: { id: string; verdict: string }[] };
    const kept = psql(`SELECT json_build_object('file', file_sha256, 'memoryRoot', memory_root) FROM dumpbench.verification WHERE place = ${place}`);
    expect(alone.digests).toMatchObject(JSON.parse(kept) as object);
    const verdicts = psql(
      `SELECT json_agg(json_build_object('id', check_id, 'verdict', verdict) ORDER BY check_id) FROM dumpbench.check_result WHERE place = ${place}`,
    );
    // Whether an index was there already depends on the machine.
    const others = (checks: readonly { readonly id: string; readonly verdict: string }[]) => checks.filter(({ id }) => id !== 'index-digest');
    expect(others(v.parse(v.array(v.object({ id: v.string(), verdict: v.string() })), JSON.parse(verdicts)))).toEqual(
      others(alone.checks.map(({ id, verdict }) => ({ id, verdict })).sort((a, b) => (a.id < b.id ? -1 : 1))),
    );
    expect((await status()).verifications).toEqual({ queued: 0, done: before, failed: 0 });
    expect(await answer(fleetQueuedSchema, 'verify')).toMatchObject({ queued: 0 });
    expect(await answer(fleetQueuedSchema, 'verify', place)).toMatchObject({ queued: 1 });
    await work();
    const gone = psql(`SELECT id FROM dumpbench.place WHERE path LIKE '%other.s390'`);
    rmSync(join(scratch, 'other.s390'));
    expect(await answer(fleetQueuedSchema, 'verify', gone)).toMatchObject({ queued: 1 });
    await work();
    expect(psql(`SELECT state, problem LIKE '%no longer exists' FROM dumpbench.verification WHERE place = ${gone}`)).toBe('failed|t');
    expect((await fleet('init', '--no-texts')).code).toBe(0);
    expect(psql('SELECT count(*) FROM dumpbench.check_result WHERE detail IS NOT NULL')).toBe('0');
  });

  it('look again at what an older version has looked at, after everything else', async () => {
    writeFileSync(join(scratch, 'copy'), tinyDump(1));
    writeFileSync(join(scratch, 'copy of it'), tinyDump(1));
    await fleet('add', join(scratch, 'copy'), join(scratch, 'copy of it'));
    await work();
    expect(await answer(fleetQueuedSchema, 'reprocess')).toMatchObject({ queued: 0 });
    psql("UPDATE dumpbench.dump SET tool = '0.0.1', title = 'old' WHERE dump_key IN (SELECT dump_key FROM dumpbench.place WHERE path LIKE '%copy%')");
    expect(await answer(fleetQueuedSchema, 'reprocess')).toEqual({ schema: 1, queued: 1 });
    expect(await answer(fleetQueuedSchema, 'reprocess')).toMatchObject({ queued: 0 });
    writeFileSync(join(scratch, 'new'), tinyDump(2));
    await fleet('add', join(scratch, 'new'));
    const { err } = await fleet('worker', '--until-empty');
    expect(err.indexOf('/new: new')).toBeLessThan(err.indexOf('/copy: updated'));
    expect(psql("SELECT count(*) FROM dumpbench.dump WHERE title = 'old' OR tool = '0.0.1'")).toBe('0');
  });
});
