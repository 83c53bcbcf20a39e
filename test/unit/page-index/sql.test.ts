import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { type CpuJson } from '../../../src/shared/cpu-model.ts';
import { sqlSchema } from '../../../src/shared/memory-model.ts';
import { type Finding } from '../../../src/shared/model.ts';
import { type NoteJson, type RegionJson } from '../../../src/shared/structure-model.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { IndexError, SqlError } from '../../../src/analysis/page-index/index-error.ts';
import { buildIndex } from '../../../src/analysis/page-index/indexer.ts';
import { duplicateGroups } from '../../../src/analysis/page-index/duplicates.ts';
import { createPageLookup } from '../../../src/analysis/page-index/queries.ts';
import { indexTables } from '../../../src/analysis/page-index/schema.ts';
import { runSql, type SqlRequest } from '../../../src/analysis/page-index/sql-console.ts';
import { runQuery } from '../../../src/analysis/page-index/sql-query.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { numberedPage, pageImage } from './page-image.ts';
import { openFor } from './open-for.ts';
import { scratchIndexes } from './scratch-index.ts';

const path = scratchIndexes()();
/** Text pages of which every seventh is the same. */
function sevenTexts(target: Uint8Array, pfn: number): void {
  target.set(Buffer.from(`copy ${pfn % 7} `.repeat(300)));
}
const { memory } = pageImage([
  { pages: 4000, state: 'stored', fill: numberedPage, fileOffset: 0x1000 },
  { pages: 5000, state: 'excluded' },
  { pages: 300, state: 'stored', fill: sevenTexts },
  { pages: 50, state: 'stored' },
]);

const regions: RegionJson[] = [{ name: 'lowcore of CPU 0', start: '0x8000', end: '0xa000', kind: 'lowcore', fileOffset: 0x9000 }];
const cpus: CpuJson[] = [{ id: 0, linuxCpu: 2, prefix: '0x8000', gprs: ['0x0', '0xffffffffffffffff'], registers: { pc: '0x3ffff950000' }, source: 'note' }];
const notes: NoteJson[] = [{ index: 0, owner: 'LINUX', type: 768, name: 'NT_S390_HIGH_GPRS', cpu: 0, fileOffset: 400, bytes: 64 }];
const findings: Finding[] = [
  { id: 'end-marker', severity: 'error', title: 'no end marker', detail: 'it is cut', where: { fileOffset: 12, bytes: 4 } },
  {
    id: 'kernel/text',
    severity: 'info',
    title: 'a',
    detail: 'b',
    where: { space: 'virtual', start: '0xffffffff81000000', end: '0xffffffff81000008' },
    recorded: '1',
    computed: '2',
  },
  { id: 'x', severity: 'warning', title: 'a', detail: 'b', where: { space: 'absolute', start: '0xfffffffffffff000', end: '0xffffffffffffffff' } },
];

beforeAll(async () => {
  const store = await openFor(path, memory);
  await buildIndex({ memory }, store, { digest: false });
  // Twice, as a second triage would: rows are replaced.
  for (let round = 0; round < 2; round += 1) {
    store.putRegions(regions);
    store.putCpus(cpus);
    store.putNotes(notes);
    store.putFindings(findings);
  }
  store.close();
});

const sql = (query: string, options: Partial<SqlRequest> = {}) =>
  runSql({ index: { path, identity: 'test', dumpKey: 'key' }, query, rows: 100_000, seconds: 30, ...options });
const rows = async (query: string) => (await sql(query)).rows;
/** What the child process does, without the child process. */
const here = (query: string) => runQuery({ path, identity: 'test', dumpKey: 'key' }, query, { rows: 100, cell: 1000 }).rows;

