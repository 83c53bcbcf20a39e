/** `report`: what an integrity report holds, in the format that was asked for. */
import { basename } from 'node:path';
import type { AnalysisJson } from '../../../shared/analysis-table.ts';
import { sortAnnotations, type Annotation } from '../../../shared/annotation-model.ts';
import type { AnalysisRequest } from '../../../shared/analysis-protocol.ts';
import { defined } from '../../../shared/defined.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import { usualAnalyses, type Paper } from '../../../shared/integrity-protocol.ts';
import { withKnownIssues, type KnownIssue } from '../../../shared/known-issues.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { Redaction } from '../../../shared/redact-rules.ts';
import type { ReportTemplate } from '../../../shared/report-template.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { pageSize } from '../../../shared/units.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { judgeFacts } from '../../integrity/trust.ts';
import { reportFormats } from '../../report/index.ts';
import { createRedactor } from '../../report/redaction.ts';
import type { ReportAnalysis, ReportedDump, ReportModel, ReportPart } from '../../report/report-model.ts';
import { withoutPaths } from '../../report/without-paths.ts';
import { chosenSections, partsOf } from '../../report/sections/index.ts';
import { machineEnd } from '../../integrity/machine-end.ts';
import { analysesOf, analysisNamed } from '../kernel/analyses.ts';
import { describeRegions } from '../machine/regions.ts';
import { comparisonOf } from '../pages/compare.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { describeDump } from '../triage/info.ts';
import { reasonOfBoth, verdictOf } from '../triage/verdict.ts';
import { deathOf } from '../triage/what-died.ts';
import { secretsOf } from './redact.ts';
import { readReportParts } from './report-parts.ts';
import { verifySession, type Scan, type VerifyRequest } from './verify.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { kdumpStarted } from '../triage/kdump-start.ts';

/** @param parts what else to read than facts and checks */
export async function buildReport(session: Session, request: VerifyRequest, parts: ReadonlySet<ReportPart>, context: Scan): Promise<ReportModel> {
  const verified = await verifySession(session, { ...request, handedOn: true }, context);
  const described = judgeFacts(describeDump(session), verified.checks);
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const fileName = basename(session.path);
  const { copy: _copy, ...container } = described.container;
  const { reason, findings = [] } = await deathOf(session, verified.checks, context.signal);
  const verdict = await verdictOf(session, context.signal);
  const { memoryRoot } = verified.digests;
  const more = await readReportParts(session, parts, { checks: verified.checks, isRead: memoryRoot !== undefined }, context.signal);
  return {
    schema: schemaVersion,
    tool: { name: toolName, version: toolVersion },
    fileName,
    identity: session.identity,
    dumpKey: session.dumpKey,
    digests: verified.digests,
    ...defined({ digestsMissing: verified.digestsMissing }),
    // A report says which dump, not where it lay; and the same whether a copy lay in this machine's cache or not.
    info: { ...described, findings: [...described.findings, ...findings], file: { ...described.file, path: fileName }, container },
    verdict,
    ...defined({ reason: await reasonOfBoth(session, reason, context.signal) }),
    health: verified.summary,
    checks: verified.checks,
    damage: verified.damage ?? [],
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard, kdumpStarted(session)) }),
    ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo, machineEnd(session.image, session.memory)) }),
    ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard) }),
    cpus: machineCpus(session).cpus,
    regions: describeRegions(session).regions,
    ...more,
  };
}

/** What the first page says of a dump: where it lay is not part of that. */
async function reportedDump(session: Session, signal: AbortSignal): Promise<ReportedDump> {
  const fileName = basename(session.path);
  const { provenance: _, ...info } = describeDump(session);
  const { copy: _copy, ...container } = info.container;
  return {
    fileName,
    identity: session.identity,
    info: { ...info, file: { ...info.file, path: fileName }, container },
    verdict: await verdictOf(session, signal),
  };
}

/** The answer of an analysis with the words of its declaration. */
function reportAnalysis({ id, columns, rows, note, missing, complete }: AnalysisJson): ReportAnalysis {
  const { title, about, drawing } = analysisNamed(id).table;
  return { id, title, about, ...defined({ drawing }), columns, rows, ...defined({ note }), missing, complete };
}

export interface ReportRequest extends VerifyRequest {
  readonly format: string;
  readonly rules?: IgnoreRules | undefined;
  readonly exact?: boolean | undefined;
  /** Bytes, whole pages. */
  readonly shift?: number | undefined;
  readonly knownIssues?: readonly KnownIssue[] | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
  /** Without it the usual ones. */
  readonly analyses?: readonly AnalysisRequest[] | undefined;
  /** Ids of the sections that it has; without it those that are in by default. */
  readonly sections?: readonly string[] | undefined;
  readonly paper?: Paper | undefined;
  readonly template?: ReportTemplate | undefined;
  /** What is taken out of it. */
  readonly redact?: Redaction | undefined;
}

/** All that a report in any format is made of. @param other a dump to compare with, under the rules */
export async function reportModel(
  session: Session,
  other: Session | undefined,
  {
    rules,
    exact = false,
    shift = 0,
    knownIssues,
    annotations = [],
    analyses: asked,
    sections,
    redact,
    ...request
  }: Omit<ReportRequest, 'format' | 'paper' | 'template'>,
  context: Scan,
): Promise<ReportModel> {
  const parts = partsOf(chosenSections(sections));
  // What is asked for by name is in every format, whatever the sections are.
  const analyses = asked ?? (parts.has('analyses') ? usualAnalyses.map((id) => ({ id })) : []);
  const tables = await analysesOf(session, analyses, context);
  const model = await buildReport(session, request, parts, context);
  const comparison =
    other === undefined
      ? {}
      : {
          comparison: {
            ...(await comparisonOf(session, other, { rules, exact, shift: shift / pageSize, analyses: asked ?? [] }, context)),
            other: await reportedDump(other, context.signal),
          },
        };
  const sessions = other === undefined ? [session] : [session, other];
  const paths = sessions.flatMap(({ path, attached }) => [path, ...attached.map((file) => file.path)]);
  const whole: ReportModel = withoutPaths(
    {
      ...model,
      verdict: withKnownIssues(model.verdict, knownIssues, model.info.kernel.release),
      ...(tables.length === 0 ? {} : { analyses: tables.map(reportAnalysis) }),
      ...comparison,
      ...(annotations.length === 0 ? {} : { annotations: sortAnnotations(annotations) }),
    },
    paths,
  );
  if (redact === undefined) return whole;
  return createRedactor(redact, await secretsOf(sessions, redact, context)).report(whole);
}

/**
 * @param other a dump to compare with, under the rules
 * @throws RequestError for a format, a section or an analysis that there is not
 */
export async function renderReport(
  session: Session,
  other: Session | undefined,
  { format, paper, template, ...request }: ReportRequest,
  context: Scan,
): Promise<{ mediaType: string; text: string }> {
  const chosen = reportFormats.find((one) => one.id === format);
  if (chosen === undefined)
    throw new RequestError('query', `there is no report format "${format}": expected one of ${reportFormats.map((one) => one.id).join(', ')}`);
  const model = await reportModel(session, other, request, context);
  return { mediaType: chosen.mediaType, text: chosen.render(model, defined({ sections: request.sections, paper, template })) };
}
