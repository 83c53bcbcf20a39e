/** A catalogue in a folder, without a server: made, filled, asked, and shared by processes that come at the same time. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { holdLock } from '../../../src/analysis/page-index/held-lock.ts';
import { openCatalogue, type Database } from '../../../src/fleet/index.ts';
import { placeSamples } from '../../placed-samples.ts';
import {
  fleetAddSchema,
  fleetInitSchema,
  fleetIssuesSchema,
  fleetQuerySchema,
  fleetRetrySchema,
  fleetStatusSchema,
  fleetWorkerSchema,
} from '../../../src/shared/fleet-model.ts';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { runCliProcess } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongBySchema } from '../published-schemas.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { endWorkers, startWorker } from '../../fleet/worker-process.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const catalogue = join(scratch, 'catalogue');
const dumps = join(scratch, 'dumps');
const crash = fileURLToPath(new URL('../../dumps/c-null-kthread.kdump', import.meta.url));

/** Opening it takes longer than most commands. */
let holder: Database | undefined;

const fleet = (...words: readonly string[]) => runInProcess(['fleet', ...words, '--catalogue', catalogue]);

async function answer<const S extends v.GenericSchema>(schema: S, ...words: readonly string[]): Promise<v.InferOutput<S>> {
  const { code, out, err } = await fleet(...words, '--json');
  expect(err.replaceAll(/^.*: (?:new|updated|known already|refused): .*\n/gm, '')).toBe('');
  expect(code).toBe(0);
  const document: unknown = JSON.parse(out);
  expect(wrongBySchema(schema, document)).toEqual([]);
  return v.parse(schema, document);
}

beforeAll(() => {
  mkdirSync(join(dumps, 'below', 'deeper'), { recursive: true });
  placeSamples(dumps);
  copyFileSync(join(dumps, 'sample-damaged.s390'), join(dumps, 'below', 'deeper', 'the same again'));
  copyFileSync(crash, join(dumps, 'below', 'vmcore'));
  writeFileSync(join(dumps, 'notes.txt'), 'no dump\n');
});

