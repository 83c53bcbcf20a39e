import { incompleteIndexText } from '../../shared/index-text.ts';
import { mostSqlRows, mostSqlSeconds } from '../../shared/sql-protocol.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { indexOption } from '../output.ts';
import { rowLimit } from './row-limit.ts';
import { sqlText } from '../text/structure-text.ts';

function positive(text: unknown, what: string, most: number): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`${what}: "${String(text)}" is not a number above 0`);
  if (value > most) throw new UsageError(`${what}: at most ${most}`);
  return value;
}

export const sqlCommand: Command = {
  name: 'sql',
  summary: 'read-only query on the tables of the dump: tasks, dmesg, symbols, modules, checks, analyses, pages',
  args: ['<file>', '<query>'],
  options: [
    { flags: '--rows <number>', description: 'at most this many rows', default: '1000' },
    { flags: '--seconds <number>', description: 'stop the query after this time', default: '30' },
    indexOption,
  ],
  ofKernel: true,
  example: `dumpbench sql dump.s390 "select state, count(*) from page group by state"
  dumpbench sql vmcore "select pid, name from tasks where state = 'D'"
  dumpbench sql vmcore "select name, bytes from analysis_modules() order by bytes desc"`,
  async run(context, [file = '', query = ''], options) {
    const { engine, io, output } = context;
    const rows = rowLimit(String(options.rows), mostSqlRows);
    const seconds = positive(options.seconds, '--seconds', mostSqlSeconds);
    const path = typeof options.index === 'string' ? { path: options.index } : {};
    const result = await withDump(context, file, (dump) => engine.call('sql', { dump, query, rows, seconds, ...path }, { signal: io.signal }));
    if (output.json) printJson(io, result);
    else {
      io.out(sqlText(result));
      if (result.truncated) say(io, output, `there are more rows: only the first ${rows} are shown (--rows)`);
    }
    if (result.incomplete !== undefined)
      say(io, output, `dumpbench: ${incompleteIndexText(result.incomplete)}; run "dumpbench index" on the dump to complete it`);
    if (result.unconfirmed !== undefined) say(io, output, `dumpbench: ${result.unconfirmed}`);
    for (const warning of result.warnings ?? []) say(io, output, `dumpbench: ${warning}`);
    return exitCodes.fine;
  },
};
