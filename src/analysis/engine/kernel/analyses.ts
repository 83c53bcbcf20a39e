/** Engine methods about analyses: the catalogue, and one analysis on one dump. */
import { type AnalysisJson, type RowJson, defaultRows } from '../../../shared/analysis-table.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { analyses } from '../../kernel/analyses/index.ts';
import type { Analysis } from '../../kernel/analyses/analysis.ts';
import { runAnalysis } from '../../kernel/analyses/run-analysis.ts';
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import type { Session } from '../session/session.ts';
import { analysisKernel } from './analysis-context.ts';
import { readParameters, type GivenParameters } from './analysis-parameters.ts';

/** @throws RequestError query when there is none of this id */
export function analysisNamed(id: string): Analysis {
  const found = analyses.find(({ table }) => table.id === id);
  if (found !== undefined) return found;
  throw new RequestError('query', `there is no analysis "${id}": expected one of ${analyses.map(({ table }) => table.id).join(', ')}`);
}

export interface AnalysisRequest {
  readonly id: string;
  readonly parameters?: GivenParameters | undefined;
  readonly first?: number | undefined;
  readonly limit?: number | undefined;
}

/**
 * One analysis on a session.
 * @param report called when progress is due. @param report.rows those since the call before, where `stream` is asked for
 * @throws RequestError query for an unknown id or a wrong parameter; Cancelled
 */
export async function analyseSession(
  session: Session,
  { id, parameters = {}, first = 0, limit = defaultRows }: AnalysisRequest,
  signal: AbortSignal,
  report: (rows: readonly RowJson[], found: number) => void,
): Promise<AnalysisJson> {
  const analysis = analysisNamed(id);
  const kernel = await analysisKernel(session, analysis.table, signal);
  const values = readParameters(analysis.table, parameters, { session, symbols: kernel.symbols });
  const { rows, missing, complete } = await runAnalysis(analysis, kernel, { parameters: values, first, limit, signal, report });
  return { schema: schemaVersion, id, columns: analysis.table.columns, rows: [...rows], missing: [...missing], complete };
}

export function analysisHandlers(sessionOf: SessionOf) {
  return {
    analyses: () => ({ schema: schemaVersion, analyses: analyses.map(({ table }) => table) }),
    async analyse({ dump, view, id, parameters, first, limit, stream }, { signal, progress }) {
      const before: RowJson[] = [];
      const answer = await analyseSession(sessionOf(dump, view), { id, parameters, first, limit }, signal, (rows, found) => {
        if (stream !== true) before.push(...rows);
        progress({ rows: stream === true ? [...rows] : [], found });
      });
      return stream === true ? answer : { ...answer, rows: [...before, ...answer.rows] };
    },
  } satisfies SomeMethods;
}
