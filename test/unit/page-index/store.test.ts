import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { IndexBusy, IndexError } from '../../../src/analysis/page-index/index-error.ts';
import { buildIndex } from '../../../src/analysis/page-index/indexer.ts';
import { lockPlace } from '../../../src/analysis/page-index/index-lock.ts';
import { openReadOnly } from '../../../src/analysis/page-index/sqlite.ts';
import { rowChecksum } from '../../../src/analysis/page-index/row-checksum.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { numberedPage, pageImage } from './page-image.ts';
import { openFor, tablesOf } from './open-for.ts';
import { cachedIndexes, indexed, scratchIndexes } from './scratch-index.ts';

const newPath = cachedIndexes();
const newPathElsewhere = scratchIndexes();
/** Gives the header the checksum of what is in it now. */
function sealHeader(connection: BetterSqlite3.Database): void {
  const row = connection.prepare('SELECT * FROM header').raw().get() as unknown[];
  connection.prepare('UPDATE header SET checksum = ?').run(rowChecksum(row.slice(0, -1)));
}

const { memory } = pageImage([
  { pages: 5000, state: 'stored', fill: numberedPage, fileOffset: 0x1000 },
  { pages: 9000, state: 'excluded' },
]);

describe('index file', () => {
  it('is kept when it is of this dump', async () => {
    const path = newPath();
    const first = await openFor(path, memory);
    expect(first.fresh).toBe('new');
    await buildIndex({ memory }, first, { digest: true });
    const tables = tablesOf(first);
    first.close();
    const second = await openFor(path, memory);
    expect(second.fresh).toBeUndefined();
    expect(tablesOf(second)).toEqual(tables);
    expect(second.header()).toMatchObject({ identity: 'test', complete: true, totalPages: 14_000, extentsWritten: 2, pagesRead: 5000 });
    second.close();
  });

  it('is one plain file once it is closed', async () => {
    const path = newPath();
    await indexed(path, memory);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)))).toEqual([basename(path)]);
    expect(existsSync(lockPlace(path))).toBe(false);
    expect(openReadOnly(path).pragma('page_size', { simple: true })).toBe(16_384);
  });

  it.each([
    ['another dump', { identity: 'other' }, 'identity'],
    ['another size of memory', { totalPages: 14_001 }, 'identity'],
    ['the user wants it', { rebuild: true }, 'asked'],
  ] as const)('begins afresh: %s', async (_, options, reason) => {
    const path = newPath();
    await indexed(path, memory);
    const store = await openFor(path, memory, options);
    expect([store.fresh, store.totals().pages, store.header().complete, store.header().extentsWritten]).toEqual([reason, 0, false, 0]);
    store.close();
  });

  it.each([
    ['schema version', 'PRAGMA user_version = 99', 'schema'],
    ['application', 'PRAGMA application_id = 1', 'schema'],
    ['fingerprint algorithm', "UPDATE header SET fingerprint_algorithm = 'columns16-0'", 'schema'],
    ['class version', 'UPDATE header SET class_version = 0', 'schema'],
    ['another dump key', "UPDATE header SET dump_key = 'other'", 'key'],
    ['changed header', 'UPDATE header SET class_version = 0', 'damaged'],
    ['changed file position', 'UPDATE first_extent SET file_offset = file_offset + 1 WHERE start_pfn = 0', 'damaged'],
    ['lost extent', 'DELETE FROM first_extent WHERE start_pfn > 0', 'damaged'],
    ['lost block', 'DELETE FROM block WHERE start_pfn = 4096', 'damaged'],
    ['changed counter', 'UPDATE block SET state_present = state_present + 1 WHERE start_pfn = 0', 'damaged'],
    ['changed blob', 'UPDATE block SET meta = zeroblob(length(meta)) WHERE start_pfn = 4096', 'damaged'],
    ['missing table', 'DROP TABLE subtree', 'damaged'],
    ['missing header', 'DELETE FROM header', 'damaged'],
  ] as const)('begins afresh: %s', async (_, sql, reason) => {
    const path = newPath();
    await indexed(path, memory);
    const sqlite = await import('better-sqlite3');
    const connection = new sqlite.default(path);
    connection.exec(sql);
    // What another version writes is not damaged.
    if (reason === 'schema' || reason === 'key') sealHeader(connection);
    connection.close();
    const store = await openFor(path, memory);
    expect([store.fresh, store.totals().pages]).toEqual([reason, 0]);
    await buildIndex({ memory }, store, { digest: false });
    store.close();
  });

  it('begins afresh when bytes of the file are wrong anywhere', async () => {
    const path = newPath();
    await indexed(path, memory);
    const good = readFileSync(path);
    // Page by page of the file; bytes that SQLite does not use may keep the index as it is.
    let noticed = 0;
    for (let at = 50; at < good.length; at += 8192) {
      const bad = Buffer.from(good);
      bad.fill(0xa5, at, at + 64);
      writeFileSync(path, bad);
      const store = await openFor(path, memory);
      if (store.fresh !== undefined) noticed += 1;
      await buildIndex({ memory }, store, { digest: false });
      expect(store.totals().pages).toBe(14_000);
      for (const block of store.blocks()) expect(block.checksum).toBeGreaterThan(0);
      store.close();
    }
    expect(noticed).toBeGreaterThan(3);
  });

  it.each([
    ['text', Buffer.from('this is no database\n'.repeat(100))],
    ['noise', Buffer.alloc(100_000, 0xa5)],
    ['a cut file', undefined],
  ])('replaces %s', async (_, bytes) => {
    const path = newPath();
    await indexed(path, memory);
    writeFileSync(path, bytes ?? readFileSync(path).subarray(0, 40_000));
    const store = await openFor(path, memory);
    expect(store.fresh).toBe('damaged');
    await buildIndex({ memory }, store, { digest: false });
    expect(store.totals().pages).toBe(14_000);
    store.close();
  });

  it('replaces an empty file and makes folders that are missing', async () => {
    const path = `${newPath()}/deep/er/index.sqlite`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    const store = await openFor(path, memory);
    expect(store.fresh).toBe('new');
    store.close();
  });

  it('is never written over a file that is something else', async () => {
    const dump = newPathElsewhere();
    for (const bytes of [Buffer.from('\x7fELF and so on'.repeat(100)), Buffer.alloc(5000), Buffer.from('SQLite format 3\0'.repeat(200))]) {
      writeFileSync(dump, bytes);
      for (const rebuild of [false, true]) await expect(openFor(dump, memory, { rebuild })).rejects.toThrow('is not a page index; it is left as it is');
      expect(readFileSync(dump).equals(bytes)).toBe(true);
    }
    const ours = newPathElsewhere();
    await indexed(ours, memory);
    writeFileSync(ours, readFileSync(ours).subarray(0, 40_000));
    const store = await openFor(ours, memory);
    expect(store.fresh).toBe('damaged');
    store.close();
  });

  it('reports what is wrong with its path', async () => {
    const path = newPath();
    writeFileSync(path, '');
    await expect(openFor(`${path}/index.sqlite`, memory)).rejects.toThrow(IndexError);
    const folder = newPath();
    mkdirSync(folder);
    await expect(openFor(folder, memory)).rejects.toThrow(IndexError);
    expect(() => readIndex(newPath())).toThrow('there is no index at');
    expect(() => readIndex(path)).toThrow(IndexError);
  });
});

