/** The SQL view without its editor: completion, cells, export, saved queries. */
import { beforeAll, describe, expect, it } from 'vitest';
import { sqlTables } from '../../../src/analysis/engine/sql/query.ts';
import type { SqlJson } from '../../../src/shared/memory-model.ts';
import { cellPosition, cellText, isNumberColumn, toCsv, toJson } from '../../../src/renderer/views/sql/sql-cells.ts';
import { sqlSuggestions } from '../../../src/renderer/views/sql/sql-completion.ts';
import { createSavedQueries, starterQueries } from '../../../src/renderer/views/sql/saved-queries.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from '../cli/command-files.ts';

const folder = scratchFolder();
const files = commandFiles(folder);
process.env.XDG_CACHE_HOME = folder;
const tables = sqlTables();
/** Labels offered at the `|`. */
const offered = (query: string): readonly string[] => {
  const at = query.indexOf('|');
  return sqlSuggestions(query.slice(0, at), query.replace('|', ''), tables).map(({ label }) => label);
};

describe('completion', () => {
  it('offers tables and functions after FROM and JOIN, nothing else', () => {
    expect(offered('SELECT * FROM |')).toEqual([
      ...tables.map(({ name, parameters }) => (parameters.length === 0 ? name : `${name}(${parameters.join(', ')})`)),
    ]);
    expect(offered('select * from page join du|')).toContain('duplicate');
    expect(offered('select * from page join du|')).not.toContain('fingerprint');
  });
  it('offers the columns of what the query names, wherever it names it', () => {
    const columns = offered('SELECT | FROM cpu WHERE 1');
    expect(columns).toContain('psw_text');
    expect(columns).not.toContain('file_offset');
    expect(columns).toContain('count');
    expect(columns).toContain('GROUP BY');
  });
  it('offers the columns of an alias after its dot', () => {
    expect(offered('SELECT d.| FROM duplicate AS d JOIN page p ON 1')).toEqual(['fingerprint', 'pages']);
    expect(offered('SELECT p.f| FROM duplicate AS d JOIN page p ON 1')).toContain('file_offset');
    expect(offered('SELECT r.| FROM page_range(1, 2) r')).toContain('pfn');
    expect(offered('SELECT nothing.| FROM page')).toEqual([]);
  });
});

describe('cells', () => {
  it('lead to the place that their column names', () => {
    expect(cellPosition('address', 0x1c8000)).toEqual({ space: 'absolute', address: 0x1c8000n, length: 1 });
    expect(cellPosition('start', '-4096')).toEqual({ space: 'absolute', address: 0xfffffffffffff000n, length: 1 });
    expect(cellPosition('start', '0x3ffff950000')).toEqual({ space: 'virtual', address: 0x3ffff950000n, length: 1 });
    expect(cellPosition('pfn', 456)).toEqual({ space: 'absolute', address: 0x1c8000n, length: 1 });
    expect(cellPosition('start_pfn', 1)).toMatchObject({ address: 4096n });
    expect(cellPosition('file_offset', 4024)).toEqual({ space: 'file', address: 4024n, length: 1 });
    expect(cellPosition('psw_address', '0x5a3be2')).toEqual({ space: 'virtual', address: 0x5a3be2n, length: 1 });
    for (const [column, cell] of [
      ['pages', 7],
      ['address', null],
      ['pfn', -1],
      ['cpu_address', 3],
      ['address', 'hello'],
      ['address', 1.5],
    ] as const)
      expect(cellPosition(column, cell), column).toBeUndefined();
  });
  it('are shown as addresses if they are addresses', () => {
    expect([cellText('address', 4096), cellText('end', '-1'), cellText('pages', 4096), cellText('address', null)]).toEqual([
      '0x1000',
      '0xffffffffffffffff',
      '4096',
      'NULL',
    ]);
  });
  it('distinguish columns of numbers', () => {
    const result: SqlJson = {
      schema: 1,
      columns: ['a', 'b'],
      rows: [
        [1, 'x'],
        [null, 2],
      ],
      truncated: false,
    };
    expect([isNumberColumn(result, 0), isNumberColumn(result, 1), isNumberColumn({ ...result, rows: [] }, 0)]).toEqual([true, false, false]);
  });
});

describe('export', () => {
  const hostile: SqlJson = {
    schema: 1,
    columns: ['n', 'n'],
    rows: [
      ['a "b",\nc', 1],
      ['=HYPERLINK("http://x")', null],
      ['-12', 2.5],
    ],
    truncated: false,
  };
  it('writes CSV that no spreadsheet interprets as formulas', () => {
    expect(toCsv(hostile)).toBe('n,n\r\n"a ""b"",\nc",1\r\n"\'=HYPERLINK(""http://x"")",\r\n-12,2.5\r\n');
  });
  it('writes JSON, with columns of the same name kept apart', () => {
    expect(JSON.parse(toJson(hostile))).toEqual([
      { n: 'a "b",\nc', n_2: 1 },
      { n: '=HYPERLINK("http://x")', n_2: null },
      { n: '-12', n_2: 2.5 },
    ]);
  });
});

describe('saved queries', () => {
  beforeAll(async () => {
    expect((await runInProcess(['index', files.damaged, '--quiet'])).code).toBe(0);
  });
  it.each(starterQueries.map(({ name, query }) => [name, query] as const))('"%s" runs on an index', async (_name, query) => {
    const { code, out, err } = await runInProcess(['sql', files.damaged, query, '--json']);
    // Only what a table of the dump lacks is reported.
    const other = err.split('\n').filter((line) => line !== '' && !/^dumpbench: \w+ could (?:read only a part|not be filled): /.test(line));
    expect({ code, other }).toEqual({ code: 0, other: [] });
    expect((JSON.parse(out) as SqlJson).columns.length).toBeGreaterThan(1);
  });
  it('of the user outlive the window, and other contents of the storage are ignored', () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    const first = createSavedQueries(storage);
    first.save({ name: 'b', query: 'SELECT 1' });
    first.save({ name: 'a', query: 'SELECT 2' });
    first.save({ name: 'b', query: 'SELECT 3' });
    expect(createSavedQueries(storage).own.get()).toEqual([
      { name: 'a', query: 'SELECT 2' },
      { name: 'b', query: 'SELECT 3' },
    ]);
    first.remove('a');
    expect(
      createSavedQueries(storage)
        .own.get()
        .map(({ name }) => name),
    ).toEqual(['b']);
    for (const text of ['nonsense', '7', '[1, {"name": 2}]', '{}']) {
      const odd = { getItem: () => text, setItem: () => undefined };
      expect(createSavedQueries(odd).own.get()).toEqual([]);
    }
  });
});