describe('a catalogue in a folder', () => {
  it('is not there until it is made', async () => {
    const { code, err } = await fleet('status');
    expect([code, err]).toEqual([3, expect.stringContaining('holds no fleet catalogue yet: "dumpbench fleet init" makes one')]);
    expect(await answer(fleetInitSchema, 'init')).toMatchObject({ kind: 'embedded', place: catalogue, version: { from: 0, to: 2 }, roles: 'none' });
    expect(await answer(fleetInitSchema, 'init')).toMatchObject({ version: { from: 2, to: 2 } });
    expect(statSync(catalogue).mode & 0o777).toBe(0o700);
  });

  it('is not said to be missing where the user may not look', async () => {
    const locked = join(scratch, 'locked');
    mkdirSync(locked, { mode: 0o000 });
    // What keeps root out is only that it may not override modes (capabilities(7)).
    const before = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] : [];
    for (const action of ['status', 'init']) {
      const asked = startWorker({ words: ['fleet', action, '--catalogue', join(locked, 'catalogue')], cache: join(scratch, 'cache'), before });
      expect([await asked.ended, asked.said()]).toEqual([3, expect.stringMatching(/^dumpbench: .*locked\/catalogue.*: no permission/)]);
    }
    rmSync(locked, { recursive: true });
  });

  it('is served to the commands that follow by whoever has it open', async () => {
    holder = await openCatalogue({ where: catalogue, command: 'fleet worker', signal: new AbortController().signal });
    expect(statSync(join(catalogue, '.s.PGSQL.5432')).mode & 0o777).toBe(0o600);
    expect(await answer(fleetStatusSchema, 'status')).toMatchObject({ kind: 'embedded', dumps: 0 });
  });

  it('takes dumps in, once: folders, copies, and what is no dump', async () => {
    expect(await answer(fleetAddSchema, 'add', dumps)).toEqual({ schema: 1, found: 4, added: 4, changed: 0, others: 1, unreadable: [] });
    expect(await answer(fleetAddSchema, 'add', dumps, join(dumps, 'below', 'vmcore'))).toMatchObject({ found: 5, added: 0, changed: 0 });
    expect(await answer(fleetWorkerSchema, 'worker', '--until-empty')).toEqual({ schema: 1, done: 4, newDumps: 3, failed: 0 });
    const status = await answer(fleetStatusSchema, 'status');
    expect(status).toMatchObject({ dumps: 3, places: { queued: 0, done: 4, refused: 0, failed: 0 }, active: 0, troubles: [], issues: { new: 1 } });
    expect(await answer(fleetAddSchema, 'add', dumps)).toMatchObject({ found: 4, added: 0, changed: 0 });
    expect(await answer(fleetWorkerSchema, 'worker', '--until-empty')).toMatchObject({ done: 0 });
  });

  it('takes a file whose contents have changed for another dump, and keeps the one that it was', async () => {
    const path = join(dumps, 'changing');
    writeFileSync(path, tinyDump(1));
    await answer(fleetAddSchema, 'add', path);
    writeFileSync(path, tinyDump(2));
    utimesSync(path, 1, 1);
    expect(await answer(fleetAddSchema, 'add', path)).toMatchObject({ added: 0, changed: 1 });
    expect(await answer(fleetWorkerSchema, 'worker', '--until-empty')).toMatchObject({ newDumps: 1 });
    rmSync(path);
  });

  it('names what it cannot read, and does not confuse it with another file', async () => {
    const folder = join(scratch, 'unread');
    mkdirSync(folder);
    // Nobody may read it as a dump, root neither.
    const file = join(folder, 'dump');
    symlinkSync('/proc/self/mem', file);
    const why = 'it is a file of proc, which the kernel makes as it is read';
    const unreadable = (isNamed: boolean) => [{ path: file, why, isNamed }];
    const below = await fleet('add', folder, '--json');
    expect([below.code, JSON.parse(below.out)]).toEqual([0, { schema: 1, found: 0, added: 0, changed: 0, others: 0, unreadable: unreadable(false) }]);
    expect(await fleet('add', file)).toMatchObject({
      code: 3,
      out: '0 dumps found: 0 new; 1 could not be read\n',
      err: `dumpbench: ${file}: ${why}\n`,
    });
    const named = await fleet('add', file, '--json');
    expect([named.code, JSON.parse(named.out)]).toEqual([3, expect.objectContaining({ others: 0, unreadable: unreadable(true) })]);
  });

  it('lists the places that gave no result, and says how many there are', async () => {
    const folder = join(scratch, 'refused');
    mkdirSync(folder);
    const number = 21;
    for (let at = 0; at < number; at += 1) writeFileSync(join(folder, `cut ${at}`), tinyDump(1).subarray(0, 200));
    await answer(fleetAddSchema, 'add', folder);
    await answer(fleetWorkerSchema, 'worker', '--until-empty');
    const { troubles, troubleCount } = await answer(fleetStatusSchema, 'status');
    expect([troubles.length, troubleCount]).toEqual([20, number]);
    expect(troubles[0]).toMatchObject({ path: join(folder, 'cut 0'), state: 'refused', problem: expect.any(String) as string });
    expect((await fleet('status')).out).toMatch(/refused {2}\S+\/cut 0 .*\n[^]*\n1 more: dumpbench fleet query "SELECT id, state, path, problem FROM place/);
    await holder?.run("DELETE FROM dumpbench.place WHERE state = 'refused'");
  });

  it('fails a file that is temporarily missing, and retries it once it is back', async () => {
    const folder = join(scratch, 'away');
    mkdirSync(folder);
    const path = join(folder, 'a');
    writeFileSync(path, tinyDump(21));
    writeFileSync(join(folder, 'b'), tinyDump(22));
    await answer(fleetAddSchema, 'add', folder);
    const away = async (): Promise<void> => {
      renameSync(path, join(scratch, 'elsewhere'));
      const { code, err } = await fleet('worker', '--until-empty');
      expect([code, err]).toEqual([0, expect.stringContaining(`${path}: failed: ${path} no longer exists\n`)]);
      renameSync(join(scratch, 'elsewhere'), path);
    };
    await away();
    expect(await answer(fleetRetrySchema, 'retry')).toMatchObject({ retried: 1 });
    await away();
    expect(await answer(fleetAddSchema, 'add', folder)).toMatchObject({ found: 2, added: 0, changed: 1 });
    expect(await answer(fleetAddSchema, 'add', folder)).toMatchObject({ changed: 0 });
    expect(await answer(fleetWorkerSchema, 'worker', '--until-empty')).toMatchObject({ newDumps: 1, failed: 0 });
    expect(await answer(fleetAddSchema, 'add', folder)).toMatchObject({ changed: 0 });
    rmSync(folder, { recursive: true });
  });

  it('answers queries, and rejects one that writes or has two statements', async () => {
    const { columns, rows } = await answer(fleetQuerySchema, 'query', 'SELECT class, count(*) AS dumps FROM dump WHERE issue IS NOT NULL GROUP BY class');
    expect({ columns, rows }).toEqual({ columns: ['class', 'dumps'], rows: [['null-pointer', 1]] });
    const values = "SELECT 9007199254740991, 9007199254740992, ARRAY[1::int8], 'NaN'::float8, '-Infinity'::float8, 1.50, NULL";
    expect((await answer(fleetQuerySchema, 'query', values)).rows).toEqual([[9007199254740991, '9007199254740992', [1], 'NaN', '-Infinity', '1.50', null]]);
    expect(await answer(fleetQuerySchema, 'query', 'SELECT 1 AS a, 2 AS a UNION ALL SELECT 3, 4', '--rows', '1')).toMatchObject({
      columns: ['a', 'a'],
      rows: [[1, 2]],
      truncated: true,
    });
    for (const text of [
      'DELETE FROM dump',
      'SELECT 1; DROP TABLE dump',
      'COMMIT',
      'WITH gone AS (DELETE FROM dump RETURNING 1) SELECT * FROM gone',
      'SELECT nothing',
    ])
      expect(await fleet('query', text)).toMatchObject({ code: 2, err: expect.stringContaining('dumpbench: the query: ') as string });
    expect(await answer(fleetStatusSchema, 'status')).toMatchObject({ dumps: 6 });
  });

  it('groups dumps of one signature into an issue, with what people know of it', async () => {
    const [issue] = (await answer(fleetIssuesSchema, 'issues')).issues;
    expect(issue).toMatchObject({ class: 'null-pointer', status: 'new', dumps: 1, links: [] });
    expect(issue?.releases).toHaveLength(1);
    const change = ['--status', 'fixed', '--note', 'fixed\tby <b>me</b>', '--link', 'https://bugs.example/1', '--link', 'https://bugs.example/1'];
    const changed = await answer(fleetIssuesSchema, 'issues', String(issue?.id), ...change);
    expect(changed.issues).toEqual([{ ...issue, status: 'fixed', note: 'fixed\tby <b>me</b>', links: ['https://bugs.example/1'] }]);
    expect((await answer(fleetIssuesSchema, 'issues', '--status', 'new')).issues).toEqual([]);
    expect((await fleet('issues', '--status', 'open')).out).toBe('no open issues\n');
    expect((await fleet('issues', String(issue?.id))).out).toContain('note      fixed\\u{9}by <b>me</b>');
    expect(await fleet('issues', '999')).toMatchObject({ code: 2 });
    expect(await fleet('issues', '1', '--link', 'javascript:alert(1)')).toMatchObject({ code: 2 });
  });

  it('tells triage how often a crash was seen, of a signature that it knows and of no other', async () => {
    const triage = async (where: string, ...files: readonly string[]) => {
      const { code, out, err } = await runInProcess(['triage', ...files, '--catalogue', where, '--json']);
      return { code, err, seen: v.parse(triageSchema, JSON.parse(out)).dumps.map(({ verdict }) => verdict.seen) };
    };
    const first = { issue: 1, status: 'fixed', note: 'fixed\tby <b>me</b>', links: ['https://bugs.example/1'] };
    expect(await triage(catalogue, crash, join(dumps, 'sample-damaged.s390'))).toEqual({ code: 0, err: '', seen: [{ ...first, times: 0 }, undefined] });
    // The same trouble of two other machines.
    await holder?.run(
      `INSERT INTO dumpbench.dump SELECT (jsonb_populate_record(dump, jsonb_build_object('dump_key', repeat(digit, 64), 'crashed', '2025-03-0' || digit || 'T00:00:00Z'))).*
       FROM dumpbench.dump, unnest(ARRAY['1', '2']) AS digit WHERE issue = 1`,
    );
    const seen = { ...first, times: 2, first: '2025-03-01T00:00:00.000Z', last: '2025-03-02T00:00:00.000Z' };
    expect(await triage(catalogue, crash)).toEqual({ code: 0, err: '', seen: [seen] });
    const { out } = await runInProcess(['triage', crash, '--catalogue', catalogue]);
    expect(out).toContain('seen in 2 other dumps since 2025-03-01; issue 1 (fixed): fixed\\u{9}by <b>me</b> (https://bugs.example/1)');
    await holder?.run("DELETE FROM dumpbench.dump WHERE dump_key ~ '^([12])\\1*$'");
    const unreachable = await triage(`postgres://me:s3cret@localhost:1/fleet`, crash);
    expect(unreachable).toMatchObject({
      code: 0,
      seen: [undefined],
      err: expect.stringMatching(/^dumpbench: the catalogue was not queried: postgres:\/\/me@localhost:1\/fleet cannot be reached: [^\n]*\n$/) as string,
    });
    expect(await triage(join(scratch, 'nowhere'), crash)).toMatchObject({ code: 0, err: expect.stringContaining('holds no fleet catalogue yet') as string });
  });

  it('keeps no lines of logs and no command lines when it may not', async () => {
    const texts = async (): Promise<string> =>
      JSON.stringify((await answer(fleetQuerySchema, 'query', 'SELECT command_line, verdict::text, detail FROM dump LEFT JOIN finding USING (dump_key)')).rows);
    const rowsOf = async (analysis: string) =>
      (await answer(fleetQuerySchema, 'query', `SELECT cells FROM analysis_row WHERE analysis = '${analysis}' ORDER BY dump_key, number`)).rows.flat();
    expect(await texts()).toContain('evidence');
    // Only the kdump says where its kernel keeps its symbols.
    const running = await rowsOf('cpus-running');
    expect(running).toContainEqual(expect.objectContaining({ cpu: 0, pid: 97, idle: false }));
    const warned = await rowsOf('problems');
    expect(warned.length).toBeGreaterThan(0);
    for (const row of warned) expect(row).toMatchObject({ rule: expect.any(String) as string, text: expect.any(String) as string });
    await answer(fleetInitSchema, 'init', '--no-texts');
    expect(await answer(fleetStatusSchema, 'status')).toMatchObject({ texts: false });
    expect(await texts()).not.toContain('evidence');
    const unquoted = (rows: readonly unknown[]) =>
      rows.map((row) => Object.fromEntries(Object.entries(row as object).filter(([name]) => !['subject', 'text', 'value', 'evidence'].includes(name))));
    expect(await rowsOf('problems')).toEqual(unquoted(warned));
    expect(await rowsOf('cpus-running')).toEqual(running);
    // Entered anew, as a newer program would.
    await holder?.run("UPDATE dumpbench.dump SET tool = '0.0.1'");
    const places = (await answer(fleetQuerySchema, 'query', "SELECT id FROM place WHERE path LIKE '%/below/vmcore'")).rows.flat().map(String);
    await answer(fleetRetrySchema, 'retry', ...places);
    await answer(fleetWorkerSchema, 'worker', '--until-empty');
    expect(await rowsOf('problems')).toEqual(unquoted(warned));
    writeFileSync(join(dumps, 'later.vmcore'), tinyDump(77));
    await answer(fleetAddSchema, 'add', dumps);
    await answer(fleetWorkerSchema, 'worker', '--until-empty');
    const kept = await answer(
      fleetQuerySchema,
      'query',
      "SELECT count(*)::int FROM dump LEFT JOIN finding USING (dump_key) WHERE command_line IS NOT NULL OR detail IS NOT NULL OR verdict ? 'evidence'",
    );
    expect(kept.rows).toEqual([[0]]);
  });

  it('puts what failed back into the queue', async () => {
    expect(await answer(fleetRetrySchema, 'retry')).toEqual({ schema: 1, retried: 0 });
    expect(await fleet('retry', '1', '99999')).toMatchObject({
      code: 2,
      err: 'dumpbench: there is no place 99999; "fleet status" lists those that gave no result\n',
    });
    expect(await answer(fleetRetrySchema, 'retry', '1')).toEqual({ schema: 1, retried: 1 });
    expect((await fleet('worker', '--until-empty')).err).toMatch(/\n1 job ended, 0 new dumps, 0 failed\n$/);
    expect(await fleet('worker', '--memory', '63MiB')).toMatchObject({ code: 2, err: expect.stringContaining('--memory must be at least 64 MiB') as string });
  });

  it('says at which try it is when a folder is not there', async () => {
    const folder = join(scratch, 'not mounted');
    mkdirSync(folder);
    writeFileSync(join(folder, 'dump'), tinyDump(31));
    await answer(fleetAddSchema, 'add', folder);
    rmSync(folder, { recursive: true });
    await holder?.run("UPDATE dumpbench_queue.job SET retry_count = 18, retry_delay = 0, retry_backoff = false WHERE name = 'triage' AND state = 'created'");
    expect((await fleet('worker', '--until-empty')).err).toContain('its folder is empty or missing (try 19 of 20)\n');
    await holder?.run("DELETE FROM dumpbench.place WHERE state = 'failed'");
  });
});

