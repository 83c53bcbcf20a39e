/** A catalogue as Parquet: every value comes back, DuckDB reads it, and a folder is whole or absent. */
import { chmodSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parquetMetadata, parquetReadObjects, parquetSchema, type ParquetParsers } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { exportPage, exportPagePath } from '../../../scripts/fleet-export-page.ts';
import { exportCatalogue, openCatalogue, type Database } from '../../../src/fleet/index.ts';
import { TableFile } from '../../../src/fleet/export/table-file.ts';
import { exportTables, type ExportTable } from '../../../src/fleet/export/tables.ts';
import { initCatalogue } from '../../../src/fleet/init.ts';
import { openOutput } from '../../../src/files/output-file.ts';
import { fleetExportSchema } from '../../../src/shared/fleet-model.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { failingDisk } from '../../faults/disk/failing-disk.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { startPostgres } from '../../fleet/postgres-server.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongBySchema } from '../published-schemas.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const catalogue = join(scratch, 'catalogue');
const whole = join(scratch, 'whole');
const hostile = `'); DROP TABLE dump; -- "\n\u001b[31m<script>\u202e\u2400é𝄞`;
const largest = '9223372036854775807';

/** 1200 dumps: rows of several pages, of three months by three kinds of time, with nulls, hostile texts, and the largest numbers. */
const fill = `
  INSERT INTO dumpbench.issue (kind, signature, class, title, note, links, made, changed)
    VALUES ('stack', 's1', 'null-pointer', $t$${hostile}$t$, $t$${hostile}$t$, ARRAY[$t$${hostile}$t$, 'https://bugs.example/1'], '2026-01-02 00:00:00+00', '2026-01-03 00:00:00+00'),
           ('exact', 's2', 'panic', 'two', NULL, '{}', '2026-01-02 00:00:00+00', '2026-01-03 00:00:00+00');
  INSERT INTO dumpbench.dump (dump_key, identity, format, bytes, complete, arch, host, command_line, crashed, dumped, class, contributing, title, frames,
      signature_stack, issue, health, verdict, tool, added, changed)
    SELECT lpad(to_hex(n), 64, '0'), 'i' || n, 's390', CASE n WHEN 1 THEN ${largest} ELSE n END, CASE n % 3 WHEN 0 THEN NULL ELSE n % 3 = 1 END, 's390x',
      CASE n WHEN 1 THEN $t$${hostile}$t$ WHEN 2 THEN '' END, CASE n WHEN 1 THEN 'root=/dev/dasda1' END,
      CASE n % 3 WHEN 0 THEN timestamptz '2026-10-31 23:59:59.999999+00' END, CASE n % 3 WHEN 1 THEN timestamptz '1969-11-01 00:00:00.000001+00' END,
      'panic', CASE n WHEN 1 THEN '{}' ELSE ARRAY['hang'] END, 'title', CASE n WHEN 1 THEN ARRAY[NULL, $t$${hostile}$t$, ''] ELSE ARRAY['panic', 'die'] END,
      's', CASE n % 4 WHEN 0 THEN NULL ELSE 1 + n % 2 END,
      '{"passed": 3, "failed": 1, "notRecorded": 0, "notApplicable": 0, "unreadable": 0, "notRun": 9}', '{"class": "panic", "number": 12345678901234567890}', '1.0',
      timestamptz '2026-12-01 00:00:00+00', timestamptz '2026-12-01 00:00:00+00'
    FROM generate_series(1, 1200) AS n;
  INSERT INTO dumpbench.place (storage, path_bytes, path, part_bytes, stamp, title, state, problem, dump_key, added)
    SELECT 'share:s', decode('2fff00' || lpad(to_hex(n), 4, '0'), 'hex'), '/p' || n, CASE n WHEN 1 THEN ARRAY['\\xff00'::bytea, ''::bytea] ELSE '{}' END, 'x', 't',
      CASE WHEN n > 1200 THEN 'refused' ELSE 'done' END, NULL, CASE WHEN n <= 1200 THEN lpad(to_hex(n), 64, '0') END, '2026-09-09 12:00:00+00'
    FROM generate_series(1, 1210) AS n;
  INSERT INTO dumpbench.finding (dump_key, place, finding, severity, title, detail)
    SELECT CASE WHEN n <= 1200 THEN lpad(to_hex(n), 64, '0') END, CASE WHEN n > 1200 THEN n END, 'fleet/refused', 'error', 'title', CASE n WHEN 3 THEN $t$${hostile}$t$ END
    FROM generate_series(3, 1210) AS n;
  INSERT INTO dumpbench.analysis_row (dump_key, analysis, number, cells)
    SELECT lpad(to_hex(n), 64, '0'), 'problems', 0, jsonb_build_object('rule', 'r', 'text', $t$${hostile}$t$) FROM generate_series(1, 2) AS n;
  INSERT INTO dumpbench.verification (place, state, dump_key, file_sha256, tool, asked) SELECT n, 'done', lpad(to_hex(n), 64, '0'), $t$${hostile}$t$, '1.0', '2026-12-01 00:00:00+00' FROM generate_series(1, 2) AS n;
  INSERT INTO dumpbench.check_result (place, check_id, title, verdict, failure, detail) VALUES (2, 'c', 't', 'failed', NULL, $t$${hostile}$t$)`;

