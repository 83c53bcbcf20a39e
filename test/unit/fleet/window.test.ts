/** The process that has a catalogue open for the window, over its protocol: with 100,000 dumps, and with what keeps one from a catalogue. */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { initCatalogue, openCatalogue, type Database } from '../../../src/fleet/index.ts';
import { createFleetHost } from '../../../src/fleet/host/fleet-handlers.ts';
import { createFleet } from '../../../src/renderer/state/fleet.ts';
import { fleetProtocol, trendParts, type FleetClient } from '../../../src/shared/fleet-protocol.ts';
import { connect, RequestError, serve } from '../../../src/shared/rpc.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
const folder = join(scratch, 'catalogue');
const dumps = 100_000;
const issues = 3000;
let holder: Database;
let client: FleetClient;
const hosts = new Set<ReturnType<typeof createFleetHost>>();

function connectHost(onGone: (reason: string) => void = () => undefined): FleetClient {
  const [theirs, ours] = portPair();
  const host = createFleetHost();
  hosts.add(host);
  serve(fleetProtocol, host.handlers, theirs);
  ours.onClose(onGone);
  return connect(fleetProtocol, ours);
}

/** Dump n is of issue 1 + n % 3000, but for the first thousand, which are all of issue 7; every tenth lies on a disk of another machine. */
const filled = `
  INSERT INTO dumpbench.issue (kind, signature, class, title)
    SELECT 'stack', 's' || n, 'bug', CASE n WHEN 9 THEN '100%_sure' ELSE 'BUG number ' || n END FROM generate_series(1, ${issues}) AS n ORDER BY n;
  INSERT INTO dumpbench.dump (dump_key, identity, format, bytes, arch, host, release, crashed, class, contributing, title, frames, issue, health, verdict, tool)
    SELECT encode(sha256(n::text::bytea), 'hex'), 'i', 's390', 1 << 20, 's390x', 'host' || n / 1000, '6.' || n % 17 || '.0', timestamptz '2026-01-01 00:00Z' + n * interval '4 minutes',
      'bug', '{}', 'BUG', '{a,b}', CASE WHEN n <= 1000 THEN 7 ELSE 1 + n % ${issues} END, '{}', '{}', 'x' FROM generate_series(1, ${dumps}) AS n;
  INSERT INTO dumpbench.dump (dump_key, identity, format, bytes, arch, crashed, class, contributing, title, frames, health, verdict, tool)
    SELECT encode(sha256('none' || n::text::bytea), 'hex'), 'i', 's390', 1, 's390x', '1970-01-01', 'unknown', '{}', 't', '{}', '{}', '{}', 'x' FROM generate_series(1, 3) AS n;
  INSERT INTO dumpbench.place (storage, path_bytes, path, part_bytes, stamp, title, state, dump_key)
    SELECT CASE WHEN place = 1 THEN 'local:elsewhere' ELSE $1 END, convert_to('/dumps/' || dump_key || place, 'utf8'), '', ARRAY['\\x2f78'::bytea], 's', 't', 'done', dump_key
    FROM dumpbench.dump, generate_series(1, 2) AS place WHERE issue = 7 AND (place = 1 OR crashed > '2026-01-01 01:00Z');
  ANALYZE;`;

beforeAll(async () => {
  holder = await openCatalogue({ where: folder, command: 'fleet worker', signal: new AbortController().signal, make: true });
  await initCatalogue(holder, {});
  await holder.run(filled.replace('$1', `'local:${hostname()}'`));
  client = connectHost();
  expect(await client.call('open', { where: folder })).toEqual({ outcome: 'open', kind: 'embedded', place: folder, address: folder });
});

afterAll(async () => {
  await Promise.all([...hosts].map((host) => host.close()));
  await holder.close();
});