describe('reading while another builds', () => {
  it('sees what is committed', async () => {
    const path = newPath();
    const store = await openFor(path, memory);
    const abort = new AbortController();
    const stopping = {
      ...memory,
      readPages: (...args: Parameters<typeof memory.readPages>) => {
        memory.readPages(...args);
        if (args[0] >= 4096) abort.abort();
      },
    };
    await expect(buildIndex({ memory: stopping }, store, { digest: false, signal: abort.signal })).rejects.toThrow(Cancelled);
    const reader = readIndex(path, { identity: 'test' });
    expect(reader.totals().pages).toBe(4096);
    await buildIndex({ memory }, store, { digest: false });
    expect(reader.totals().pages).toBe(14_000);
    reader.close();
    store.close();
    expect(() => readIndex(path, { identity: 'other' })).toThrow('is of another dump');
  });
});

describe('one writer at a time', () => {
  it('says that another one is running', async () => {
    const path = newPath();
    const store = await openFor(path, memory);
    await expect(openFor(path, memory, { waitMilliseconds: 0 })).rejects.toThrow(IndexBusy);
    store.close();
    (await openFor(path, memory, { waitMilliseconds: 0 })).close();
  });

  it('waits for the other one, and the wait can be cancelled', async () => {
    const path = newPath();
    const store = await openFor(path, memory);
    let waits = 0;
    const onWait = (): void => void (waits += 1);
    const patient = openFor(path, memory, { onWait });
    const impatient = openFor(path, memory, { onWait, signal: AbortSignal.timeout(100) });
    await expect(impatient).rejects.toThrow(Cancelled);
    await buildIndex({ memory }, store, { digest: false });
    store.close();
    const second = await patient;
    expect([second.fresh, second.header().complete, waits]).toEqual([undefined, true, 2]);
    second.close();
  });

  it('holds across processes, and is released when one is killed', async () => {
    const path = newPath();
    const child = fork(new URL('hold-index.mts', import.meta.url), [path], { execArgv: [] });
    await new Promise((resolve) => child.once('message', resolve));
    await expect(openFor(path, memory, { waitMilliseconds: 0 })).rejects.toThrow(IndexBusy);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const store = await openFor(path, memory, { waitMilliseconds: 5000 });
    expect(store.fresh).toBe('identity');
    store.close();
  });
});
