/** Pieces of an index: what is rejected when they are joined, and that everything that reads an index reads it from pieces. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { indexPages } from '../../../src/analysis/engine/pages/index-pages.ts';
import { indexRange } from '../../../src/analysis/engine/pages/index-range.ts';
import { mergeRanges } from '../../../src/analysis/engine/pages/merge-ranges.ts';
import { loadSqlite } from '../../../src/analysis/page-index/sqlite.ts';
import { runQuery } from '../../../src/analysis/page-index/sql-query.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { pieceName } from '../../../src/analysis/page-index/piece-ranges.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf, piecedDump } from './pieced-dumps.ts';

const folder = scratchFolder();
vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
const never = new AbortController().signal;
const quiet = (): void => undefined;
const rangeSize = 2 ** 24;
const open = piecedDump(folder, 'kdump-compressed');
const openOther = piecedDump(folder, 'lime');
const dump = join(folder, 'kdump-compressed-dump');
const whole = join(folder, 'pieces');
const nameOf = (number: number): string => pieceName({ startPfn: number * 4096, endPfn: (number + 1) * 4096 });

async function range(output: string, number: number, options: { readonly size?: number; readonly of?: typeof open; readonly unread?: string } = {}) {
  const session = (options.of ?? open)();
  try {
    return await indexRange(session, { number, rangeSize: options.size ?? rangeSize, output, digest: true, workers: 0, unread: options.unread }, never, quiet);
  } finally {
    session.close();
  }
}

async function merge(pieces: string, piecesFrom = Infinity, path = join(pieces, 'joined.sqlite')) {
  const session = open();
  try {
    return await mergeRanges(session, { folder: pieces, path, piecesFrom }, never, quiet);
  } finally {
    session.close();
  }
}

let copies = 0;
/** The pieces in a folder of their own. */
function copied(): string {
  const to = join(folder, `copy-${copies++}`);
  mkdirSync(to);
  for (const name of readdirSync(whole)) copyFileSync(join(whole, name), join(to, name));
  return to;
}

beforeAll(async () => {
  mkdirSync(whole);
  for (const number of [4, 0, 2, 3, 1]) await range(whole, number);
  expect(readdirSync(whole)).toEqual([0, 1, 2, 3, 4].map(nameOf));
});