describe('a catalogue of 100,000 dumps', () => {
  it('is counted, over a time that clocks which were never set do not stretch', async () => {
    const { span, ...counts } = await client.call('overview', {});
    expect(counts).toEqual({ dumps: dumps + 3, issues, withoutIssue: 3, queued: 0 });
    expect(Date.parse(span?.start ?? '')).toBeGreaterThan(Date.parse('2026-01-01'));
    expect(span?.end).toMatch(/^2026-10-05T18:40:00.001Z$/);
  });

  it('gives its issues in pages, in any order, each once', async () => {
    const page = (start: number, count: number) => client.call('issueRows', { by: 'dumps', descending: true, start, count, turn: 1 });
    const first = await page(0, 200);
    expect(first.matching).toBe(issues);
    expect(first.rows[0]).toMatchObject({ id: 7, dumps: 1033, releaseCount: 17, hosts: ['host0', 'host1', 'host12'], status: 'new', links: [] });
    expect(first.rows.map(({ dumps: count }) => count)).toEqual(first.rows.map(({ dumps: count }) => count).toSorted((left, right) => right - left));
    const ids = [...first.rows, ...(await page(200, 1000)).rows, ...(await page(1200, 1000)).rows, ...(await page(2200, 1000)).rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(issues);
    const [row] = first.rows;
    expect(row?.trend).toHaveLength(trendParts);
    // All but the oldest half per cent of the catalogue, which is of this issue.
    expect(row?.trend.reduce((sum, count) => sum + count, 0)).toBeLessThan(row?.dumps ?? 0);
    const last = await client.call('issueRows', { by: 'last', descending: false, start: 0, count: 1, turn: 1 });
    expect(last.rows).toHaveLength(1);
  });

  it('reads each page by the indexes, and no dump of another issue', async () => {
    const plan = async (text: string): Promise<string> => JSON.stringify((await holder.table(`EXPLAIN (FORMAT JSON) ${text}`)).rows);
    const ids = Array.from({ length: 200 }, (_, at) => at + 100).join(',');
    expect(await plan(`SELECT count(*) FROM dumpbench.dump WHERE issue = ANY('{${ids}}')`)).toContain('dump_issue');
    expect(await plan('SELECT * FROM dumpbench.dump WHERE issue = 12 ORDER BY coalesce(crashed, dumped) DESC NULLS LAST LIMIT 200')).not.toContain('Seq Scan');
  });

  it('is searched by title, machine, and release, and takes signs of LIKE for what they are', async () => {
    const found = async (text: string) =>
      (await client.call('issueRows', { by: 'id', descending: false, start: 0, count: 1000, turn: 1, text })).rows.map(({ id }) => id);
    expect(await found('number 2999')).toEqual([2999]);
    expect(await found('100%_s')).toEqual([9]);
    expect(await found('%')).toEqual([9]);
    expect((await found('host99')).length).toBe(1000);
    expect(await found("'; DROP TABLE dumpbench.dump; --")).toEqual([]);
  });

  it('keeps rows where they are while dumps come in, until it is read again', async () => {
    const ask = async (turn: number) => (await client.call('issueRows', { by: 'dumps', descending: true, start: 0, count: 2, turn })).rows.map(({ id }) => id);
    const before = await ask(2);
    await holder.run('UPDATE dumpbench.dump SET issue = 2000 WHERE issue IN (10, 11, 12) OR issue BETWEEN 100 AND 140');
    expect(await ask(2)).toEqual(before);
    expect(await ask(3)).toEqual([2000, 7]);
  });

  it('says of an issue where its dumps came from, and where each lies', async () => {
    const { details } = await client.call('issue', { id: 7 });
    expect(details).toMatchObject({
      issue: { id: 7, dumps: 1033 },
      signature: { kind: 'stack', value: 's7' },
      frames: ['a', 'b'],
    });
    expect(details?.hosts[0]).toEqual({ name: 'host0', dumps: 999 });
    expect(details?.hosts).toHaveLength(20);
    expect(await client.call('issue', { id: 999_999 })).toEqual({});
    const page = await client.call('dumps', { issue: 7, start: 1000, count: 1000, turn: 1 });
    expect([page.matching, page.rows.length]).toEqual([1033, 33]);
    const places = (row: (typeof page.rows)[number] | undefined) => row?.places.map(({ storage, parts, isReachable }) => ({ storage, parts, isReachable }));
    const far = { storage: 'local:elsewhere', parts: ['/x'], isReachable: false };
    expect(places(page.rows.at(-1))).toEqual([far]);
    expect(places(page.rows[0])).toEqual([{ storage: `local:${hostname()}`, parts: ['/x'], isReachable: true }, far]);
    expect((await client.call('dumps', { start: 0, count: 10, turn: 1 })).matching).toBe(3);
  });
});

describe('what people know of an issue', () => {
  const issue = async () => (await client.call('issue', { id: 42 })).details?.issue;

  it('is changed: status, note, links, also taken away', async () => {
    await client.call('changeIssue', { id: 42, status: 'open', note: 'one\0two', links: ['https://a.example/1', 'https://a.example/2'] });
    expect(await issue()).toMatchObject({ status: 'open', note: 'one\u2400two', links: ['https://a.example/1', 'https://a.example/2'] });
    await client.call('changeIssue', { id: 42, links: ['https://a.example/2', 'http://b.example'], withoutLinks: ['https://a.example/1'] });
    await client.call('changeIssue', { id: 42, note: '' });
    expect(await issue()).toMatchObject({ links: ['https://a.example/2', 'http://b.example'] });
    expect((await issue())?.note).toBeUndefined();
  });

  it('is no link that a browser would take for a program', async () => {
    for (const link of ['javascript:alert(1)', 'file:///etc/passwd', 'https://a b', ' https://a.example'])
      await expect(client.call('changeIssue', { id: 42, links: [link] })).rejects.toThrow('an address that begins with http:// or https://');
  });

  it('is not overwritten if somebody else was faster', async () => {
    await client.call('changeIssue', { id: 43, note: 'theirs', noteWas: '' });
    await expect(client.call('changeIssue', { id: 43, note: 'mine', noteWas: '' })).rejects.toThrow(
      'the note of issue 43 was changed by somebody else meanwhile',
    );
    await expect(client.call('changeIssue', { id: 999_999, status: 'open' })).rejects.toThrow('issue 999999 no longer exists');
    expect((await client.call('issue', { id: 43 })).details?.issue.note).toBe('theirs');
  });
});

describe('the window', () => {
  const kept = (): { text: string; read: () => string; write: (text: string) => void } => {
    const store = { text: '["", 7]', read: () => store.text, write: (text: string) => void (store.text = text) };
    return store;
  };

  it('opens a catalogue, remembers it, and queries it until it is closed', async () => {
    const store = kept();
    const fleet = createFleet({ start: (onGone) => Promise.resolve(connectHost(onGone)) }, store);
    await expect(fleet.call('overview', {})).rejects.toThrow('no catalogue is open');
    await fleet.open(folder);
    expect(fleet.state.get()).toMatchObject({ phase: 'open', kind: 'embedded', place: folder, overview: { issues } });
    expect(JSON.parse(store.text)).toEqual([folder, '']);
    fleet.shown.set({ kind: 'issue', id: 7 });
    const turn = fleet.turn.get();
    await fleet.refresh();
    expect(fleet.turn.get()).toBe(turn + 1);
    fleet.close();
    expect([fleet.state.get(), fleet.shown.get()]).toEqual([{ phase: 'closed', failure: undefined }, undefined]);
    await expect(fleet.call('overview', {})).rejects.toThrow('no catalogue is open');
  });

  it('searches what is kept, and says what is wrong with a pattern', async () => {
    const fleet = createFleet({ start: (onGone) => Promise.resolve(connectHost(onGone)) }, kept());
    await fleet.open(folder);
    const { search } = fleet;
    const outcome = async (question: Parameters<typeof search.start>[0]) => {
      search.start(question);
      await expect.poll(() => search.state.get().phase, { timeout: 600_000 }).not.toBe('running');
      return search.state.get();
    };
    expect(await outcome({ pattern: 'NUMBER 2999', type: 'text', parts: ['catalogue'] })).toMatchObject({
      phase: 'done',
      hits: [{ in: 'catalogue', table: 'issue', column: 'title', text: 'BUG number 2999', issue: 2999 }],
      summary: { truncated: false },
    });
    expect(await outcome({ pattern: 'host9', type: 'text', parts: ['catalogue'] })).toMatchObject({ phase: 'done', summary: { truncated: true } });
    expect(search.state.get().hits).toHaveLength(1000);
    expect(await outcome({ pattern: '(', type: 'regex', parts: ['memory'] })).toMatchObject({ phase: 'failed', error: expect.stringContaining('(') as string });
    // No dump of the catalogue is where it is said to be.
    search.start({ pattern: 'x', type: 'text', parts: ['memory'], issue: 43 });
    search.cancel();
    await expect.poll(() => search.state.get().phase, { timeout: 600_000 }).toMatch(/cancelled|done/);
    fleet.close();
    expect(search.state.get().phase).toBe('idle');
  });

  it('says what keeps it from a catalogue, without a password, and remembers none of that', async () => {
    const store = kept();
    const fleet = createFleet({ start: (onGone) => Promise.resolve(connectHost(onGone)) }, store);
    const failure = async (where: string, password?: string) => {
      await fleet.open(where, password);
      const state = fleet.state.get();
      return state.phase === 'closed' ? state.failure : undefined;
    };
    expect(await failure(join(scratch, 'nowhere'))).toMatchObject({
      problem: 'schema',
      message: expect.stringContaining('holds no fleet catalogue yet') as string,
    });
    const isOpen = join(scratch, 'open to others');
    mkdirSync(isOpen, { mode: 0o755 });
    expect(await failure(isOpen)).toMatchObject({ problem: 'refused' });
    expect(await failure('postgres://me:s3cret@127.0.0.1:1/fleet', 'another')).toEqual({
      problem: 'unreachable',
      message: expect.stringMatching(/^postgres:\/\/me@127\.0\.0\.1:1\/fleet cannot be reached/) as string,
      where: 'postgres://me:s3cret@127.0.0.1:1/fleet',
    });
    expect(await failure('postgres://me@h/fleet?sslmode=prefer')).toMatchObject({
      problem: 'usage',
      message: expect.stringContaining('is not supported') as string,
    });
    expect(store.text).toBe('["", 7]');
  });

  it('notices that the process of the catalogue has ended', async () => {
    const clients: FleetClient[] = [];
    const fleet = createFleet(
      {
        start(onGone) {
          const made = connectHost(onGone);
          clients.push(made);
          return Promise.resolve(made);
        },
      },
      kept(),
    );
    await fleet.open(folder);
    clients[0]?.close();
    expect(fleet.state.get()).toMatchObject({ phase: 'closed', failure: { problem: undefined, where: folder } });
  });

  it('reports an error of the catalogue as a message, not as a fault of the program', async () => {
    await holder.run('ALTER TABLE dumpbench.issue RENAME TO gone');
    try {
      await expect(client.call('issue', { id: 7 })).rejects.toThrow(RequestError);
      await expect(client.call('issue', { id: 7 })).rejects.toThrow('holds no fleet catalogue');
      const opened = async () => connectHost().call('open', { where: folder });
      await holder.run('INSERT INTO dumpbench.migration (version, name, tool) VALUES (1000, $1, $1)', ['later']);
      expect(await opened()).toMatchObject({ outcome: 'failed', problem: 'schema', message: expect.stringContaining('newer Dumpbench') as string });
      await holder.run('UPDATE dumpbench.migration SET version = -version');
      expect(await opened()).toMatchObject({
        outcome: 'failed',
        problem: 'schema',
        message: expect.stringContaining('"dumpbench fleet init" upgrades it') as string,
      });
      await holder.run('UPDATE dumpbench.migration SET version = -version');
    } finally {
      await holder.run('DELETE FROM dumpbench.migration WHERE version = 1000');
      await holder.run('ALTER TABLE dumpbench.gone RENAME TO issue');
    }
  });
});
