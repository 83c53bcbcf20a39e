/** The kernel's log with the records of the debug feature at their times, as lines of a log. */
import { mostRows, type RowJson } from '../../shared/analysis-table.ts';
import { logLine, recordOfRow } from '../../shared/log-line.ts';
import type { CommandContext } from '../command.ts';
import { exitCodes, say } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { partialLines } from '../text/analysis-text.ts';

/** @returns the exit code */
export async function printMergedLog(context: CommandContext, file: string, withCaller: boolean): Promise<number> {
  const { engine, io, output } = context;
  const write = (rows: readonly RowJson[]): void => io.out(rows.map((row) => `${logLine(recordOfRow(row), withCaller)}\n`).join(''));
  const answer = await withDump(context, file, async (dump) => {
    const question = { dump, id: 'merged-log', limit: mostRows, stream: true };
    const last = await engine.call('analyse', question, { signal: io.signal, onProgress: ({ rows }) => write(rows) });
    write(last.rows);
    return last;
  });
  if (!answer.complete) for (const line of partialLines(answer)) say(io, output, line);
  return exitCodes.fine;
}