describe('joining', () => {
  it('rejects a range that no piece has, and leaves the index that is there', async () => {
    const pieces = copied();
    await merge(pieces);
    const before = contentOf(join(pieces, 'joined.sqlite'));
    rmSync(join(pieces, nameOf(2)));
    await expect(merge(pieces)).rejects.toThrow(/no piece has the pages of 0x2000000-0x3000000/);
    expect(contentOf(join(pieces, 'joined.sqlite'))).toEqual(before);
  });

  it('rejects a piece that is there twice, or overlaps another one, and names both', async () => {
    const twice = copied();
    copyFileSync(join(twice, nameOf(1)), join(twice, 'again.piece'));
    await expect(merge(twice)).rejects.toThrow(/the pieces .*again\.piece and .*\.piece are both of 0x1000000-0x2000000|\.piece and .*again\.piece are both/);
    const over = copied();
    await range(join(over, 'wide.piece'), 0, { size: 2 * rangeSize });
    await expect(merge(over)).rejects.toThrow(/the pieces .*\.piece and .*wide\.piece overlap: 0x0-0x1000000 and 0x0-0x2000000/);
  });

  it('rejects a piece of another dump', async () => {
    const pieces = copied();
    rmSync(join(pieces, nameOf(0)));
    await range(pieces, 0, { of: openOther });
    await expect(merge(pieces)).rejects.toThrow(`the piece ${join(pieces, nameOf(0))} is of another dump`);
  });

  it('rejects a piece of another version', async () => {
    const pieces = copied();
    const bytes = readFileSync(join(pieces, nameOf(0)));
    // SQLite's user_version (file format, section 1.3).
    bytes.writeUInt32BE(1, 60);
    writeFileSync(join(pieces, nameOf(0)), bytes);
    await expect(merge(pieces)).rejects.toThrow(`the piece ${join(pieces, nameOf(0))} was made by another version`);
  });

  it('rejects a piece with one changed byte anywhere in its rows, a cut one, and what is none', async () => {
    const pieces = copied();
    const path = join(pieces, nameOf(0));
    const good = readFileSync(path);
    const reader = new (loadSqlite())(path, { readonly: true });
    const blob = reader.prepare('SELECT meta FROM block WHERE meta IS NOT NULL LIMIT 1').pluck().get() as Buffer;
    const sha256 = reader.prepare('SELECT sha256 FROM piece').pluck().get() as string;
    reader.close();
    for (const at of [good.indexOf(blob.subarray(0, 64)) + 3, good.indexOf(sha256) + 1]) {
      expect(at).toBeGreaterThan(3);
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(path, changed);
      await expect(merge(pieces)).rejects.toThrow(`the piece ${path} is damaged`);
    }
    writeFileSync(path, good);
    truncateSync(path, good.length - 40_000);
    await expect(merge(pieces)).rejects.toThrow(path);
    writeFileSync(path, 'no piece at all');
    await expect(merge(pieces)).rejects.toThrow(path);
    const none = join(folder, 'none');
    mkdirSync(none);
    await expect(merge(none)).rejects.toThrow(`there is no piece of an index in ${none}`);
    await expect(merge(join(folder, 'nowhere'))).rejects.toThrow('nowhere');
  });

  it('rejects a piece that is not finished, and an index in place of a piece', async () => {
    const pieces = copied();
    const path = join(pieces, nameOf(0));
    const cancel = new AbortController();
    const session = open();
    const work = indexRange(session, { number: 3, rangeSize: 2 ** 24, output: join(pieces, 'x.piece'), digest: true, workers: 0 }, cancel.signal, () => {
      cancel.abort();
    });
    await work.catch((error: unknown) => expect(error).toMatchObject({ name: 'Cancelled' }));
    session.close();
    await merge(pieces, Infinity, join(folder, 'as-one.sqlite'));
    renameSync(join(folder, 'as-one.sqlite'), path);
    await expect(merge(pieces)).rejects.toThrow(`${path} is a page index, not a piece of one`);
    await expect(merge(pieces, Infinity, path)).rejects.toThrow('is one of the pieces: choose another place');
  });

  it('compares a sample where the files are other ones', async () => {
    const pieces = copied();
    const copy = join(folder, 'copied-dump');
    copyFileSync(dump, copy);
    const answer = await runInProcess(['index', copy, '--merge', pieces, '--json']);
    expect(answer.err).toContain('a sample of 256 of 15104 stored pages agrees with this dump');
    expect(JSON.parse(answer.out)).toMatchObject({ confirmed: { pages: 256, of: 15_104 }, joined: { pieces: 5, asFiles: false } });
  });
});

