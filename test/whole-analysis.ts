/** An analysis with all of its rows, which are handed on in bundles while it runs. */
import { analyseSession } from '../src/analysis/engine/kernel/analyses.ts';
import type { Session } from '../src/analysis/engine/session/session.ts';
import type { AnalysisJson } from '../src/shared/analysis-table.ts';
import { append } from '../src/shared/append.ts';
import type { RowJson } from '../src/shared/analysis-table.ts';

export async function wholeAnalysis(session: Session, id: string, parameters: Readonly<Record<string, string | boolean>> = {}): Promise<AnalysisJson> {
  const before: RowJson[] = [];
  const answer = await analyseSession(session, { id, parameters }, new AbortController().signal, (rows) => append(before, rows));
  return { ...answer, rows: [...before, ...answer.rows] };
}