describe('several processes', () => {
  beforeAll(() => holder?.close());

  it('reach an embedded catalogue at once, through whoever has it open', async () => {
    const more = join(scratch, 'more');
    mkdirSync(more);
    for (let number = 100; number < 106; number += 1) writeFileSync(join(more, `d${number}`), tinyDump(number));
    const run = (...words: readonly string[]) => runCliProcess(['fleet', ...words, '--catalogue', catalogue, '--json']);
    const all = await Promise.all([run('add', more), run('add', more), run('status')]);
    expect(all.map(({ code, err }) => [code, err])).toEqual(all.map(() => [0, '']));
    const added = all.slice(0, 2).map(({ out }) => v.parse(fleetAddSchema, JSON.parse(out)).added);
    expect((added[0] ?? 0) + (added[1] ?? 0)).toBe(6);
    const workers = await Promise.all([run('worker', '--until-empty'), run('worker', '--until-empty')]);
    expect(workers.map(({ code }) => code)).toEqual([0, 0]);
    const done = workers.map(({ out }) => v.parse(fleetWorkerSchema, JSON.parse(out)).newDumps);
    expect((done[0] ?? 0) + (done[1] ?? 0)).toBe(6);
  });

  it('go on when the one that has it open is gone: another opens it', async () => {
    const owner = () => v.parse(v.object({ pid: v.number() }), JSON.parse(readFileSync(join(catalogue, 'owner.json'), 'utf8'))).pid;
    const words = ['fleet', 'worker', '--catalogue', catalogue];
    const cache = join(scratch, 'cache');
    const first = startWorker({ words, cache });
    try {
      await expect.poll(() => existsSync(join(catalogue, 'owner.json')) && owner() === first.pid, { timeout: 600_000 }).toBe(true);
      const second = startWorker({ words, cache });
      const workers = async () => (await answer(fleetStatusSchema, 'status')).workers.map(({ pid }) => pid);
      await expect.poll(workers, { timeout: 600_000, interval: 200 }).toContain(second.pid);
      first.kill('SIGKILL');
      await first.ended;
      await expect.poll(owner, { timeout: 600_000 }).toBe(second.pid);
      writeFileSync(join(dumps, 'after'), tinyDump(200));
      const dumpsNow = async () => (await answer(fleetStatusSchema, 'status')).dumps;
      const before = await dumpsNow();
      expect(await answer(fleetAddSchema, 'add', join(dumps, 'after'))).toMatchObject({ added: 1 });
      await expect.poll(dumpsNow, { timeout: 600_000, interval: 200 }).toBe(before + 1);
      second.kill('SIGTERM');
      expect(await second.ended).toBe(0);
    } finally {
      await endWorkers();
    }
  });

  it('end at once where a person cancels a query that PGlite is busy with, and others go on', async () => {
    const owner = join(catalogue, 'owner.json');
    const query = startWorker({ words: ['fleet', 'query', 'SELECT pg_sleep(3600)', '--catalogue', catalogue], cache: join(scratch, 'cache') });
    try {
      await expect.poll(() => existsSync(owner) && readFileSync(owner, 'utf8').includes(`"pid":${query.pid},`), { timeout: 600_000 }).toBe(true);
      // What it asks first takes milliseconds.
      await sleep(3000);
      query.kill('SIGINT');
      // A shell shows the end by this signal as 130 too.
      expect([130, null]).toContain(await query.ended);
      expect(query.said()).toBe('');
      expect(await fleet('status')).toMatchObject({ code: 0 });
    } finally {
      await endWorkers();
    }
  });

  it('are told who has it open if they cannot reach it', async () => {
    const unlock = await holdLock(join(catalogue, 'lock'), { what: 'the catalogue', busy: () => new Error('busy') });
    const note = { pid: 4711, host: `not-${hostname()}`, since: '2026-01-02T03:04:05.000Z', command: 'fleet worker', socket: catalogue };
    writeFileSync(join(catalogue, 'owner.json'), JSON.stringify(note), { mode: 0o600 });
    const { code, err } = await runCliProcess(['fleet', 'status', '--catalogue', catalogue]);
    unlock();
    expect([code, err]).toEqual([3, expect.stringContaining(`is open: process 4711 on not-${hostname()} ("fleet worker") since 2026-01-02T03:04:05.000Z`)]);
    expect(await fleet('status')).toMatchObject({ code: 0 });
  });

  it('enter no folder that others may enter', async () => {
    chmodSync(catalogue, 0o755);
    expect(await fleet('status')).toMatchObject({ code: 3, err: expect.stringContaining('others may enter it') as string });
    chmodSync(catalogue, 0o700);
  });
});

it('help shows the line that needs no server, and every action by itself', async () => {
  const line = 'dumpbench fleet init && dumpbench sample dumps && dumpbench fleet add dumps && dumpbench fleet worker --until-empty && dumpbench fleet status';
  const { out } = await runInProcess(['fleet', '--help']);
  expect(out).toContain(line);
  expect(await fleet('delete')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'fleet knows init, add, worker, index, verify, reprocess, status, retry, issues, search, query, export, not "delete"',
    ) as string,
  });
  expect(await fleet('status', '--jobs', '2')).toMatchObject({ code: 2, err: expect.stringContaining('--jobs does not go with "fleet status"') as string });
  expect(readFileSync(new URL('../../../docs/fleet.md', import.meta.url), 'utf8')).toContain(line);
});