const fleetExport = (folder: string, ...more: readonly string[]) => runInProcess(['fleet', 'export', '--parquet', folder, ...more]);
const filesIn = (folder: string): readonly string[] => globSync('**/*.parquet', { cwd: folder }).sort();
const bytesOf = (path: string): ArrayBuffer => new Uint8Array(readFileSync(path)).buffer;

/** The reader's own dates are in milliseconds. */
const exact = { timestampFromMicroseconds: (microseconds: bigint) => microseconds } as unknown as ParquetParsers;

/** All rows of a table as they are in its files, with the month of the path. */
async function rowsIn(folder: string, table: string): Promise<Record<string, unknown>[]> {
  const all = await Promise.all(
    filesIn(folder)
      .filter((path) => path.startsWith(`${table}/`))
      .map(async (path) => {
        const rows = await parquetReadObjects({ file: bytesOf(join(folder, path)), utf8: false, parsers: exact });
        return rows.map((row) => ({ ...row, month: /month=([^/]+)/.exec(path)?.[1] }));
      }),
  );
  return all.flat();
}

let database: Database;
beforeAll(async () => {
  database = await openCatalogue({ where: catalogue, command: 'fleet worker', signal: new AbortController().signal, make: true });
  await initCatalogue(database, {});
  await database.run(fill);
});
afterAll(() => database.close());

/** What the catalogue says, by another way than the export asks. */
const asked = async (text: string): Promise<unknown> => (await database.table(text)).rows;

