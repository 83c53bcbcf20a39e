/** Analyses as functions of SQL, in the process that runs a user's query and opens the dump itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { analysisTables, plainTables } from '../../../src/analysis/engine/sql/dump-tables.ts';
import { namedTables } from '../../../src/analysis/engine/sql/named-tables.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { analyses } from '../../../src/analysis/kernel/analyses/catalogue.ts';
import { sqlNameOf, sqlParametersOf } from '../../../src/analysis/kernel/analyses/sql-name.ts';
import { engineProtocol } from '../../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import type { SqlJson } from '../../../src/shared/memory-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = folder;
const path = join(folder, 'healthy.vmcore');
writeFileSync(path, bundledSamples()[0]?.bytes ?? '');
const engine = createEngine();
const [near, far] = portPair();
serve(engineProtocol, engine.handlers, far);
const client = connect(engineProtocol, near);
afterAll(() => {
  client.close();
  engine.close();
});
const opened = client.call('open', { path });
const ask = async (query: string): Promise<SqlJson> => client.call('sql', { dump: (await opened).dump, query, rows: 10_000, seconds: 60 });

describe('analyses in SQL', () => {
  it('have the rows of the analysis, with or without a page index', async () => {
    const { dump } = await opened;
    const log = await client.call('analyse', { dump, id: 'log' });
    const expected = log.rows.map(({ sequence = null, level = null, text = null, cut = null }) => [sequence, level, text, cut]);
    const query = 'SELECT sequence, level, text, cut FROM analysis_log';
    expect((await ask(query)).rows).toEqual(expected);
    await expect(ask('SELECT count(*) FROM page, analysis_log')).rejects.toThrow(/no such table: page: there is no page index of this dump yet/);
    await expect(ask('SELECT * FROM hangs')).rejects.toThrow('no such table: hangs: the analysis of this name is the table analysis_hangs');
    await expect(ask('WITH hangs(a) AS (SELECT 1) SELECT * FROM hangs')).rejects.toThrow(/has no page index yet/);
    await expect(ask('SELECT * FROM analysis_log JOIN "memory-usage"')).rejects.toThrow(/analysis_memory_usage$/);
    await expect(ask('SELECT * FROM page')).rejects.toThrow(/has no page index yet/);
    await expect(ask('SELECT * FROM nowhere')).rejects.toThrow(/has no page index yet/);
    await client.call('index', { dump, digest: false, rebuild: false });
    expect((await ask(query)).rows).toEqual(expected);
    await expect(ask('SELECT 1 FROM page, hangs')).rejects.toThrow('no such table: hangs: the analysis of this name is the table analysis_hangs');
    await expect(ask('SELECT * FROM nowhere')).rejects.toThrow(/^no such table: nowhere$/);
    expect((await ask('SELECT count(*) > 0 FROM page, analysis_log()')).rows).toEqual([[1]]);
  });

  it('take parameters as arguments and as hidden columns, and join', async () => {
    const { dump } = await opened;
    const errors = (await client.call('analyse', { dump, id: 'log', parameters: { level: 'err' } })).rows.length;
    const together = await ask(`SELECT
      (SELECT count(*) FROM analysis_log('err')),
      (SELECT count(*) FROM analysis_log WHERE wanted_level = 'err'),
      (SELECT count(*) FROM analysis_tasks t, analysis_backtraces(t.pid) b WHERE t.kind = 'idle' AND b.frame = 0 AND t.pid = b.pid) > 0`);
    expect(together.rows).toEqual([[errors, errors, 1]]);
    await expect(ask('SELECT * FROM analysis_mappings')).rejects.toThrow(/needs the parameter pid/);
    await expect(ask("SELECT * FROM analysis_log('loud')")).rejects.toThrow(/"loud" is not one of emerg/);
    await expect(ask(`SELECT * FROM analysis_debug_feature WHERE "from" = 'yesterday'`)).rejects.toThrow(/from: "yesterday" is not a time such as/);
    await expect(ask(`SELECT * FROM analysis_ftrace WHERE "to" = 'x'`)).rejects.toThrow(/to: "x" is not a number of seconds/);
  });

  it('say when they could read only a part', async () => {
    const { dump } = await opened;
    const { missing } = await client.call('analyse', { dump, id: 'modules' });
    expect(missing.length).toBeGreaterThan(0);
    const answer = await ask('SELECT name FROM analysis_modules()');
    expect(answer.warnings).toEqual([expect.stringContaining(`analysis_modules could read only a part: ${missing[0]?.what}`)]);
    expect(await ask('SELECT count(*) FROM analysis_log()')).not.toHaveProperty('warnings');
  });

  it('are all in the catalogue, and SQLite takes each', async () => {
    const { tables } = await client.call('sqlTables', {});
    expect(tables.filter(({ name }) => name.startsWith('analysis_'))).toEqual(analysisTables.map(({ json }) => json));
    const names = analyses.map(({ table }) => sqlNameOf(table));
    expect(analysisTables.map(({ json }) => json.name)).toEqual(names);
    const asked = analyses.map(({ table }) => `SELECT '${table.id}', name, hidden FROM pragma_table_xinfo('${sqlNameOf(table)}')`);
    expect((await ask(asked.join(' UNION ALL '))).rows).toEqual(
      analyses.flatMap(({ table }) => [...sqlParametersOf(table).map((name) => [table.id, name, 1]), ...table.columns.map(({ name }) => [table.id, name, 0])]),
    );
  });
});

describe('tables of the dump by the names that people type', () => {
  it('have the rows of the window, and join with those of the index', async () => {
    const { dump } = await opened;
    await client.call('index', { dump, digest: false, rebuild: false });
    const [tasks, log] = [await client.call('analyse', { dump, id: 'tasks' }), await client.call('analyse', { dump, id: 'log' })];
    const { symbols } = await client.call('symbols', { dump });
    const { symbols: sized } = await client.call('symbols', { dump, name: symbols[0]?.name ?? '' });
    const { checks } = await client.call('verify', { dump, quick: true });
    // One query: each starts a process.
    const { rows } = await ask(`
      select 'task', pid, name, null from tasks
      union all select * from (select 'symbol', address, type, name from symbols limit 300)
      union all select 'size', size, (select count(*) from symbols), null from symbols where name = '${symbols[0]?.name ?? ''}'
      union all select 'check', id, verdict, detail from checks
      union all select 'log', count(*), (select count(*) from dmesg('err')), null from dmesg, cpu where cpu.id = 0`);
    const of = (kind: string): unknown[] => rows.filter(([first]) => first === kind).map((row) => row.slice(1));
    expect(of('task')).toEqual(tasks.rows.map(({ pid = null, name = null }) => [pid, name, null]));
    expect(of('symbol')).toEqual(symbols.slice(0, 300).map(({ address, type, name }) => [address, type, name]));
    expect(of('size')[0]).toEqual([sized[0]?.size ?? null, symbols.length, null]);
    expect(of('check')).toEqual(checks.map(({ id, verdict, detail }) => [id, verdict, detail]));
    const errors = (await client.call('analyse', { dump, id: 'log', parameters: { level: 'err' } })).rows.length;
    expect(of('log')).toEqual([[log.rows.length, errors, null]]);
  });

  it('say what is missing of those that could not be filled', async () => {
    const bare = join(folder, 'bare.s390');
    writeFileSync(bare, buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390\n'));
    const { dump } = await client.call('open', { path: bare });
    const names = ['dmesg', 'tasks', 'symbols', 'modules'];
    const query = `${names.map((name) => `select '${name}', count(*) from ${name}`).join(' union all ')} union all select id, 1 from checks where verdict = 'not-run'`;
    const { rows, warnings = [] } = await client.call('sql', { dump, query, rows: 99, seconds: 60 });
    for (const name of names) {
      expect(rows).toContainEqual([name, 0]);
      expect(warnings).toContainEqual(expect.stringMatching(new RegExp(`^${name} could not be filled: .+: .+`)));
    }
    expect(rows.length).toBeGreaterThan(names.length);
    expect(warnings.at(-1)).toContain(`checks could read only a part: verdict of ${String(rows[names.length]?.[0])}`);
  });

  it('are read only where a query names them as tables, and give way to its own', () => {
    expect(plainTables.map(({ json }) => json.name)).toEqual(['dmesg', 'tasks', 'symbols', 'modules', 'checks']);
    const named = (query: string): readonly string[] => namedTables(query, plainTables).map(({ json }) => json.name);
    expect(named('select count(*) as tasks from page')).toEqual([]);
    expect(named("select 'from tasks' -- from dmesg\n from page /* join symbols */")).toEqual([]);
    expect(named('with tasks as (select 1) select * from tasks')).toEqual([]);
    expect(named('SELECT * FROM page p, Tasks t JOIN (modules) WHERE 1 IN "checks"')).toEqual(['tasks', 'modules', 'checks']);
  });
});
