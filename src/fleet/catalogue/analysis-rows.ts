/** Rows of declared analyses of a dump: what to search and count by across a fleet, and no more. */
import type { AnalysisJson } from '../../shared/analysis-table.ts';
import type { Sql } from '../database/database.ts';
import { jsonbParameter } from '../database/storable.ts';

/** Of one analysis of one dump. */
export const mostRows = 500;

interface KeptAnalysis {
  readonly id: string;
  /** Columns that may quote lines of the log: they are not kept where texts are not. */
  readonly quotes: readonly string[];
}

/** What is based on the same structures as the verdict. */
export const keptAnalyses: readonly KeptAnalysis[] = [
  { id: 'cpus-running', quotes: [] },
  { id: 'hangs', quotes: [] },
  { id: 'problems', quotes: ['subject', 'text', 'value', 'evidence'] },
];

/** In place of existing ones. @param texts whether lines of logs may be kept */
export async function enterAnalyses(sql: Sql, dumpKey: string, analyses: readonly AnalysisJson[], texts: boolean): Promise<void> {
  await sql.run('DELETE FROM dumpbench.analysis_row WHERE dump_key = $1', [dumpKey]);
  const rows = analyses.flatMap(({ id, rows: found }) => {
    const quotes = new Set(texts ? [] : keptAnalyses.find((kept) => kept.id === id)?.quotes);
    return found.map((cells, number) => ({ analysis: id, number, cells: Object.fromEntries(Object.entries(cells).filter(([name]) => !quotes.has(name))) }));
  });
  if (rows.length === 0) return;
  await sql.run(
    `INSERT INTO dumpbench.analysis_row (dump_key, analysis, number, cells)
     SELECT $1, analysis, number, cells FROM jsonb_to_recordset($2::jsonb) AS given (analysis text, number integer, cells jsonb)`,
    [dumpKey, jsonbParameter(rows)],
  );
}

/** Removes what may quote a log. */
export async function forgetQuotes(sql: Sql): Promise<void> {
  for (const { id, quotes } of keptAnalyses)
    if (quotes.length > 0) await sql.run('UPDATE dumpbench.analysis_row SET cells = cells - $2::text[] WHERE analysis = $1', [id, [...quotes]]);
}
