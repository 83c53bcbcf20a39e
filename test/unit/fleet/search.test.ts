/** A search over all dumps of a catalogue: in their memory, in what is kept of them, and for pages that are in several. */
import { copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { runCli } from '../../../src/cli/run.ts';
import { openCatalogue, searchFleet, type Database, type FleetSearchRequest } from '../../../src/fleet/index.ts';
import { streamed } from '../../../src/fleet/search/streamed.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { fleetSearchSchema, type FleetHit, type FleetSearchEvent } from '../../../src/shared/fleet-search-model.ts';
import { sqlSchema } from '../../../src/shared/memory-model.ts';
import { searchSchema } from '../../../src/shared/search-model.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { openers } from '../../fleet/openers.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongBySchema } from '../published-schemas.ts';

const scratch = scratchFolder();
const cache = join(scratch, 'cache');
process.env.XDG_CACHE_HOME = cache;
const catalogue = join(scratch, 'catalogue');
const dumps = join(scratch, 'dumps');
/** A name that would move the cursor, begin a line of its own, and end a string of SQL. */
const hostileName = "c\u001b[2K\n'; DROP TABLE dumpbench.dump; --";
const names = ['a', 'b', hostileName] as const;
const limits = { seconds: 60, bytes: 2 ** 30 };
const usual: Omit<FleetSearchRequest, 'parts'> = { limit: 1000, perDump: 1000, leastDumps: 2 };

const dumpOf = (number: number): Uint8Array =>
  buildCase(
    `memory 256 KiB\ncpu prefix=0x8000\nu32 0x4000 0x${(0x10000000 + number).toString(16)}\ntext 0x9123 "needle ${number} in the haystack"\n` +
      `text 0x20000 "the same page"\ntext 0x3f000 "Needle"\nformat s390`,
  );

let database: Database;
const path = (name: string): string => join(dumps, name);

async function fleet(...words: readonly string[]) {
  return runInProcess(['fleet', ...words, '--catalogue', catalogue]);
}

async function search(...words: readonly string[]): Promise<v.InferOutput<typeof fleetSearchSchema> & { readonly err: string }> {
  const { code, out, err } = await fleet('search', ...words, '--json');
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  const document: unknown = JSON.parse(out);
  expect(wrongBySchema(fleetSearchSchema, document)).toEqual([]);
  return { ...v.parse(fleetSearchSchema, document), err };
}

const memoryHits = (hits: readonly FleetHit[]) => hits.flatMap((hit) => (hit.in === 'memory' ? [[hit.link.path, hit.address] as const] : []));
const columns = (hits: readonly FleetHit[]) =>
  hits.flatMap((hit) => (hit.in === 'catalogue' ? [`${hit.table}.${hit.column}: ${hit.text} @ ${hit.link?.path ?? `issue ${hit.issue ?? ''}`}`] : []));

beforeAll(async () => {
  mkdirSync(dumps);
  for (const [number, name] of names.entries()) writeFileSync(path(name), dumpOf(number));
  await fleet('init');
  database = await openCatalogue({ where: catalogue, command: 'the test', signal: new AbortController().signal });
  expect(await fleet('add', dumps)).toMatchObject({ code: 0, out: '3 dumps found: 3 new\n' });
  expect(await fleet('worker', '--until-empty', '--quiet')).toMatchObject({ code: 0, err: '' });
  await database.run(
    "INSERT INTO dumpbench.issue (kind, signature, class, title, note) VALUES ('exact', 'sig-1', 'bug', 'BUG in 100%_sure', 'see \\d+ and a_b')",
  );
  const facts: readonly (readonly [string, string | null, string | null, number | null])[] = [
    ['a', '6.1.0-a', '2026-10-01T00:00:00Z', 1],
    ['b', '6.1.9-b', '2026-11-05T00:00:00Z', null],
    [hostileName, null, null, null],
  ];
  for (const [name, release, crashed, issue] of facts)
    await database.run(
      `UPDATE dumpbench.dump SET release = $2, crashed = $3, dumped = $3, issue = $4, title = $5 WHERE dump_key = (SELECT dump_key FROM dumpbench.place WHERE path = $1)`,
      [path(name), release, crashed, issue, `title of ${name}`],
    );
});
afterAll(() => database.close());

