/** The engine: answers the protocol for any number of open dumps. Nothing here knows which door asks. */
import { basename } from 'node:path';
import { DumpError } from '../../shared/dump-error.ts';
import type { EngineProtocol, ScanProgress } from '../../shared/engine-protocol.ts';
import { schemaVersion, type MemoryView, type VerifyJson } from '../../shared/model.ts';
import type { CallContext, Handlers } from '../../shared/rpc.ts';
import { replayPanicKdump, replayTwoStage } from '../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../arch/s390x/standalone-kdump.ts';
import { checks, summarize } from '../integrity/index.ts';
import { reportFormats } from '../report/index.ts';
import type { ReportModel } from '../report/report-model.ts';
import { describeBacktrace } from './backtraces.ts';
import { describeCpus } from './cpus.ts';
import { fileDigest } from './file-digest.ts';
import { indexPages, stripOf, queryIndex } from './index-job.ts';
import { describeKernelFacts, describeModules } from './kernel-facts.ts';
import { describeMemoryUsage } from './kernel-memory-usage.ts';
import { describeTasks } from './kernel-tasks.ts';
import { describeLog, describeSymbols, symbolize } from './kernel-story.ts';
import { describeStruct, describeTypeNames } from './kernel-types.ts';
import { describeLowcores } from './lowcore.ts';
import { readMemory } from './read-memory.ts';
import { probableReason } from './reason.ts';
import { openDumpAt } from './open-dump.ts';
import { searchSession } from './search.ts';
import type { Session } from './session.ts';
import { describeNotes, describeOsInfo, describeRegions, describeVmcoreinfo } from './structures.ts';
import { describeDump } from './summary.ts';
import { toolName, toolVersion } from './tool.ts';
import { translateAddress } from './translate-address.ts';
import { checkSession, triage } from './triage.ts';

export interface Engine {
  readonly handlers: Handlers<EngineProtocol>;
  /** Closes every dump. */
  close(): void;
}

type Scan = CallContext<ScanProgress>;

/** Checks, and unless `quick` the digests over the whole file and the whole memory. */
async function verifySession(session: Session, quick: boolean, path: string | undefined, { signal, progress }: Scan): Promise<VerifyJson> {
  const results = await checkSession(session, quick ? 'quick' : 'scan', signal, (done, check) => {
    progress({ phase: `check ${check.id}`, done, total: checks.length, unit: 'checks' });
  });
  const summary = summarize(results);
  if (quick) return { schema: schemaVersion, digests: {}, checks: results, summary };
  const file = await fileDigest(session.file, signal, progress);
  const index = await indexPages(session.inView('all'), { digest: true, rebuild: false, ...(path === undefined ? {} : { path }) }, signal, progress);
  const memoryRoot = index.memoryRoot === undefined ? {} : { memoryRoot: index.memoryRoot };
  return { schema: schemaVersion, digests: { file, ...memoryRoot }, checks: results, summary };
}

async function buildReport(session: Session, quick: boolean, context: Scan): Promise<ReportModel> {
  const verified = await verifySession(session, quick, undefined, context);
  const described = describeDump(session);
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const fileName = basename(session.path);
  const reason = probableReason(session, described.times.crash);
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
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard) }),
    ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo) }),
    ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard) }),
    cpus: session.cpuSet.cpus,
    regions: describeRegions(session).regions,
  };
}

export function createEngine(): Engine {
  const sessions = new Map<string, Session>();
  let next = 1;
  const sessionOf = (dump: string, view?: MemoryView): Session => {
    const session = sessions.get(dump);
    if (session === undefined) throw new DumpError('absent', {}, `no open dump is named ${dump}`);
    return view === undefined ? session : session.inView(view);
  };
  const handlers: Handlers<EngineProtocol> = {
    async open({ path, volumes, view }, { signal, progress }) {
      const opened = await openDumpAt({ path, ...(volumes === undefined ? {} : { volumes }), signal, progress });
      let session: Session;
      try {
        session = opened.inView(view ?? 'all');
      } catch (error) {
        opened.close();
        throw error;
      }
      const dump = `d${next++}`;
      sessions.set(dump, session);
      return { dump, identity: session.identity };
    },
    close({ dump }) {
      sessionOf(dump).close();
      sessions.delete(dump);
      return {};
    },
    info: ({ dump, view }) => describeDump(sessionOf(dump, view)),
    triage: ({ dump, view }, { signal }) => triage(sessionOf(dump, view), signal),
    cpus: ({ dump, view }) => describeCpus(sessionOf(dump, view)),
    lowcore: ({ dump, view, cpu, address, layout }) => describeLowcores(sessionOf(dump, view), { cpu, address, layout }),
    dmesg: ({ dump, view, ...sources }, { signal }) => describeLog(sessionOf(dump, view), sources, signal),
    symbols: ({ dump, view, ...request }, { signal }) => describeSymbols(sessionOf(dump, view), request, signal),
    symbolize: ({ dump, view, ...request }, { signal }) => symbolize(sessionOf(dump, view), request, signal),
    struct: ({ dump, view, ...request }, { signal }) => describeStruct(sessionOf(dump, view), request, signal),
    typeNames: ({ dump, view, ...sources }, { signal }) => describeTypeNames(sessionOf(dump, view), sources, signal),
    notes: ({ dump, view }) => describeNotes(sessionOf(dump, view)),
    regions: ({ dump, view }) => describeRegions(sessionOf(dump, view)),
    vmcoreinfo: ({ dump, view }) => describeVmcoreinfo(sessionOf(dump, view)),
    osinfo: ({ dump, view }, { signal }) => describeOsInfo(sessionOf(dump, view), signal),
    tasks: ({ dump, view }) => describeTasks(sessionOf(dump, view)),
    modules: ({ dump, view }) => describeModules(sessionOf(dump, view)),
    backtrace: ({ dump, view, ...request }) => describeBacktrace(sessionOf(dump, view), request),
    memoryUsage: ({ dump, view }) => describeMemoryUsage(sessionOf(dump, view)),
    kernelFacts: ({ dump, view }) => describeKernelFacts(sessionOf(dump, view)),
    read({ dump, space, address, length, cpu, view }) {
      return readMemory(sessionOf(dump, view), { space, address, length, cpu });
    },
    translate: ({ dump, address, cpu, asce, space, view }) => translateAddress(sessionOf(dump, view), { address, cpu, asce, space }),
    index: ({ dump, digest, rebuild, path }, { signal, progress }) =>
      indexPages(sessionOf(dump, 'all'), { digest, rebuild, ...(path === undefined ? {} : { path }) }, signal, progress),
    strip: ({ dump, start, end, buckets }) => stripOf(sessionOf(dump, 'all'), { start, end, buckets }),
    sql: ({ dump, query, rows, seconds, path }, { signal }) =>
      queryIndex(sessionOf(dump, 'all'), { query, rows, seconds, ...(path === undefined ? {} : { path }) }, signal),
    search: ({ dump, view, ...request }, context) => searchSession(sessionOf(dump, view), request, context),
    verify: ({ dump, quick, path }, context) => verifySession(sessionOf(dump), quick, path, context),
    async report({ dump, format, quick }, context) {
      const chosen = reportFormats.find((one) => one.id === format);
      if (chosen === undefined) throw new DumpError('unsupported', {}, `there is no report format "${format}"`, reportFormats.map((one) => one.id).join(', '));
      const model = await buildReport(sessionOf(dump), quick, context);
      return { mediaType: chosen.mediaType, text: chosen.render(model) };
    },
  };
  return {
    handlers,
    close() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
}