describe('a range', () => {
  it('is there once, whoever makes it at the same time', async () => {
    const to = join(folder, 'at-once');
    mkdirSync(to);
    const answers = await Promise.all([0, 0, 0].map((number) => range(to, number)));
    expect(new Set(answers.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(readdirSync(to)).toEqual([nameOf(0)]);
    expect(answers[0]?.sha256).toBe((await range(whole, 0)).sha256);
  });

  it('replaces a piece of its own that is damaged or lacks digests, and nothing else', async () => {
    const to = join(folder, 'replaced');
    mkdirSync(to);
    const path = join(to, 'one.piece');
    const session = open();
    const bare = await indexRange(session, { number: 1, rangeSize, output: path, digest: false, workers: 0 }, never, quiet);
    session.close();
    expect(bare.digest).toBe(false);
    const full = await range(path, 1);
    expect(full).toMatchObject({ digest: true, existed: false });
    expect(await range(path, 1)).toMatchObject({ existed: true, sha256: full.sha256 });
    await expect(range(path, 2)).rejects.toThrow(/never written over/);
    rmSync(path);
    writeFileSync(path, 'what somebody wrote');
    await expect(range(path, 1)).rejects.toThrow(/the file exists already/);
    expect(readFileSync(path, 'utf8')).toBe('what somebody wrote');
  });

  it('that the dump does not have is rejected', async () => {
    await expect(range(whole, 9)).rejects.toThrow('this dump has 5, numbered from 0');
    await expect(range(whole, 0, { size: 4096 })).rejects.toThrow('power of two');
  });
});

describe('a range that nobody can read', () => {
  const why = 'whoever reads it is ended';
  it('becomes a piece of unreadable pages, does not stop the join, and is replaced once it is read', async () => {
    const to = copied();
    rmSync(join(to, nameOf(2)));
    const read = await range(whole, 2);
    const unread = await range(to, 2, { unread: why });
    expect(unread).toMatchObject({ state: 'unreadable', existed: false, readErrors: [{ why: `0x2000000-0x3000000 was not read: ${why}` }] });
    expect(unread.pages).toMatchObject({ total: 4096, present: 0, unreadable: 4096 });
    const joined = await merge(to);
    expect(joined.memoryRoot).toBeUndefined();
    expect(joined.readErrors).toEqual(unread.readErrors);
    expect(await range(to, 2)).toMatchObject({ state: read.state, existed: false, sha256: read.sha256 });
    expect(await merge(to)).toMatchObject({ memoryRoot: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });
});

describe('an index that is put elsewhere', () => {
  const put = async (output: string, pieces = whole, of = open) => {
    const session = of();
    try {
      return await mergeRanges(session, { folder: pieces, output }, never, quiet);
    } finally {
      session.close();
    }
  };

  it('appears when it is whole, stays where it is the same, and replaces one that lacks something', async () => {
    const output = join(folder, 'put.sqlite');
    expect(await put(output)).toMatchObject({ indexPath: output, joined: { pieces: 5 } });
    const first = statSync(output);
    await put(output);
    expect([statSync(output).ino, statSync(output).ctimeMs]).toEqual([first.ino, first.ctimeMs]);
    const lacking = copied();
    rmSync(join(lacking, nameOf(2)));
    await range(lacking, 2, { unread: 'it hangs' });
    const other = join(folder, 'put-lacking.sqlite');
    expect((await put(other, lacking)).memoryRoot).toBeUndefined();
    await put(other);
    expect(contentOf(other)).toEqual(contentOf(output));
    expect(readdirSync(join(folder, 'cache', 'dumpbench', 'index')).filter((name) => name.startsWith('joined'))).toEqual([]);
  });

  it('replaces neither an index of another dump nor what somebody wrote', async () => {
    const output = join(folder, 'not-ours.sqlite');
    writeFileSync(output, 'what somebody wrote');
    await expect(put(output)).rejects.toThrow(/not-ours\.sqlite/);
    expect(readFileSync(output, 'utf8')).toBe('what somebody wrote');
    const session = openOther();
    const of = join(folder, 'of-other.sqlite');
    await indexPages(session, { digest: false, rebuild: false, path: of, workers: 0 }, never, quiet);
    session.close();
    await expect(put(of)).rejects.toThrow('is of another dump');
  });
});

describe('an index that is read from pieces', () => {
  const single = join(folder, 'single.sqlite');
  const pieced = join(folder, 'pieced.sqlite');
  beforeAll(async () => {
    const session = open();
    await indexPages(session, { digest: true, rebuild: false, path: single, workers: 0 }, never, quiet);
    session.close();
    expect(await merge(whole, 0, pieced)).toMatchObject({ joined: { pieces: 5, asFiles: true } });
    expect(contentOf(pieced)).toEqual(contentOf(single));
  });

  it.each([
    'SELECT state, class, count(*), min(pfn), max(pfn) FROM page GROUP BY 1, 2',
    'SELECT * FROM page_range(0x0ff0, 0x1010)',
    'SELECT * FROM page_at(0x2801)',
    'SELECT * FROM duplicate',
    'SELECT * FROM block ORDER BY start_pfn',
    'SELECT hex(root), start_pfn FROM subtree',
    'SELECT sum(b.pages), sum(state_present), sum(csum) FROM block b JOIN subtree s USING (start_pfn)',
    'SELECT * FROM extent',
    'SELECT * FROM region',
    'SELECT count(*), name FROM register GROUP BY 2',
  ])('answers %s as one file does', (query) => {
    const [one, many] = [single, pieced].map((path) => {
      const reader = readIndex(path);
      const { identity, dumpKey } = reader.header();
      reader.close();
      return runQuery({ path, identity, dumpKey }, query, { rows: 20_000, cell: 20_000 });
    });
    expect(one?.rows.length).toBeGreaterThan(0);
    expect(many).toEqual(one);
  });

  it('is asked by the command for SQL', async () => {
    const { out } = await runInProcess(['sql', dump, 'SELECT count(*), sum(csum) FROM block', '--index', pieced, '--json']);
    expect(JSON.parse(out)).toMatchObject({ rows: [[5, expect.any(Number)]] });
  });

  it('cannot be written to by SQL', async () => {
    const { code, err } = await runInProcess(['sql', dump, 'DELETE FROM block', '--index', pieced]);
    expect([code, err]).toEqual([2, expect.stringContaining('read-only')]);
  });

  it('is searched by class and verified as one file', async () => {
    const bytes = readFileSync(pieced);
    for (const argv of [
      ['search', dump, 'the', '--class', 'text,entropy', '--json'],
      ['verify', dump, '--json'],
    ]) {
      const [one, many] = [single, pieced].map((path) => [...argv, '--index', path]);
      const answers = [await runInProcess(one ?? []), await runInProcess(many ?? [])];
      expect(answers[0]?.out.length).toBeGreaterThan(100);
      expect(answers[1]?.out.replaceAll('pieced.sqlite', 'single.sqlite')).toBe(answers[0]?.out);
    }
    expect(readFileSync(pieced).equals(bytes)).toBe(true);
  });

  it('is the index of the dump in the cache folder: compared, shown, verified, never built again', async () => {
    // That of a copy of the dump is as good as its own.
    rmSync(join(folder, 'cache', 'dumpbench', 'index'), { recursive: true });
    const session = open();
    const { indexPath, memoryRoot } = await mergeRanges(session, { folder: whole, piecesFrom: 0 }, never, quiet);
    session.close();
    const bytes = readFileSync(indexPath);
    const again = JSON.parse((await runInProcess(['index', dump, '--digest', '--json'])).out) as Record<string, unknown>;
    expect(again).toMatchObject({ bytesRead: 0, memoryRoot, indexPath });
    const other = join(folder, 'changed-dump');
    const changed = readFileSync(dump);
    writeFileSync(other, changed.subarray(0, changed.length - 9000));
    const compare = async () => JSON.parse((await runInProcess(['compare', dump, other, '--json'])).out) as Record<string, unknown>;
    const many = await compare();
    const verified = JSON.parse((await runInProcess(['verify', dump, '--json'])).out) as { digests: { memoryRoot: string } };
    expect(verified.digests.memoryRoot).toBe(memoryRoot);
    expect(readFileSync(indexPath).equals(bytes)).toBe(true);
    rmSync(indexPath);
    expect(await compare()).toEqual(many);
  });

  it('says which piece is gone, or is another one', async () => {
    const pieces = copied();
    const path = join(pieces, 'joined.sqlite');
    await merge(pieces, 0, path);
    const sum = (): number => [...readIndex(path).blocks()].reduce((pages, row) => pages + row.pages, 0);
    expect(sum()).toBe(67 * 256);
    rmSync(join(pieces, nameOf(1)));
    expect(sum).toThrow(new RegExp(`the piece ${nameOf(1)} of 0x1000000-0x2000000 is neither in .* nor in .*`));
    copyFileSync(join(pieces, nameOf(2)), join(pieces, nameOf(1)));
    expect(sum).toThrow(`the piece ${nameOf(1)} of 0x1000000-0x2000000 in ${pieces} is not the one that was joined`);
    // Totals are in the index itself.
    expect(readIndex(path).totals().pages).toBe(67 * 256);
  });

  it('may lie elsewhere, or go elsewhere together with its pieces', async () => {
    const pieces = copied();
    const elsewhere = join(folder, 'elsewhere.sqlite');
    await merge(pieces, 0, elsewhere);
    expect([...readIndex(elsewhere).blocks()].length).toBeGreaterThan(4);
    const moved = join(folder, 'moved');
    renameSync(elsewhere, join(pieces, basename(elsewhere)));
    renameSync(pieces, moved);
    expect(existsSync(pieces)).toBe(false);
    expect(contentOf(join(moved, basename(elsewhere)))).toEqual(contentOf(single));
  });
});

describe('a piece', () => {
  it('is not taken for the index of a dump', async () => {
    const { code, err } = await runInProcess(['sql', dump, 'SELECT count(*) FROM page', '--index', join(whole, nameOf(0))]);
    expect([code, err]).toEqual([3, expect.stringContaining('is one piece of an index, of 0x0-0x1000000')]);
  });
});