describe('pages in SQL', () => {
  it('are those of the index, in every table function', async () => {
    const reader = readIndex(path);
    const expected = [...createPageLookup(reader).range(0, 1e9)].map((page) => [
      page.pfn,
      page.pfn * 4096,
      page.state,
      page.class ?? null,
      page.fingerprint ?? null,
      page.fileOffset ?? null,
    ]);
    reader.close();
    expect(expected.length).toBe(9350);
    const all = await sql('SELECT * FROM page');
    v.assert(sqlSchema, all);
    expect(all).toEqual({ schema: 1, columns: ['pfn', 'address', 'state', 'class', 'fingerprint', 'file_offset'], rows: expected, truncated: false });
    for (const pfn of [0, 1, 3999, 4000, 4095, 4096, 8191, 8192, 8999, 9000, 9349])
      expect(await rows(`SELECT * FROM page_at(${pfn})`)).toEqual([expected[pfn]]);
    expect(await rows('SELECT * FROM page_at(9350)')).toEqual([]);
    for (const [first, end] of [
      [0, 0],
      [0, 1],
      [3990, 4100],
      [4096, 8193],
      [9000, 99_999],
      [5, 3],
      [-5, 3],
    ] as const) {
      expect(await rows(`SELECT * FROM page_range(${first}, ${end})`)).toEqual(expected.slice(Math.max(0, first), Math.max(0, end)));
    }
  });

  it('of an index that is not complete are said to be a part', async () => {
    const begun = scratchIndexes()();
    const store = await openFor(begun, memory);
    const read = (query: string) => runQuery({ path: begun, identity: 'test', dumpKey: 'key' }, query, { rows: 10, cell: 100 });
    expect(read('SELECT count(*) FROM page')).toMatchObject({ rows: [[0]], incomplete: { pages: 0, totalPages: 9350 } });
    expect(read('select * from "block"').incomplete).toEqual({ pages: 0, totalPages: 9350 });
    expect(read('SELECT 1').incomplete).toBeUndefined();
    await buildIndex({ memory }, store, { digest: false });
    expect(read('SELECT count(*) FROM page')).toEqual({ schema: 1, columns: ['count(*)'], rows: [[9350]], truncated: false });
    store.close();
  });

  it('are integers where they are numbers', async () => {
    expect(
      await rows('SELECT typeof(pfn), typeof(address), typeof(file_offset), pfn / 2, printf("%x", address) FROM page_at(4095)'.replaceAll('"', "'")),
    ).toEqual([['integer', 'integer', 'null', 2047, 'fff000']]);
    expect(await rows('SELECT typeof(file_offset) FROM page_at(3)')).toEqual([['integer']]);
  });

  it('count like the counters', async () => {
    expect(await rows('SELECT state, class, count(*) FROM page GROUP BY 1, 2 ORDER BY 3 DESC')).toEqual([
      ['excluded', null, 5000],
      ['present', 'data', 4000],
      ['present', 'text', 300],
      ['zero', 'zero', 50],
    ]);
    expect(await rows('SELECT sum(state_present), sum(state_zero), sum(class_text), sum(pages) FROM block')).toEqual([[4300, 50, 300, 9350]]);
  });

  it('say how they are to be queried', async () => {
    await expect(sql('SELECT * FROM page_at')).rejects.toThrow('page_at(pfn)');
    await expect(sql("SELECT * FROM page_range('a', 'b')")).rejects.toThrow('page_range(first, end)');
  });

  it('come in groups of duplicates', async () => {
    const duplicates = await rows(
      'SELECT d.pages, p.pfn, p.class FROM duplicate d JOIN page p ON p.fingerprint = d.fingerprint GROUP BY d.fingerprint ORDER BY p.pfn',
    );
    expect(duplicates).toEqual(Array.from({ length: 7 }, (_, index) => [index < 6 ? 43 : 42, 9000 + index, 'text']));
    const reader = readIndex(path);
    expect([...duplicateGroups(reader, 100)]).toEqual([...duplicateGroups(reader)]);
    reader.close();
  });
});

describe('records in SQL', () => {
  it('keep addresses as the schema says', async () => {
    expect(await rows('SELECT * FROM region')).toEqual([['lowcore of CPU 0', 0x8000, 0xa000, 'lowcore', 0x9000]]);
    expect(await rows('SELECT id, linux_cpu, prefix, psw_mask, source, typeof(prefix) FROM cpu')).toEqual([[0, 2, 0x8000, null, 'note', 'integer']]);
    expect(await rows('SELECT name, value FROM register ORDER BY name')).toEqual([
      ['pc', '0x3ffff950000'],
      ['r0', '0x0'],
      ['r1', '0xffffffffffffffff'],
    ]);
    expect(await rows('SELECT * FROM note')).toEqual([[0, 'LINUX', 768, 'NT_S390_HIGH_GPRS', 0, 400, 64]]);
    expect(await rows('SELECT id, space, start, end, file_offset, bytes, recorded FROM finding ORDER BY position')).toEqual([
      ['end-marker', 'file', null, null, 12, 4, null],
      ['kernel/text', 'virtual', '0xffffffff81000000', '0xffffffff81000008', null, null, '1'],
      ['x', 'absolute', -4096, -1, null, null, null],
    ]);
    expect(await rows('SELECT start_pfn, end_pfn, state, file_offset FROM extent')).toEqual([
      [0, 4000, 'stored', 0x1000],
      [4000, 9000, 'excluded', null],
      [9000, 9350, 'stored', null],
    ]);
    expect(await rows('SELECT start_pfn FROM extent(5000, 9000)')).toEqual([[4000]]);
    expect(await rows('SELECT start_pfn FROM extent(8999, 9001)')).toEqual([[4000], [9000]]);
    expect(await rows('SELECT count(*) FROM extent(9350, 10000)')).toEqual([[0]]);
  });

  it('have the columns that the schema declares', async () => {
    for (const table of indexTables.filter(({ kind }) => kind === 'table')) {
      expect((await sql(`SELECT * FROM "${table.name}" LIMIT 0`)).columns).toEqual(table.columns.map(({ name }) => name));
    }
  });
});