describe('fleet export', () => {
  it('writes all tables, by month', async () => {
    const { code, out, err } = await fleetExport(whole, '--json', '--catalogue', catalogue);
    expect([code, err]).toEqual([0, '']);
    const document: unknown = JSON.parse(out);
    expect(wrongBySchema(fleetExportSchema, document)).toEqual([]);
    expect(v.parse(fleetExportSchema, document)).toEqual({
      schema: 1,
      folder: whole,
      tables: [
        { name: 'dumps', rows: 1200, files: 3 },
        { name: 'places', rows: 1210, files: 4 },
        { name: 'issues', rows: 2, files: 1 },
        { name: 'findings', rows: 1208, files: 4 },
        { name: 'analysis_rows', rows: 2, files: 2 },
        { name: 'verifications', rows: 2, files: 2 },
        { name: 'check_results', rows: 1, files: 1 },
      ],
    });
    expect(filesIn(whole).filter((path) => !/^(places|findings)/.test(path))).toEqual([
      'analysis_rows/month=1969-11/part-0.parquet',
      'analysis_rows/month=2026-12/part-0.parquet',
      'check_results/month=2026-12/part-0.parquet',
      'dumps/month=1969-11/part-0.parquet',
      'dumps/month=2026-10/part-0.parquet',
      'dumps/month=2026-12/part-0.parquet',
      'issues/part-0.parquet',
      'verifications/month=1969-11/part-0.parquet',
      'verifications/month=2026-12/part-0.parquet',
    ]);
    expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('keeps every value: microseconds, 64 bits, nulls, lists, hostile texts, bytes', async () => {
    const first = (await rowsIn(whole, 'dumps')).find(({ dump_key }) => dump_key === '1'.padStart(64, '0'));
    expect(first).toEqual({
      dump_key: '1'.padStart(64, '0'),
      month: '1969-11',
      month_of: 'dumped',
      identity: 'i1',
      format: 's390',
      bytes: 2n ** 63n - 1n,
      complete: true,
      arch: 's390x',
      machine: null,
      host: hostile,
      release: null,
      command_line: 'root=/dev/dasda1',
      crashed: null,
      dumped: -5_270_399_999_999n,
      class: 'panic',
      contributing: [],
      title: 'title',
      frames: [null, hostile, ''],
      signature_exact: null,
      signature_stack: 's',
      issue: 2n,
      checks_passed: 3n,
      checks_failed: 1n,
      checks_not_recorded: 0n,
      checks_not_applicable: 0n,
      checks_unreadable: 0n,
      checks_not_run: 9n,
      verdict: '{"class": "panic", "number": 12345678901234567890}',
      tool: '1.0',
      added: 1_796_083_200_000_000n,
      changed: 1_796_083_200_000_000n,
    });
    const [issue] = await rowsIn(whole, 'issues');
    expect(issue).toMatchObject({ id: 1n, title: hostile, note: hostile, links: [hostile, 'https://bugs.example/1'] });
    const place = (await rowsIn(whole, 'places')).find(({ id }) => id === 1n);
    expect(place).toMatchObject({ path_bytes: Uint8Array.of(0x2f, 0xff, 0, 0, 1), part_bytes: [Uint8Array.of(0xff, 0), new Uint8Array()], problem: null });
    for (const table of exportTables) {
      const rows = await rowsIn(whole, table.name);
      for (const { name, type } of table.columns.filter((column) => column.from === undefined && (column.type === 'text' || column.type === 'integer'))) {
        const stored = await asked(`SELECT ${name}::text FROM dumpbench.${table.name.slice(0, -1)} ORDER BY 1 NULLS FIRST`);
        const written = rows.map((row) => [row[name] === null ? null : String(row[name] as string | bigint)]);
        const sorted = (list: unknown): string[] => (list as unknown[]).map((one) => JSON.stringify(one)).sort();
        expect(sorted(written), `${table.name}.${name} (${type})`).toEqual(sorted(stored));
      }
    }
  });

  it('has the declared types and columns, and no others', () => {
    for (const table of exportTables) {
      const path = filesIn(whole).find((one) => one.startsWith(`${table.name}/`)) ?? '';
      const { children } = parquetSchema(parquetMetadata(bytesOf(join(whole, path))));
      expect(children.map(({ element }) => [element.name, element.repetition_type])).toEqual(
        table.columns.map(({ name, always }) => [name, always === true ? 'REQUIRED' : 'OPTIONAL']),
      );
      for (const { element } of children.filter((child) => table.columns.find(({ name }) => name === child.element.name)?.type === 'time'))
        expect(element).toMatchObject({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } });
    }
  });

  it('gives the same bytes for the same catalogue, into an empty folder with the rights that it has', async () => {
    const again = join(scratch, 'again');
    mkdirSync(again);
    chmodSync(again, 0o700);
    expect(await fleetExport(again, '--catalogue', catalogue)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('1,200 rows') as string });
    expect(statSync(again).mode & 0o777).toBe(0o700);
    expect(filesIn(again)).toEqual(filesIn(whole));
    for (const path of filesIn(whole)) expect(readFileSync(join(again, path)).equals(readFileSync(join(whole, path))), path).toBe(true);
  });

  it('leaves earlier months out where that is asked for', async () => {
    const later = join(scratch, 'made', 'later');
    expect(await fleetExport(later, '--since', '2026-11', '--catalogue', catalogue)).toMatchObject({ code: 0 });
    expect(filesIn(later)).toEqual([
      'analysis_rows/month=2026-12/part-0.parquet',
      'check_results/month=2026-12/part-0.parquet',
      'dumps/month=2026-12/part-0.parquet',
      'findings/month=2026-12/part-0.parquet',
      'issues/part-0.parquet',
      'places/month=2026-12/part-0.parquet',
      'verifications/month=2026-12/part-0.parquet',
    ]);
    const none = join(scratch, 'none');
    expect(await fleetExport(none, '--since', '2099-01', '--catalogue', catalogue)).toMatchObject({ code: 0 });
    expect(filesIn(none)).toContain('dumps/month=__HIVE_DEFAULT_PARTITION__/part-0.parquet');
    expect(await rowsIn(none, 'dumps')).toEqual([]);
    for (const month of ['2026', '2026-13', "2026-01'"])
      expect(await fleetExport(join(scratch, 'x'), '--since', month, '--catalogue', catalogue)).toMatchObject({ code: 2 });
  });

  it('writes nothing over what exists: files, folders, links, evidence', async () => {
    const dump = join(scratch, 'vmcore');
    writeFileSync(dump, 'evidence');
    const full = join(scratch, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'vmcore'), 'evidence');
    const link = join(scratch, 'link');
    mkdirSync(join(scratch, 'empty'));
    symlinkSync(join(scratch, 'empty'), link);
    const before = readdirSync(scratch);
    for (const [target, why] of [
      [dump, 'it is not a folder'],
      [full, 'there is something in it already'],
      [link, 'it is a symbolic link'],
      [join(dump, 'below'), 'a part of the path is not a folder'],
      ['/proc/1/x/y', 'no such file or folder'],
    ] as const)
      expect(await fleetExport(target, '--catalogue', catalogue)).toMatchObject({ code: 3, out: '', err: expect.stringContaining(why) as string });
    expect(readdirSync(scratch)).toEqual(before);
    expect([readFileSync(dump, 'utf8'), readdirSync(full), readdirSync(link)]).toEqual(['evidence', ['vmcore'], []]);
  });

  it('leaves nothing when it is stopped or the catalogue fails in the middle', async () => {
    const target = join(scratch, 'parents', 'stopped');
    await expect(exportCatalogue(database, { folder: target, signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
    expect(existsSync(dirname(target))).toBe(false);
    await database.run('ALTER TABLE dumpbench.finding RENAME COLUMN detail TO other');
    expect(await fleetExport(target, '--catalogue', catalogue)).not.toMatchObject({ code: 0 });
    await database.run('ALTER TABLE dumpbench.finding RENAME COLUMN other TO detail');
    expect(existsSync(dirname(target))).toBe(false);
    expect(await runInProcess(['fleet', 'export', '--catalogue', catalogue])).toMatchObject({ code: 2, err: expect.stringContaining('--parquet') as string });
  });

  it('exports what a catalogue without texts holds', async () => {
    await runInProcess(['fleet', 'init', '--no-texts', '--catalogue', catalogue]);
    const folder = join(scratch, 'no-texts');
    expect(await fleetExport(folder, '--catalogue', catalogue)).toMatchObject({ code: 0 });
    expect((await rowsIn(folder, 'dumps')).filter(({ command_line }) => command_line !== null)).toEqual([]);
    expect((await rowsIn(folder, 'findings')).filter(({ detail }) => detail !== null)).toEqual([]);
    expect((await rowsIn(folder, 'check_results')).map(({ detail }) => detail)).toEqual([null]);
    expect((await rowsIn(folder, 'analysis_rows')).map(({ cells }) => JSON.parse(cells as string) as unknown)).toEqual([{ rule: 'r' }, { rule: 'r' }]);
  });
});

it('a table is written a row group at a time, by its rows or by their length', async () => {
  const table: ExportTable = {
    name: 'lines',
    means: '',
    from: '',
    order: '',
    columns: [
      { name: 'number', type: 'integer', always: true, means: '' },
      { name: 'line', type: 'text', means: '' },
    ],
  };
  const path = join(scratch, 'lines.parquet');
  const output = openOutput(path, { kind: 'export' });
  let longest = 0;
  const file = new TableFile(table, {
    ...output,
    write(bytes) {
      longest = Math.max(longest, bytes.length);
      output.write(bytes);
    },
  });
  for (let number = 0; number < 45_000; number += 1) file.add([number, number % 7 === 0 ? null : `line ${number}`]);
  const long = 'x'.repeat(1 << 20);
  for (let number = 45_000; number < 45_020; number += 1) file.add([String(number), `${number} ${long}`]);
  expect(() => file.add([null, 'x'])).toThrow('lines.number has no value');
  expect(() => file.add(['1.5', 'x'])).toThrow('an integer was expected');
  file.finish();
  expect(longest).toBeLessThan(20 << 20);
  expect(parquetMetadata(bytesOf(path)).row_groups.map(({ num_rows: rows }) => Number(rows))).toEqual([20_000, 20_000, 5_016, 4]);
  const rows = await parquetReadObjects({ file: bytesOf(path) });
  expect(rows).toHaveLength(45_020);
  for (const [number, row] of rows.entries()) {
    const line = number >= 45_000 ? `${number} ${long}` : number % 7 === 0 ? null : `line ${number}`;
    if (row.number !== BigInt(number) || row.line !== line) expect(row).toEqual({ number: BigInt(number), line });
  }
});

it('the page about the columns is what the tables declare (DUMPBENCH_UPDATE=1 writes it)', () => {
  if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(exportPagePath, exportPage());
  expect(readFileSync(exportPagePath, 'utf8')).toBe(exportPage());
});

const duckdb = await import('@duckdb/node-api').catch((error: unknown) => {
  console.warn(`fleet export: DuckDB's binding does not load here, so reading by DuckDB is NOT tested: ${String(error)}`);
  return undefined;
});

describe.skipIf(duckdb === undefined)('DuckDB', () => {
  it('reads the tables as one, counts by month, and joins as the catalogue does', async () => {
    if (duckdb === undefined) return;
    // It reaches for the network where it may load extensions.
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      autoload_known_extensions: 'false',
      autoinstall_known_extensions: 'false',
      threads: '1',
    });
    const connection = await instance.connect();
    await connection.run('SET lock_configuration = true');
    const query = async (text: string): Promise<unknown[]> => (await connection.runAndReadAll(text)).getRowsJson();
    const from = (name: string): string =>
      `read_parquet('${whole}/${name}/${name === 'issues' ? '' : '*/'}*.parquet', hive_partitioning = ${String(name !== 'issues')})`;
    const [dumps, places, issues, findings] = ['dumps', 'places', 'issues', 'findings'].map(from);
    expect(await query(`SELECT month, month_of, count(*) FROM ${dumps} GROUP BY ALL ORDER BY ALL`)).toEqual([
      ['1969-11', 'dumped', '400'],
      ['2026-10', 'crashed', '400'],
      ['2026-12', 'added', '400'],
    ]);
    expect(await query(`SELECT i.id, count(*) FROM ${dumps} d JOIN ${issues} i ON d.issue = i.id GROUP BY ALL ORDER BY ALL`)).toEqual(
      await asked('SELECT issue::text, count(*)::text FROM dumpbench.dump WHERE issue IS NOT NULL GROUP BY issue ORDER BY issue'),
    );
    expect(
      await query(`SELECT count(*), count(d.dump_key), count(f.id) FROM ${places} p LEFT JOIN ${dumps} d USING (dump_key)
        LEFT JOIN ${findings} f ON f.place = p.id OR f.dump_key = p.dump_key`),
    ).toEqual(
      await asked(`SELECT count(*)::text, count(d.dump_key)::text, count(f.id)::text FROM dumpbench.place p LEFT JOIN dumpbench.dump d USING (dump_key)
        LEFT JOIN dumpbench.finding f ON f.place = p.id OR f.dump_key = p.dump_key`),
    );
    expect(await query(`SELECT max(bytes), sum(bytes) FROM ${dumps}`)).toEqual(await asked('SELECT max(bytes)::text, sum(bytes)::text FROM dumpbench.dump'));
    expect(await query(`SELECT DISTINCT epoch_us(crashed), epoch_us(dumped) FROM ${dumps} ORDER BY ALL NULLS FIRST`)).toEqual([
      [null, null],
      [null, '-5270399999999'],
      ['1793491199999999', null],
    ]);
    expect(await query(`SELECT host, frames, len(frames) FROM ${dumps} WHERE bytes = ${largest}`)).toEqual([[hostile, [null, hostile, ''], '3']]);
    const types = await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${dumps})`);
    expect(types).toEqual(
      expect.arrayContaining([
        ['bytes', 'BIGINT'],
        ['crashed', 'TIMESTAMP WITH TIME ZONE'],
        ['frames', 'VARCHAR[]'],
        ['complete', 'BOOLEAN'],
        ['verdict', 'VARCHAR'],
        ['month', 'VARCHAR'],
      ]),
    );
    connection.closeSync();
    instance.closeSync();
  });
});

describeNeeding('failing-disk', 'a disk that fills up', () => {
  it('is left as it was', async () => {
    const disk = failingDisk();
    try {
      const place = join(scratch, 'small');
      mkdirSync(place);
      const { code, err } = await disk.run(['fleet', 'export', '--parquet', join(place, 'made', 'out'), '--catalogue', catalogue], {
        FULL: place,
        ROOM: 60_000,
      });
      expect([code, err]).toEqual([3, expect.stringContaining('the disk is full')]);
      expect(readdirSync(place)).toEqual([]);
    } finally {
      disk.remove();
    }
  });
});

describeNeeding('postgresql', 'a catalogue on a server', () => {
  it('is exported by who may only read, with the bytes of the same catalogue in a folder', async () => {
    const server = startPostgres({ settings: ["timezone = 'Asia/Kathmandu'"] });
    try {
      server.createDatabase('fleet');
      expect(await runInProcess(['fleet', 'init', '--url', server.url()])).toMatchObject({ code: 0 });
      server.psql(fill, 'fleet');
      server.psql('CREATE ROLE reads LOGIN IN ROLE dumpbench_reader');
      const folder = join(scratch, 'server');
      expect(await fleetExport(folder, '--url', server.url('reads'))).toMatchObject({ code: 0, err: '' });
      expect(filesIn(folder)).toEqual(filesIn(whole));
      for (const path of filesIn(whole)) expect(readFileSync(join(folder, path)).equals(readFileSync(join(whole, path))), path).toBe(true);
    } finally {
      server.stop();
    }
  });
});
