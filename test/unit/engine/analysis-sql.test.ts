/** Analyses as functions of SQL, in the process that runs a user's query and opens the dump itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { analysisSqlTables } from '../../../src/analysis/engine/kernel/analysis-functions.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { analyses } from '../../../src/analysis/kernel/analyses/catalogue.ts';
import { sqlNameOf, sqlParametersOf } from '../../../src/analysis/kernel/analyses/sql-name.ts';
import { engineProtocol } from '../../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import type { SqlJson } from '../../../src/shared/memory-model.ts';
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
    await client.call('index', { dump, digest: false, rebuild: false });
    expect((await ask(query)).rows).toEqual(expected);
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
    expect(tables.filter(({ name }) => name.startsWith('analysis_'))).toEqual(analysisSqlTables());
    const names = analyses.map(({ table }) => sqlNameOf(table));
    expect(analysisSqlTables().map(({ name }) => name)).toEqual(names);
    const asked = analyses.map(({ table }) => `SELECT '${table.id}', name, hidden FROM pragma_table_xinfo('${sqlNameOf(table)}')`);
    expect((await ask(asked.join(' UNION ALL '))).rows).toEqual(
      analyses.flatMap(({ table }) => [...sqlParametersOf(table).map((name) => [table.id, name, 1]), ...table.columns.map(({ name }) => [table.id, name, 0])]),
    );
  });
});
