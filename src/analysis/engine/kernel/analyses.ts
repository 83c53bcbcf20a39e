/** Engine methods about analyses: one of them on one dump, or on two. */
import { append } from '../../../shared/append.ts';
import type { ComparedAnalysis } from '../../../shared/analysis-compare.ts';
import type { AnalysisRequest } from '../../../shared/analysis-protocol.ts';
import { type AnalysisJson, type RowJson, defaultRows } from '../../../shared/analysis-table.ts';
import { defined } from '../../../shared/defined.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { ScanProgress } from '../../../shared/scan-progress.ts';
import { RequestError, type CallContext } from '../../../shared/rpc.ts';
import { compareRows } from '../../compare/analysis-rows.ts';
import { analyses } from '../../kernel/analyses/catalogue.ts';
import type { Analysis } from '../../kernel/analyses/analysis.ts';
import { runAnalysis } from '../../kernel/analyses/run-analysis.ts';
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import type { Session } from '../session/session.ts';
import { analysisKernel } from './analysis-context.ts';
import { readParameters } from './analysis-parameters.ts';

type Scan = CallContext<ScanProgress>;

/** @throws RequestError query when there is none of this id */
export function analysisNamed(id: string): Analysis {
  const found = analyses.find(({ table }) => table.id === id);
  if (found !== undefined) return found;
  throw new RequestError('query', `there is no analysis "${id}": expected one of ${analyses.map(({ table }) => table.id).join(', ')}`);
}

/** An analysis, its parameters, and which of its rows. */
export interface AnalysisPage extends AnalysisRequest {
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
  { id, parameters = {}, first = 0, limit = defaultRows }: AnalysisPage,
  signal: AbortSignal,
  report: (rows: readonly RowJson[], found: number) => void,
): Promise<AnalysisJson> {
  const analysis = analysisNamed(id);
  const kernel = await analysisKernel(session, analysis.table, signal);
  const values = readParameters(analysis.table, parameters, { session, symbols: kernel.symbols });
  const { rows, note, missing, complete } = await runAnalysis(analysis, kernel, { parameters: values, first, limit, signal, report });
  return { schema: schemaVersion, id, columns: analysis.table.columns, rows: [...rows], ...defined({ note }), missing: [...missing], complete };
}

/** The rows of a page, by default all of an analysis up to the usual number. */
async function wholeAnalysis(session: Session, request: AnalysisPage, signal: AbortSignal, report: (found: number) => void): Promise<AnalysisJson> {
  const before: RowJson[] = [];
  const answer = await analyseSession(session, request, signal, (rows, found) => {
    append(before, rows);
    report(found);
  });
  return { ...answer, rows: [...before, ...answer.rows] };
}

/**
 * Analyses as a report holds them.
 * @throws RequestError query for an unknown id or a wrong parameter; Cancelled
 */
export async function analysesOf(session: Session, requests: readonly AnalysisPage[], scan: Scan): Promise<readonly AnalysisJson[]> {
  const answers: AnalysisJson[] = [];
  for (const [at, request] of requests.entries())
    answers.push(
      await wholeAnalysis(session, request, scan.signal, () =>
        scan.progress({ phase: 'analysis', about: request.id, done: at, total: requests.length, unit: 'checks' }),
      ),
    );
  return answers;
}

/** Analyses of two dumps, row by row. @throws RequestError query for an unknown id or a wrong parameter; Cancelled */
export async function comparedAnalyses(left: Session, right: Session, requests: readonly AnalysisRequest[], scan: Scan): Promise<readonly ComparedAnalysis[]> {
  const [ofLeft, ofRight] = [await analysesOf(left, requests, scan), await analysesOf(right, requests, scan)];
  return ofLeft.flatMap((one, at) => {
    const other = ofRight[at];
    return other === undefined ? [] : [compareRows(analysisNamed(one.id).table, one, other)];
  });
}

export function analysisHandlers(sessionOf: SessionOf) {
  return {
    async analyse({ dump, view, id, parameters, first, limit, stream }, { signal, progress }) {
      const before: RowJson[] = [];
      const answer = await analyseSession(sessionOf(dump, view), { id, parameters, first, limit }, signal, (rows, found) => {
        if (stream !== true) append(before, rows);
        progress({ rows: stream === true ? [...rows] : [], found });
      });
      return stream === true ? answer : { ...answer, rows: [...before, ...answer.rows] };
    },
    async compareAnalysis({ left, right, leftView, rightView, ...request }, { signal, progress }) {
      const sessions = [sessionOf(left, leftView), sessionOf(right, rightView)] as const;
      const report = (found: number): void => progress({ rows: [], found });
      const [one, other] = [await wholeAnalysis(sessions[0], request, signal, report), await wholeAnalysis(sessions[1], request, signal, report)];
      return { schema: schemaVersion, ...compareRows(analysisNamed(request.id).table, one, other) };
    },
  } satisfies SomeMethods;
}
