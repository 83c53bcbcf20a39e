/** Dumps with equal headers never answer for each other, copies say that nothing was compared yet, and no wrong row of an index is answered. */
import { copyFileSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { rowChecksum } from '../../../src/analysis/page-index/row-checksum.ts';
import { verifySchema, type VerifyJson } from '../../../src/shared/check-model.ts';
import { compareSchema } from '../../../src/shared/compare-model.ts';
import { indexSchema, sqlSchema } from '../../../src/shared/memory-model.ts';
import { searchSchema } from '../../../src/shared/search-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
process.env.TMPDIR = folder;
const indexes = join(folder, 'cache', 'dumpbench', 'index');

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
/** A dump without notes of CPUs, as of a guest that was dumped twice: all that differs is in memory. */
const guest = (size: string, more = ''): Uint8Array => buildCase(`arch x86_64\nmemory ${size}\nlines 0x10000 65536\n${more}\nformat elf-vmcore producer=qemu`);

const one = write('one.elf', guest('2 MiB', 'random 0x100000 0x100000 seed=1'));
const other = write('other.elf', guest('2 MiB', 'random 0x100000 0x100000 seed=2\nbytes 0x40000 de ad be ef'));

/** One with CPUs and notes. */
const whole = write('whole.elf', buildCase('system healthy\nformat elf-vmcore producer=qemu'));

async function json<T>(schema: v.GenericSchema<unknown, T>, ...argv: readonly string[]): Promise<{ code: number; err: string; answer: T }> {
  const { code, out, err } = await runInProcess([...argv, '--json']);
  return { code, err, answer: v.parse(schema, JSON.parse(out)) };
}
const keysOf = (path: string): { identity: string; dumpKey: string } => {
  const session = openSession(path);
  try {
    return { identity: session.identity, dumpKey: session.dumpKey };
  } finally {
    session.close();
  }
};
const classQuery = 'SELECT class, count(*) FROM page WHERE class IS NOT NULL GROUP BY class ORDER BY class';

/** A copy in which one page differs that is in no sample of the dump key. */
function likeness(of: string, name: string): string {
  const bytes = readFileSync(of);
  const key = keysOf(of).dumpKey;
  const path = join(folder, name);
  for (let at = bytes.length - 4096; at > 0x2000; at -= 4096) {
    const changed = Buffer.from(bytes);
    changed[at + 100] = (changed[at + 100] ?? 0) ^ 0xff;
    writeFileSync(path, changed);
    if (keysOf(path).dumpKey === key) return path;
  }
  throw new Error('every page is in the key');
}

beforeEach(() => {
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
});

describe('two dumps with equal headers', () => {
  it('have one identity and two dump keys', () => {
    expect(keysOf(one).identity).toBe(keysOf(other).identity);
    expect(keysOf(one).dumpKey).not.toBe(keysOf(other).dumpKey);
  });

  it.each([
    ['the first one first', one, other],
    ['the second one first', other, one],
  ])("are never answered from each other's index: %s", async (_, first, second) => {
    const { answer: made } = await json(indexSchema, 'index', first, '--digest');
    for (const argv of [
      ['sql', second, classQuery],
      ['search', second, 'deadbeef', '--type', 'bytes', '--class', 'data,entropy,pointers'],
    ]) {
      const run = await runInProcess(argv);
      expect(run.code, argv.join(' ')).not.toBe(0);
      expect(run.err).toContain('no page index yet');
    }
    const { answer: next } = await json(indexSchema, 'index', second, '--digest');
    expect(next).toMatchObject({ resumed: false });
    expect(next.memoryRoot).not.toBe(made.memoryRoot);
    expect(next.indexPath).not.toBe(made.indexPath);
    expect(readdirSync(indexes).filter((name) => /^[0-9a-f]{32}\.[0-9a-f]{32}\.sqlite$/.test(name)).length).toBe(2);
    for (const path of [first, second]) {
      const hits = await json(searchSchema, 'search', path, 'deadbeef', '--type', 'bytes', '--class', 'data,entropy,pointers,text,code');
      expect(hits.answer.hits.length, path).toBe(path === other ? 1 : 0);
    }
    const { answer: compared } = await json(compareSchema, 'compare', first, second);
    expect(compared).toMatchObject({ method: 'fingerprint', pages: { changed: 257 } });
    expect(compared.remarks?.map(({ kind }) => kind) ?? []).not.toContain('same-identity');
  });
});

describe('a copy of an indexed dump', () => {
  it('is answered as unconfirmed until a sample agrees', async () => {
    const copy = join(folder, 'copy.elf');
    copyFileSync(one, copy);
    await runInProcess(['index', one]);
    const query = await json(sqlSchema, 'sql', copy, classQuery);
    expect(query.answer.unconfirmed).toMatch(/^unconfirmed: /);
    expect(query.err).toContain('unconfirmed');
    const search = await json(searchSchema, 'search', copy, '00', '--type', 'bytes', '--class', 'text', '--limit', '1');
    expect(search.answer.unconfirmed).toMatch(/^unconfirmed: /);
    expect((await json(sqlSchema, 'sql', one, classQuery)).answer.unconfirmed).toBeUndefined();

    const { answer: confirmed } = await json(indexSchema, 'index', copy);
    expect(confirmed).toMatchObject({ resumed: true, bytesRead: 0, confirmed: { pages: 256, of: 512 } });
    expect((await json(sqlSchema, 'sql', copy, classQuery)).answer).toEqual((await json(sqlSchema, 'sql', one, classQuery)).answer);
    // Any change of the file makes it another one.
    utimesSync(copy, new Date(), new Date());
    expect((await json(sqlSchema, 'sql', copy, classQuery)).answer.unconfirmed).toMatch(/^unconfirmed: /);
  });

  it('has a memory root of its own bytes', async () => {
    const changed = likeness(one, 'changed.elf');
    const { answer: made } = await json(indexSchema, 'index', one, '--digest');
    const { answer } = await json(indexSchema, 'index', changed, '--digest');
    expect(answer).toMatchObject({ resumed: false });
    expect(answer.memoryRoot).not.toBe(made.memoryRoot);
    const { answer: again } = await json(indexSchema, 'index', one, '--digest');
    expect(again.memoryRoot).toBe(made.memoryRoot);
  });

  it('has an index of its own once a digest needs one, and none of the two is made again in turns', async () => {
    const changed = likeness(one, 'changed.elf');
    const { answer: first } = await json(indexSchema, 'index', one, '--digest');
    const { answer: second } = await json(indexSchema, 'index', changed, '--digest');
    expect(second.indexPath).not.toBe(first.indexPath);
    for (const [path, before] of [
      [one, first],
      [changed, second],
      [one, first],
    ] as const) {
      const { answer, err } = await json(indexSchema, 'index', path, '--digest');
      expect(answer).toMatchObject({ indexPath: before.indexPath, memoryRoot: before.memoryRoot, resumed: true, bytesRead: 0 });
      expect([answer.discarded, err]).toEqual([undefined, '']);
      const query = await json(sqlSchema, 'sql', path, classQuery);
      expect(query.answer.unconfirmed).toBeUndefined();
    }
    // verify computes its root anew, and takes no index from the other dump either.
    for (const path of [changed, one])
      expect((await json(verifySchema, 'verify', path)).answer.checks.find(({ id }) => id === 'index-digest')?.verdict).toBe('passed');
    expect((await json(indexSchema, 'index', one, '--digest')).answer).toMatchObject({ bytesRead: 0 });
    expect(readdirSync(indexes).filter((name) => name.endsWith('.sqlite')).length).toBe(2);
    expect((await runInProcess(['cache', 'prune', '--max', '0'])).code).toBe(0);
    expect(readdirSync(indexes).filter((name) => name.endsWith('.sqlite'))).toEqual([]);
  });

  it('does not stay with an index that a sample refutes, which stays for the dump that it was made from', async () => {
    // So small that every page is in the sample.
    const small = write('small.elf', guest('1 MiB', 'random 0x80000 0x80000 seed=3'));
    const changed = likeness(small, 'small-changed.elf');
    await runInProcess(['index', small]);
    const { answer, err } = await json(indexSchema, 'index', changed);
    expect([answer.resumed, answer.discarded, err]).toEqual([false, undefined, '']);
    for (const path of [small, changed]) expect((await json(sqlSchema, 'sql', path, classQuery)).answer.unconfirmed, path).toBeUndefined();
    // Where the place was named there is one index, and it is made again.
    const named = join(folder, 'small.sqlite');
    await runInProcess(['index', small, '--index', named]);
    const again = await json(indexSchema, 'index', changed, '--index', named);
    expect(again.answer).toMatchObject({ resumed: false, discarded: expect.stringMatching(/page at absolute 0x[0-9a-f]+ is not what it says/) as unknown });
    expect(again.err).toContain('discarded');
  });

  it('is compared byte by byte, whichever of the two is indexed', async () => {
    const changed = likeness(one, 'changed.elf');
    for (const [left, right] of [
      [one, changed],
      [changed, one],
    ] as const) {
      await runInProcess(['index', left]);
      const { code, answer } = await json(compareSchema, 'compare', left, right);
      expect(code).toBe(1);
      expect(answer).toMatchObject({ method: 'exact', pages: { changed: 1 } });
      expect(answer.remarks?.[0]?.kind).toBe('same-identity');
    }
  });

  it('says in a comparison with a third dump what its index was made from', async () => {
    const copy = join(folder, 'copy.elf');
    copyFileSync(one, copy);
    await runInProcess(['index', one]);
    const { answer } = await json(compareSchema, 'compare', copy, other);
    expect(answer.remarks).toContainEqual({
      kind: 'other-files',
      text: expect.stringContaining('the left dump: its index was made from other files') as unknown,
    });
  });

  it('is verified against the index, which is ignored if it disagrees unless it is named', async () => {
    const changed = likeness(one, 'changed.elf');
    const check = ({ checks }: VerifyJson) => checks.find(({ id }) => id === 'index-digest');
    const path = join(folder, 'named.sqlite');
    rmSync(path, { force: true });
    for (const argv of [[], ['--index', path]]) await runInProcess(['index', one, ...argv]);
    const named = await json(verifySchema, 'verify', changed, '--index', path);
    expect([named.code, check(named.answer)?.verdict]).toEqual([1, 'failed']);
    const found = await json(verifySchema, 'verify', changed);
    expect([found.code, check(found.answer)]).toMatchObject([0, { verdict: 'not-recorded', detail: expect.stringContaining('unconfirmed') as unknown }]);
    // Of one of another identity nothing can be said at all.
    const stranger = write('stranger.elf', guest('1 MiB'));
    expect((await runInProcess(['verify', stranger, '--index', path])).err).toContain('is of another dump');
  });

  it('changed where its key is drawn: the index that was made from the same file still shows it', async () => {
    const rotten = join(folder, 'rotten.elf');
    copyFileSync(one, rotten);
    await runInProcess(['index', rotten]);
    const bytes = readFileSync(rotten);
    bytes.fill(0x5a, 0x20000);
    writeFileSync(rotten, bytes);
    expect(keysOf(rotten).dumpKey).not.toBe(keysOf(one).dumpKey);
    const { code, answer } = await json(verifySchema, 'verify', rotten);
    expect([code, answer.checks.find(({ id }) => id === 'index-digest')?.verdict]).toEqual([1, 'failed']);
  });
});

describe('an index with a wrong row', () => {
  /** Changes the index of `whole`, as a flipped bit of the disk would. */
  async function tampered(statement: string, seal = false): Promise<void> {
    const { answer } = await json(indexSchema, 'index', whole, '--digest');
    const database = new Database(answer.indexPath);
    expect(database.prepare(statement).run().changes).toBeGreaterThan(0);
    if (seal) {
      const row = database.prepare('SELECT * FROM header').raw().get() as unknown[];
      database.prepare('UPDATE header SET checksum = ?').run(rowChecksum(row.slice(0, -1)));
    }
    database.close();
  }
  const flipped = (blob: string): string => `x'3f' || substr(${blob}, 2)`;

  it.each([
    ['counts', 'UPDATE block SET state_present = state_present + 1', 'SELECT sum(state_present) FROM block'],
    ['another name for the table', 'UPDATE block SET class_text = 7', 'SELECT class_text FROM main."block" AS b WHERE start_pfn = 0'],
    ['page states', `UPDATE block SET meta = CAST(${flipped('meta')} AS BLOB)`, 'SELECT * FROM page_at(3)'],
    ['fingerprints', `UPDATE block SET fingerprints = CAST(${flipped('fingerprints')} AS BLOB)`, 'SELECT fingerprint FROM page_range(0, 10)'],
    ['fingerprints, for groups', `UPDATE block SET fingerprints = CAST(${flipped('fingerprints')} AS BLOB)`, 'SELECT * FROM duplicate'],
    ['extents', 'UPDATE first_extent SET file_offset = file_offset + 4096', 'SELECT file_offset FROM page_at(3)'],
    ['extents in SQL', 'UPDATE first_extent SET file_offset = file_offset + 4096', 'SELECT * FROM extent'],
    ['regions', 'UPDATE region SET end = end + 1', 'SELECT count(*) FROM region WHERE end > 0'],
    ['lost regions', 'DELETE FROM region', 'SELECT count(*) FROM region'],
    ['notes', "UPDATE note SET name = 'other'", 'WITH n AS (SELECT name FROM note) SELECT * FROM n'],
    ['subtrees', 'UPDATE subtree SET root = zeroblob(32)', 'SELECT hex(root) FROM subtree'],
    ['the memory root', "UPDATE header SET memory_root = 'ff'", 'SELECT memory_root FROM header'],
    ['lost blocks', 'DELETE FROM block', 'SELECT count(*) FROM page'],
    ['files', "UPDATE source_file SET inode = '1'", 'SELECT 1'],
  ])('does not answer: %s', async (_, statement, query) => {
    await tampered(statement);
    const { code, out, err } = await runInProcess(['sql', whole, query]);
    expect([out, err]).toEqual(['', expect.stringContaining('the index is damaged')]);
    expect([1, 2, 3]).toContain(code);
  });

  it('does not answer a search by class, and is built again by index', async () => {
    await tampered('UPDATE block SET class_text = class_text + 1');
    expect((await runInProcess(['search', whole, '00', '--type', 'bytes', '--class', 'text'])).err).toContain('the index is damaged');
    const { answer } = await json(indexSchema, 'index', whole);
    expect(answer).toMatchObject({ resumed: false, discarded: expect.stringContaining('damaged') as unknown });
  });

  it('is stated by verify', async () => {
    await tampered("UPDATE note SET name = 'other'");
    const { answer } = await json(verifySchema, 'verify', whole);
    expect(answer.checks.find(({ id }) => id === 'index-digest')).toMatchObject({
      verdict: 'unreadable',
      detail: expect.stringContaining('"note"') as unknown,
    });
  });

  it('is left alone while a query reads it, and verify has its digests without it', async () => {
    const { answer: before } = await json(verifySchema, 'verify', whole);
    const { answer: made } = await json(indexSchema, 'index', whole);
    const reading = new Database(made.indexPath, { readonly: true });
    try {
      reading.exec('BEGIN');
      reading.prepare('SELECT count(*) FROM block').get();
      const { answer } = await json(verifySchema, 'verify', whole);
      expect(answer.digests.memoryRoot).toMatch(/^[0-9a-f]{64}$/);
      expect([answer.digests, answer.digestsMissing]).toEqual([before.digests, undefined]);
    } finally {
      reading.close();
    }
  });

  it('is no source of a memory root, even if its checksums are right', async () => {
    const { answer: before } = await json(verifySchema, 'verify', whole);
    await tampered("UPDATE header SET memory_root = 'ff'", true);
    const { answer } = await json(verifySchema, 'verify', whole);
    expect(answer.digests).toEqual(before.digests);
  });
});
