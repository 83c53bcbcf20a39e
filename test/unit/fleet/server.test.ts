/** A catalogue on a PostgreSQL server: schema, roles, and what messages and the list of processes show of an address. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { pathBytes } from '../../../src/files/path-bytes.ts';
import { openServer, serverAddress, withoutPassword, withPassword } from '../../../src/fleet/database/server.ts';
import { jsonbParameter, storableText } from '../../../src/fleet/database/storable.ts';
import { initCatalogue } from '../../../src/fleet/init.ts';
import { newestVersion } from '../../../src/fleet/schema/migrations/index.ts';
import { fleetSearchSchema } from '../../../src/shared/fleet-search-model.ts';
import { fleetStatusSchema, fleetWorkerSchema } from '../../../src/shared/fleet-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { createFleetHost } from '../../../src/fleet/host/fleet-handlers.ts';
import { fleetProtocol } from '../../../src/shared/fleet-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');

describe('addresses', () => {
  it('say how the connection is protected: a server elsewhere has to prove who it is', () => {
    const ssl = (text: string) => serverAddress(text).config.ssl;
    expect(ssl('postgres://me@localhost/fleet')).toBe(false);
    expect(ssl('postgres:///fleet?host=%2Frun%2Fpostgresql')).toBe(false);
    expect(ssl('postgres://me@db.example/fleet')).toMatchObject({ rejectUnauthorized: true, servername: 'db.example' });
    expect(ssl('postgres://me@db.example/fleet')).not.toHaveProperty('checkServerIdentity');
    expect(ssl('postgres://me@db.example/fleet?sslmode=verify-ca')).toMatchObject({
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function) as () => void,
    });
    expect(ssl('postgres://me@db.example/fleet?sslmode=disable')).toBe(false);
    for (const mode of ['prefer', 'allow', 'no-verify'])
      expect(() => serverAddress(`postgres://me@db.example/fleet?sslmode=${mode}`)).toThrow(/is not supported/);
  });

  it('are shown without a password, and what is wrong with one is said without it', () => {
    const { place, hasPassword, config } = serverAddress('postgres://me:s3cret%2F@db.example:6543/fleet');
    expect({ place, hasPassword, password: config.password }).toEqual({ place: 'postgres://me@db.example:6543/fleet', hasPassword: true, password: 's3cret/' });
    for (const wrong of ['postgres://me:s3cret@:x/fleet', 'postgres://me:s3cret@h/fleet?sslmod=x', 'postgres://me:s3cret@h:99999/fleet']) {
      expect(() => serverAddress(wrong)).toThrow(/address of (?:a|the) server/);
      expect(() => serverAddress(wrong)).not.toThrow(/s3cret/);
    }
  });

  it('are kept without a password, wherever in them it is, and are given another one', () => {
    for (const [given, kept] of [
      ['postgres://me:s3cret@h:1/fleet?sslmode=verify-ca', 'postgres://me@h:1/fleet?sslmode=verify-ca'],
      ['postgres://me@h/fleet?password=s3cret&host=%2Frun', 'postgres://me@h/fleet?host=%2Frun'],
      ['postgres://me:s3cret@/fleet?host=%2Frun', 'postgres://me@localhost/fleet?host=%2Frun'],
      ['postgres://h/fleet', 'postgres://h/fleet'],
    ] as const) {
      expect(withoutPassword(given)).toBe(kept);
      const { config, place } = serverAddress(withPassword(given, 'p/ä&?#%'));
      expect(config.password).toBe('p/ä&?#%');
      expect(place).toBe(serverAddress(kept).place);
    }
    expect(() => withoutPassword('postgres://me:s3cret@:x/fleet')).not.toThrow(/s3cret/);
  });
});

it('text that PostgreSQL cannot keep is made such that it can', () => {
  expect(storableText('a\0b\ud800c\u{1f600}')).toBe('a\u2400b\ufffdc\u{1f600}');
  expect(jsonbParameter({ 'a\0': ['\udfff', 1, null, { x: '\0' }] })).toBe('{"a\u2400":["\ufffd",1,null,{"x":"\u2400"}]}');
});

describeNeeding('postgresql', 'a catalogue on a server', () => {
  let server: PostgresServer;
  const fleet = (...words: readonly string[]) => runInProcess(['fleet', ...words]);
  beforeAll(() => {
    server = startPostgres();
    server.createDatabase('fleet');
  });
  afterAll(() => {
    server.stop();
  });

  it('is made once by two that make it at the same time', async () => {
    const both = [openServer(server.url(), 3), openServer(server.url(), 3)];
    const made = await Promise.all(both.map((database) => initCatalogue(database, {})));
    expect(made.map(({ version }) => version.from).sort()).toEqual([0, newestVersion]);
    expect(made.map(({ roles }) => roles)).toEqual(['granted', 'granted']);
    for (const database of both) await database.close();
    expect(server.psql('SELECT count(*) FROM dumpbench.migration', 'fleet')).toBe(String(newestVersion));
  });

  it('of a newer program is left as it is, and named', async () => {
    server.psql("INSERT INTO dumpbench.migration VALUES (999, 'later', '9.9')", 'fleet');
    for (const action of [['init'], ['status'], ['add', scratch], ['worker', '--until-empty']])
      expect(await fleet(...action, '--url', server.url())).toMatchObject({
        code: 3,
        err: expect.stringMatching(new RegExp(`made by a newer Dumpbench: its schema has version 999, and this one .* up to ${newestVersion}\\b`)) as string,
      });
    server.psql('DELETE FROM dumpbench.migration WHERE version = 999', 'fleet');
  });

  it('gives workers and readers the rights that they need, and no others', async () => {
    server.psql('CREATE ROLE works LOGIN IN ROLE dumpbench_worker; CREATE ROLE reads LOGIN IN ROLE dumpbench_reader; CREATE ROLE stranger LOGIN');
    const folder = join(scratch, 'dumps');
    mkdirSync(folder);
    writeFileSync(join(folder, 'one'), tinyDump(1));
    writeFileSync(join(folder, 'two'), tinyDump(2));
    expect(await fleet('add', folder, '--url', server.url('works'))).toMatchObject({ code: 0 });
    const worked = await fleet('worker', '--until-empty', '--quiet', '--json', '--url', server.url('works'));
    expect(v.parse(fleetWorkerSchema, JSON.parse(worked.out))).toMatchObject({ done: 2, newDumps: 2 });
    const status = await fleet('status', '--json', '--url', server.url('reads'));
    expect(v.parse(fleetStatusSchema, JSON.parse(status.out))).toMatchObject({ dumps: 2, kind: 'server' });
    const found = await fleet('search', join(folder, 'ONE'), '--in', 'catalogue', '--json', '--url', server.url('reads'));
    expect(v.parse(fleetSearchSchema, JSON.parse(found.out)).hits).toMatchObject([{ table: 'place', column: 'path', link: { path: join(folder, 'one') } }]);
    const refused = { code: 3, err: expect.stringContaining('lacks the privilege') as string };
    for (const words of [
      ['add', folder, scratch],
      ['retry', '1'],
      ['issues', '1', '--note', 'x'],
      ['index', join(folder, 'one'), '--pieces', scratch],
      ['verify'],
      ['reprocess'],
    ])
      expect(await fleet(...words, '--url', server.url('reads')), words.join(' ')).toMatchObject(refused);
    const queued = [['index', join(folder, 'one'), '--pieces', scratch], ['verify'], ['reprocess']];
    for (const words of queued) expect(await fleet(...words, '--url', server.url('works')), words.join(' ')).toMatchObject({ code: 0, err: '' });
    const all = await fleet('worker', '--until-empty', '--quiet', '--json', '--url', server.url('works'));
    // A range, the pieces, and two dumps in full.
    expect(v.parse(fleetWorkerSchema, JSON.parse(all.out))).toMatchObject({ done: 4, failed: 0 });
    expect(await fleet('status', '--url', server.url('stranger'))).toMatchObject({ code: 3 });
    server.psql("INSERT INTO dumpbench.issue (kind, signature, class, title) VALUES ('exact', 'x', 'bug', 'x')", 'fleet');
    for (const [user, outcome] of [
      ['reads', 'lacks the privilege'],
      ['works', undefined],
    ] as const) {
      const window = createFleetHost();
      const [theirs, ours] = portPair();
      serve(fleetProtocol, window.handlers, theirs);
      const client = connect(fleetProtocol, ours);
      expect(await client.call('open', { where: server.url(user) })).toMatchObject({ outcome: 'open', kind: 'server' });
      const { rows } = await client.call('issueRows', { by: 'id', descending: true, start: 0, count: 10, turn: 1 });
      expect(rows).toMatchObject([{ title: 'x', dumps: 0, status: 'new' }]);
      expect((await client.call('dumps', { start: 0, count: 10, turn: 1 })).rows).toMatchObject([{ places: [{ isReachable: true }] }, {}]);
      const changing = client.call('changeIssue', { id: rows[0]?.id ?? 0, note: user });
      if (outcome === undefined) expect(await changing).toEqual({});
      else await expect(changing).rejects.toThrow(outcome);
      await window.close();
    }
    server.psql('DELETE FROM dumpbench.issue', 'fleet');
    for (const user of ['works', 'reads']) {
      const database = openServer(server.url(user), 1);
      const denied = [
        'DROP TABLE dumpbench.dump',
        'ALTER TABLE dumpbench.dump ADD x int',
        'CREATE TABLE dumpbench.x (y int)',
        'CREATE SCHEMA x',
        'DELETE FROM dumpbench.dump',
        'DELETE FROM dumpbench.migration',
        "UPDATE dumpbench.setting SET value = 'true'",
        'TRUNCATE dumpbench_queue.job_common',
        'DROP TABLE dumpbench_queue.job_common',
      ];
      for (const text of denied) await expect(database.run(text), `${user}: ${text}`).rejects.toThrow(/permission denied|must be owner/);
      if (user === 'reads')
        for (const text of [
          "UPDATE dumpbench.issue SET note = 'x'",
          'DELETE FROM dumpbench_queue.job_common',
          "INSERT INTO dumpbench.place (storage, path_bytes, path, stamp, title) VALUES ('', '', '', '', '')",
        ])
          await expect(database.run(text), text).rejects.toThrow(/permission denied/);
      await database.close();
    }
  });

  it('takes dumps whose names and texts are hostile, as they are and as text', async () => {
    const folder = join(scratch, 'hostile');
    mkdirSync(folder);
    const nodename = `x'); DROP TABLE dumpbench.dump; --`;
    const release = '6.1<script>alert(1)</script>\u001b[31m$1%s';
    const named = Buffer.concat([Buffer.from(join(folder, `a'"\n\u001b[31m$1;--<b>`)), Buffer.of(0xff, 0xfe)]);
    writeFileSync(named, buildCase(`system healthy nodename="${nodename}" release="${release}"\nformat elf-vmcore`));
    writeFileSync(join(folder, 'not a dump'), '\0\0');
    writeFileSync(join(folder, 'long'), buildCase(`system healthy nodename="${'n'.repeat(64)}" release="${'r'.repeat(64)}" seed=7\nformat s390`));
    expect(await fleet('add', folder, '--url', server.url())).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 dumps found: 2 new; 1 other file') as string,
    });
    const worked = await fleet('worker', '--until-empty', '--json', '--url', server.url());
    expect(v.parse(fleetWorkerSchema, JSON.parse(worked.out))).toEqual({ schema: 1, done: 2, newDumps: 2, failed: 0 });
    for (const hidden of ['\u001b', '\ufffd']) expect(worked.err).not.toContain(hidden);
    const found = await fleet('query', "SELECT host, release FROM dump WHERE host LIKE 'x%'", '--json', '--url', server.url());
    expect((JSON.parse(found.out) as { rows: unknown }).rows).toEqual([[nodename, release.replace('\u001b', '\\x1b')]]);
    const searched = await fleet('search', nodename, '--json', '--url', server.url());
    const { hits } = v.parse(fleetSearchSchema, JSON.parse(searched.out));
    expect(new Set(hits.map((hit) => (hit.in === 'catalogue' ? hit.column : hit.in)))).toEqual(new Set(['host', 'memory']));
    for (const { link } of hits.flatMap((hit) => (hit.in === 'pages' ? [] : [hit]))) expect(pathBytes(link?.path ?? '')).toEqual(named);
    // Shown, nothing of it moves a cursor.
    const shown = await fleet('query', 'SELECT path, host, release FROM place JOIN dump USING (dump_key)', '--url', server.url());
    expect(shown.out).not.toContain('\u001b');
    expect(shown.out).toContain('\\u{1b}[31m');
  });

  it('stops a query that a person cancels', async () => {
    const running = () => server.psql("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'FETCH%'", 'fleet');
    const cancel = new AbortController();
    const query = runInProcess(['fleet', 'query', 'SELECT pg_sleep(3600)', '--url', server.url()], { signal: cancel.signal });
    await expect.poll(running).toBe('1');
    cancel.abort();
    expect(await query).toMatchObject({ code: 130, out: '', err: '' });
    expect(running()).toBe('0');
  });

  it('keeps nothing that a query does, whoever asks it', async () => {
    const before = server.psql('SELECT count(*) FROM pg_largeobject_metadata', 'fleet');
    const text = 'SELECT lo_create(0), lo_import(current_setting($$config_file$$))';
    const { code, err } = await fleet('query', text, '--url', server.url());
    // Since PostgreSQL 16 large objects are not made where a transaction only reads.
    if (Number(server.psql('SHOW server_version_num')) >= 160_000) expect([code, err]).toEqual([3, expect.stringContaining('read-only transaction')]);
    else expect([code, err]).toEqual([0, '']);
    expect(server.psql('SELECT count(*) FROM pg_largeobject_metadata', 'fleet')).toBe(before);
  });

  it('names what an administrator has to run where roles may not be made', async () => {
    server.psql('CREATE ROLE plain LOGIN; DROP ROLE works; DROP ROLE reads');
    server.psql('CREATE DATABASE other OWNER plain');
    for (const role of ['dumpbench_worker', 'dumpbench_reader']) server.psql(`DROP OWNED BY ${role}`, 'fleet');
    server.psql('DROP ROLE dumpbench_worker; DROP ROLE dumpbench_reader');
    const first = await fleet('init', '--url', server.url('plain', 'other'));
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('an administrator runs what follows') as string });
    server.psql(first.out.slice(first.out.indexOf('\n') + 1));
    expect(await fleet('init', '--url', server.url('plain', 'other'))).toMatchObject({ code: 0, err: '' });
  });

  it('that is missing, or denies access, is reported without a secret', async () => {
    const gone = await fleet('status', '--url', `postgres://me:s3cret@/fleet?host=${encodeURIComponent(join(scratch, 'nowhere'))}`);
    expect(gone).toMatchObject({ code: 3, err: expect.stringContaining('cannot be reached') as string });
    const nobody = await fleet('status', '--url', server.url('nobody').replace('nobody@', 'nobody:s3cret@'));
    expect(nobody).toMatchObject({ code: 3, err: expect.stringContaining('refuses the login') as string });
    expect(`${gone.err}${nobody.err}`).not.toContain('s3cret');
    expect(await fleet('status', '--url', server.url('admin', 'empty'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('an administrator makes it with createdb') as string,
    });
  });
});