describe('SQL console', () => {
  it('stops a query that never ends', async () => {
    await expect(sql('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n', { seconds: 1 })).rejects.toThrow(
      new SqlError('the query was stopped at the time cap of 1 s'),
    );
  });

  it.each([
    [
      'memory of SQLite',
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT length(group_concat(printf('%.*c', 1000000, 'x'), '')) FROM n",
    ],
    ['rows', 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'],
  ])('stops a query that takes too much: %s', async (_, query) => {
    const asked = sql(query, { rows: 1e9, seconds: 600 });
    await expect(asked).rejects.toThrow(new SqlError('the query was stopped: it took more than 512 MiB of memory', 'narrow-query'));
  });

  it('stops when it is cancelled', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
    await expect(sql(endless, { signal: AbortSignal.timeout(300) })).rejects.toThrow(Cancelled);
    await expect(sql(endless, { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });

  it('cuts what is too long, and says so', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    expect(await sql(endless, { rows: 3 })).toEqual({ schema: 1, columns: ['i'], rows: [[1], [2], [3]], truncated: true });
    expect(await sql('SELECT 1', { rows: 1 })).toMatchObject({ rows: [[1]], truncated: false });
    expect(await sql('SELECT 1', { rows: 0 })).toMatchObject({ rows: [], truncated: true });
    expect((await sql("SELECT printf('%.*c', 1000, 'x'), zeroblob(1000)", { cell: 6 })).rows).toEqual([['xxxxxx… (1000 characters)', '000000… (1000 bytes)']]);
    const large = endless.replace('SELECT i FROM', "SELECT printf('%.*c', 60000, 'x') FROM");
    const { rows: given, truncated } = await sql(large);
    expect([given.length, truncated]).toEqual([1119, true]);
  });

  it('gives every kind of value a JSON one', async () => {
    const query = "SELECT NULL, 7, 9007199254740991, 9007199254740993, -9223372036854775808, 1.5, 9e999, -9e999, 'Grüße', x'00ff'";
    expect(await rows(query)).toEqual([[null, 7, 9007199254740991, '9007199254740993', '-9223372036854775808', 1.5, 'Infinity', '-Infinity', 'Grüße', '00ff']]);
  });

  it.each([
    'INSERT INTO region VALUES (1, 2, 3, 4, 5)',
    'DELETE FROM block',
    'WITH x AS (SELECT 1) DELETE FROM block',
    'UPDATE header SET identity = 1 RETURNING id',
    'DROP TABLE block',
    'CREATE TEMP TABLE t (a)',
    "ATTACH 'other.sqlite' AS other",
    "/* SELECT */ ATTACH 'other.sqlite' AS other",
    "VACUUM INTO 'copy.sqlite'",
    'PRAGMA writable_schema = 1',
    'PRAGMA query_only = 0',
    'PRAGMA journal_mode',
    'PRAGMA user_version = 3',
    'BEGIN',
    'REINDEX',
    'ANALYZE',
    "SELECT load_extension('x')",
    'SELECT 1; DELETE FROM block',
    '',
    '-- nothing',
    'SELECT',
    'SELECT * FROM nowhere',
    'gibberish',
  ])('refuses %j', (query) => {
    expect(() => here(query)).toThrow(SqlError);
    expect(here('SELECT count(*) FROM block')).toEqual([[3]]);
  });

  it.each([
    'SELECT 1;',
    '  select 1 -- with a comment',
    '/* a\ncomment */ WITH x AS (SELECT 1) SELECT * FROM x',
    '-- a comment\nVALUES (1)',
    'EXPLAIN QUERY PLAN SELECT * FROM block',
    'PRAGMA table_info(block)',
    "SELECT * FROM pragma_table_info('page_at')",
    'SELECT name FROM sqlite_schema',
  ])('allows %j', (query) => {
    expect(here(query).length).toBeGreaterThan(0);
  });

  it('refuses in the child process too', async () => {
    await expect(sql('DELETE FROM block')).rejects.toThrow(
      new SqlError('the index is read-only: only SELECT, WITH, VALUES, EXPLAIN and read-only PRAGMA statements are allowed'),
    );
  });

  it('says with SQLite what is wrong', async () => {
    await expect(sql('SELECT * FROM nowhere')).rejects.toThrow(new SqlError('no such table: nowhere'));
    await expect(sql('SELECT 1', { index: { path: `${path}.not`, identity: 'test', dumpKey: 'key' } })).rejects.toThrow(IndexError);
    await expect(sql('SELECT 1', { entry: '/nowhere/sql-console.ts' })).rejects.toThrow('the SQL process ended early');
    await expect(sql('SELECT 1', { execPath: '/nowhere/node' })).rejects.toThrow(SqlError);
  });
});
