/** `report`: what an integrity report holds, in the format that was asked for. */
import { basename } from 'node:path';
import { sortAnnotations, type Annotation } from '../../../shared/annotation-model.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { judgeFacts } from '../../integrity/trust.ts';
import { reportFormats } from '../../report/index.ts';
import type { ReportModel } from '../../report/report-model.ts';
import { describeRegions } from '../machine/regions.ts';
import { comparisonOf } from '../pages/compare.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { describeDump } from '../triage/info.ts';
import { deathOf } from '../triage/what-died.ts';
import { verifySession, type Scan, type VerifyRequest } from './verify.ts';

export async function buildReport(session: Session, request: VerifyRequest, context: Scan): Promise<ReportModel> {
  const verified = await verifySession(session, { ...request, handedOn: true }, context);
  await session.lookForKernel(context.signal);
  const described = judgeFacts(describeDump(session), verified.checks);
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const fileName = basename(session.path);
  const { reason } = await deathOf(session, described.times.crash, context.signal);
  return {
    schema: schemaVersion,
    tool: { name: toolName, version: toolVersion },
    fileName,
    identity: session.identity,
    digests: verified.digests,
    // A report says which dump, not where it lay.
    info: { ...described, file: { ...described.file, path: fileName } },
    ...(reason === undefined ? {} : { reason }),
    health: verified.summary,
    checks: verified.checks,
    damage: verified.damage ?? [],
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard) }),
    ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo) }),
    ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard) }),
    cpus: session.cpuSet.cpus,
    regions: describeRegions(session).regions,
  };
}

export interface ReportRequest extends VerifyRequest {
  readonly format: string;
  readonly rules?: IgnoreRules | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
}

/**
 * @param other a dump to compare with, under the rules
 * @throws RequestError for a format that there is not
 */
export async function renderReport(
  session: Session,
  other: Session | undefined,
  { format, rules, annotations = [], ...request }: ReportRequest,
  context: Scan,
): Promise<{ mediaType: string; text: string }> {
  const chosen = reportFormats.find((one) => one.id === format);
  if (chosen === undefined)
    throw new RequestError('query', `there is no report format "${format}": expected one of ${reportFormats.map((one) => one.id).join(', ')}`);
  const model = await buildReport(session, request, context);
  const comparison = other === undefined ? {} : { comparison: await comparisonOf(session, other, rules, context) };
  return {
    mediaType: chosen.mediaType,
    text: chosen.render({ ...model, ...comparison, ...(annotations.length === 0 ? {} : { annotations: sortAnnotations(annotations) }) }),
  };
}