describe('in memory', () => {
  it('finds what a search of each dump finds, those that ended last first, with links that other commands take', async () => {
    const found = await search('needle', '--in', 'memory');
    expect(memoryHits(found.hits)).toEqual(['b', 'a', hostileName].map((name) => [path(name), '0x9123']));
    expect(found).toMatchObject({
      dumps: 3,
      searchedDumps: 3,
      searchedBytes: 3 * 256 * 1024,
      unread: [],
      unreadDumps: 0,
      truncated: false,
    });
    expect(found.err).toMatch(/^3 hits; /);
    for (const hit of found.hits) {
      if (hit.in !== 'memory') continue;
      const { out } = await runInProcess(['search', hit.link.path, 'needle', '--json']);
      const [alone] = v.parse(searchSchema, JSON.parse(out)).hits;
      expect(hit).toMatchObject({ ...alone });
      expect((await runInProcess(['read', hit.link.path, hit.link.address ?? '', '6', '--raw'])).bytes.toString()).toBe('needle');
    }
  });

  it.each([
    [
      ['6e65 ??64 6c65', '--type', 'bytes'],
      ['0x9123', '0x9123', '0x9123'],
    ],
    [
      ['needle [02] in', '--type', 'regex'],
      ['0x9123', '0x9123'],
    ],
    [['0x10000001', '--type', 'u32'], ['0x4000']],
  ] as const)('takes %j', async (words, addresses) => {
    const found = await search(...words);
    expect(found.parts).toEqual(['memory']);
    expect(memoryHits(found.hits).map(([, address]) => address)).toEqual(addresses);
  });

  it('ends at its limits, and says what has more', async () => {
    const both = ['needle', '--in', 'memory', '--ignore-case'];
    expect(await search(...both, '--per-dump', '1')).toMatchObject({ cutDumps: 3, truncated: false, hits: { length: 3 } });
    const some = await search(...both, '--limit', '3');
    expect(some).toMatchObject({ cutDumps: 0, truncated: true, hits: { length: 3 } });
    expect(some.err).toContain('the search ended at the limit of 3 hits (--limit): there may be more\n');
    expect(await search(...both, '--limit', '6')).toMatchObject({ cutDumps: 0, truncated: false, hits: { length: 6 } });
  });

  it.each([
    [['(', '--type', 'regex'], /Unterminated group/],
    [['xyz', '--type', 'bytes'], /neither a hexadecimal digit/],
    [['x', '--type', 'bytes', '--in', 'catalogue'], /the catalogue is searched for text/],
    [[], /there is no pattern/],
    [['x', '--in', 'everything'], /--in: "everything" is not one of catalogue, memory, pages/],
    [['x', '--since', 'yesterday'], /--since: "yesterday" is not a time/],
    [['x', '--since', '2026-11-31'], /--since: "2026-11-31" is not a time/],
    [['--in', 'pages', '--type', 'bytes'], /--type: does not go with --in pages/],
    [['x', '--memory', '1'], /--memory must be at least 64 MiB/],
    [['x', '--in', 'pages'], /"x" is not the fingerprint of a page/],
    [['x', '--limit', '0'], /--limit: from 1 to/],
    [['x', '--least-dumps', '2'], /--least-dumps: goes with --in pages/],
  ] as const)('%j is wrong usage, said once and for no dump', async (words, message) => {
    const { code, out, err } = await fleet('search', ...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

describe('filters', () => {
  it('leave dumps out, in memory and in the catalogue, and it is said how many say no time', async () => {
    const pathsOf = async (...words: readonly string[]) =>
      (await search('title of', '--in', 'catalogue', ...words)).hits.map((hit) => (hit.in === 'catalogue' ? hit.link?.path : undefined));
    expect(await pathsOf('--release', '6.1.9')).toEqual([path('b')]);
    expect(await pathsOf('--release', '6.1%')).toEqual([]);
    expect(await pathsOf('--issue', '1')).toEqual([path('a')]);
    expect(await pathsOf('--since', '2026-10-01', '--release', '6')).toEqual([path('b'), path('a')]);
    const later = await search('needle', '--in', 'memory', '--since', '2026-11');
    expect(later).toMatchObject({ dumps: 1, withoutTime: 1, hits: [{ link: { path: path('b') } }] });
    expect(later.err).toContain('1 dump says no time, and was left out (--since)');
    expect(await fleet('search', 'x', '--issue', '9')).toMatchObject({ code: 2, err: 'dumpbench: there is no issue 9; "fleet issues" lists them\n' });
  });
});

describe('a dump that cannot be read', () => {
  it('is reported, and ends nothing', async () => {
    const changed = path('b');
    const kept = readFileSync(changed);
    writeFileSync(changed, dumpOf(9));
    rmSync(path(hostileName));
    try {
      const found = await search('needle', '--in', 'memory');
      expect(memoryHits(found.hits)).toEqual([[path('a'), '0x9123']]);
      expect(found).toMatchObject({ dumps: 3, searchedDumps: 1, unreadDumps: 2 });
      expect(found.unread.map(({ kind, why }) => [kind, why])).toEqual([
        ['changed', `${changed} now contains another dump than when it was added: "fleet add" adds it`],
        ['unreachable', `${path(hostileName)} no longer exists`],
      ]);
      writeFileSync(changed, 'no dump any more');
      expect((await search('needle', '--in', 'memory')).unread[0]).toMatchObject({ kind: 'refused' });
    } finally {
      writeFileSync(changed, kept);
      writeFileSync(path(hostileName), dumpOf(2));
    }
  });

  it('is read from another copy where there is one; of disks elsewhere it says whose they are', async () => {
    const copy = join(scratch, 'copy of a');
    copyFileSync(path('a'), copy);
    await database.run(
      "INSERT INTO dumpbench.place (storage, path_bytes, path, stamp, title, state, dump_key) SELECT storage, convert_to($2, 'UTF8'), $2, '', '', 'done', dump_key FROM dumpbench.place WHERE path = $1",
      [path('a'), copy],
    );
    await database.run("UPDATE dumpbench.place SET storage = 'local:other-machine' WHERE path = $1", [path('b')]);
    rmSync(path('a'));
    try {
      const found = await search('needle', '--in', 'memory');
      expect(memoryHits(found.hits).map(([one]) => one)).toEqual([copy, path(hostileName)]);
      expect(found.unread.map(({ kind, why }) => [kind, why])).toEqual([
        ['unreachable', `${path('b')} is on a disk of other-machine, which cannot be reached from this machine`],
      ]);
      // A share that is not mounted.
      rmSync(copy);
      await database.run("UPDATE dumpbench.place SET path_bytes = convert_to('/nowhere/at/all', 'UTF8') WHERE path = $1", [copy]);
      expect((await search('needle', '--in', 'memory', '--issue', '1')).unread).toMatchObject([
        { why: '/nowhere/at/all cannot be reached from this machine: its folder is empty or missing' },
      ]);
    } finally {
      writeFileSync(path('a'), dumpOf(0));
      await database.run('DELETE FROM dumpbench.place WHERE path = $1', [copy]);
      await database.run('UPDATE dumpbench.place SET storage = (SELECT storage FROM dumpbench.place WHERE path = $2) WHERE path = $1', [path('b'), path('a')]);
    }
  });

  it('does not take more memory or time than it may', async () => {
    const found = await search('needle', '--in', 'memory', '--memory', '64MiB', '--issue', '1');
    expect(found).toMatchObject({ searchedDumps: 0, unread: [{ kind: 'memory', why: 'it took more than 64 MiB of memory' }] });
    expect(openers()).toEqual([]);
  });
});

describe('in the catalogue', () => {
  it('finds text in what is kept, whatever the case, and of issues their own', async () => {
    const found = await search('TITLE OF', '--in', 'catalogue');
    expect(columns(found.hits)).toEqual(['b', 'a', hostileName].map((name) => `dump.title: title of ${name} @ ${path(name)}`));
    expect(columns((await search('sig-1')).hits)).toEqual(['issue.signature: sig-1 @ issue 1']);
    expect(columns((await search('title of', '--in', 'catalogue', '--release', '6.1.9')).hits)).toEqual([`dump.title: title of b @ ${path('b')}`]);
    await database.run(
      `INSERT INTO dumpbench.analysis_row (dump_key, analysis, number, cells)
       SELECT dump_key, 'problems', 7, '{"text": "slab corruption", "where": {"cpu": 1}}' FROM dumpbench.place WHERE path = $1`,
      [path('a')],
    );
    expect(columns((await search('SLAB', '--in', 'catalogue')).hits)).toEqual([`analysis_row.problems.text: slab corruption @ ${path('a')}`]);
    expect(await search('slab', '--in', 'catalogue', '--release', '6.1.9')).toMatchObject({ hits: [] });
    expect(await search('sig-1', '--in', 'catalogue', '--release', '6.1.9')).toMatchObject({ hits: [] });
    expect(await search('title of', '--in', 'catalogue', '--limit', '2')).toMatchObject({ hits: { length: 2 }, truncated: true });
    expect(await search('title of', '--in', 'catalogue', '--limit', '3')).toMatchObject({ hits: { length: 3 }, truncated: false });
  });

  it('takes a pattern for text and nothing else', async () => {
    const found = async (pattern: string) => columns((await search(pattern, '--in', 'catalogue')).hits);
    expect(await found('100%_')).toEqual(['issue.title: BUG in 100%_sure @ issue 1']);
    expect(await found('\\d+')).toEqual(['issue.note: see \\d+ and a_b @ issue 1']);
    expect(await found('a_b')).toEqual(['issue.note: see \\d+ and a_b @ issue 1']);
    expect(await found("'; DROP TABLE dumpbench.dump; --")).toEqual(
      ['dump.title: title of ', 'place.path: '].map((what) => `${what}${what.startsWith('dump') ? hostileName : path(hostileName)} @ ${path(hostileName)}`),
    );
    expect(await found("' OR true --")).toEqual([]);
    expect(await found('$1')).toEqual([]);
    expect(await search('title of \0', '--in', 'catalogue')).toMatchObject({ hits: [], dumps: 3 });
  });

  it('prints no terminal control sequences', async () => {
    const { out, err } = await fleet('search', 'DROP TABLE', '--in', 'catalogue');
    // eslint-disable-next-line no-control-regex
    expect(`${out}${err}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(out.split('\n').filter((line) => line.includes('DROP TABLE'))).toHaveLength(2);
    const json = (await fleet('search', 'DROP TABLE', '--in', 'catalogue', '--json')).out;
    expect(json).not.toContain('\u001b');
    rmSync(path(hostileName));
    const missing = await fleet('search', 'needle', '--in', 'memory');
    writeFileSync(path(hostileName), dumpOf(2));
    expect(missing.err.split('\n').filter((line) => line.startsWith('dumpbench: dump '))).toHaveLength(1);
    expect(missing.err).not.toContain('\u001b');
  });
});

describe('a caller that does not want more', () => {
  const events = (signal: AbortSignal) => searchFleet(database, { ...usual, parts: ['memory'], pattern: 'needle' }, { limits, signal });

  it('goes away in the middle, and the process that reads is gone too', async () => {
    const seen: FleetSearchEvent['event'][] = [];
    for await (const { event } of events(new AbortController().signal)) {
      seen.push(event);
      if (event === 'hit') break;
    }
    expect(seen.at(-1)).toBe('hit');
    expect(openers()).toEqual([]);
  });

  it('cancels, and gets a document that says so', async () => {
    const stop = new AbortController();
    let hits = 0;
    const all = (async () => {
      for await (const { event } of events(stop.signal)) {
        if (event !== 'hit') continue;
        hits += 1;
        stop.abort();
      }
    })();
    await expect(all).rejects.toThrow(Cancelled);
    expect([hits, openers()]).toEqual([1, []]);
    const interrupt = new AbortController();
    let out = '';
    const code = await runCli(['fleet', 'search', 'needle', '--in', 'memory', '--json', '--catalogue', catalogue], {
      out(text) {
        out += text;
        interrupt.abort();
      },
      outBytes: () => undefined,
      err: () => undefined,
      isTerminal: false,
      errIsTerminal: false,
      columns: 80,
      signal: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ schema: 1, hits: [{ in: 'memory' }], error: { kind: 'interrupted' } });
  });

  it('gets what the work throws, after what it returned before', async () => {
    const seen: number[] = [];
    const all = (async () => {
      for await (const one of streamed<number, never>(new AbortController().signal, async (emit) => {
        emit(1);
        await Promise.resolve();
        emit(2);
        throw new Error('the end');
      }))
        seen.push(one);
    })();
    await expect(all).rejects.toThrow('the end');
    expect(seen).toEqual([1, 2]);
  });
});

describe('pages that are in several dumps', () => {
  const indexes = (): readonly string[] =>
    readdirSync(join(cache, 'dumpbench', 'index'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sqlite'));

  beforeAll(async () => {
    for (const name of ['a', 'b']) expect(await runInProcess(['index', path(name), '--quiet'])).toMatchObject({ code: 0 });
  });

  it('come with the dumps and the addresses that the indexes of these have, and a dump without index is counted', async () => {
    const found = await search('--in', 'pages');
    const { rows } = v.parse(
      sqlSchema,
      JSON.parse((await runInProcess(['sql', path('a'), 'SELECT fingerprint, address FROM page WHERE address = 0x20000', '--json'])).out),
    );
    const fingerprint = String(rows[0]?.[0]);
    const hit = found.hits.find((one) => one.in === 'pages' && one.fingerprint === fingerprint);
    const place = (name: string) => ({
      dump: { title: `title of ${name}` },
      pages: 1,
      space: 'absolute',
      addresses: ['0x20000'],
      link: { path: path(name), address: 'absolute:0x20000' },
    });
    expect(hit).toMatchObject({ in: 'pages', dumpCount: 2, pages: 2, dumps: [place('b'), place('a')] });
    expect(found).toMatchObject({ indexes: { asked: 2, incomplete: 0 }, unread: [{ kind: 'no-index' }] });
    expect(found.err).toContain('dumpbench: 1 dump has no page index that can be reached from here: "dumpbench index" and "fleet index" build them\n');
    // No page of the needle, which is another one in each dump.
    expect(found.hits.flatMap((one) => (one.in === 'pages' ? one.dumps.flatMap(({ addresses }) => addresses) : []))).not.toContain('0x9000');
    expect(await search('--in', 'pages', '--least-dumps', '3')).toMatchObject({ hits: [] });
    expect(await search('--in', 'pages', '--limit', '1')).toMatchObject({ hits: [{ dumpCount: 2 }], truncated: found.hits.length > 1 });
    expect((await search(fingerprint, '--in', 'pages')).hits).toEqual([hit]);
    expect((await search('0123456789abcdef', '--in', 'pages')).hits).toEqual([]);
  });

  it('are found in the other indexes where one is damaged', async () => {
    await runInProcess(['index', path(hostileName), '--quiet']);
    const complete = await search('--in', 'pages');
    expect(complete).toMatchObject({ indexes: { asked: 3 }, unread: [] });
    const [first = ''] = indexes();
    const file = join(cache, 'dumpbench', 'index', first);
    const bytes = readFileSync(file);
    // Eight bytes of fingerprints of a page that all have: no checksum holds then.
    const shared = complete.hits.flatMap((hit) => (hit.in === 'pages' ? [Buffer.from(hit.fingerprint, 'hex').reverse()] : []));
    const at = shared.map((one) => bytes.indexOf(one)).find((one) => one >= 0) ?? -1;
    expect(at).toBeGreaterThan(0);
    const handle = openSync(file, 'r+');
    writeSync(handle, Uint8Array.of((bytes[at] ?? 0) ^ 1), 0, 1, at);
    closeSync(handle);
    const found = await search('--in', 'pages');
    expect(found).toMatchObject({ indexes: { asked: 2 }, unread: [{ kind: 'index', why: expect.stringContaining('the index is damaged') as string }] });
    expect(found.hits.length).toBeGreaterThan(0);
    expect(found.hits.every((hit) => hit.in === 'pages' && hit.dumpCount === 2)).toBe(true);
  });
});
