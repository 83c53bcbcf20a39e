/** The engine: answers the protocol for any number of open dumps. Nothing here knows which door asks. */
import { comparisonOf, compareHandlers } from './pages/compare.ts';
import { allEvidence } from '../../files/evidence-files.ts';
import { sortAnnotations } from '../../shared/annotation-model.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { MemoryView } from '../../shared/model.ts';
import { RequestError, type Handlers } from '../../shared/rpc.ts';
import { reportFormats } from '../report/index.ts';
import { findTables } from './bytes/address-space.ts';
import { analysisHandlers } from './kernel/analyses.ts';
import { describeBacktrace } from './kernel/backtraces.ts';
import { describeCache } from './pages/cache.ts';
import { describeDuplicates } from './pages/duplicates.ts';
import { describeCpus } from './machine/cpus.ts';
import { describeKernelFacts } from './kernel/kernel-facts.ts';
import { describeModules } from './kernel/kernel-modules.ts';
import { describeMappings } from './kernel/kernel-mappings.ts';
import { describeMemoryUsage } from './kernel/kernel-memory-usage.ts';
import { withSources } from './session/kernel-sources.ts';
import { describeTasks } from './kernel/kernel-tasks.ts';
import { describeLog, describeSymbols, symbolize } from './kernel/kernel-story.ts';
import { describeStruct, describeTypeNames } from './kernel/kernel-types.ts';
import { indexPages, preferAddress, stripOf, queryIndex } from './pages/index-job.ts';
import { inspectPlace } from './bytes/inspect.ts';
import { describeLowcores } from './machine/lowcore.ts';
import { readMemory } from './bytes/read-memory.ts';
import { openDumpAt } from './session/open-dump.ts';
import { searchSession } from './pages/search.ts';
import { sqlTables } from './pages/sql-tables.ts';
import type { StartSqlProcess } from '../page-index/sql-process.ts';
import type { Session } from './session/session.ts';
import { describeRegionsWithKernel } from './machine/kernel-image.ts';
import { describeNotes, describeOsInfo } from './machine/structures.ts';
import { translateAddress } from './bytes/translate-address.ts';
import { judgedInfo, triage } from './triage/triage.ts';
import { attestDump, buildReport, makeManifest, verifySession } from './integrity/verify.ts';
import { answerVmcoreinfo } from './kernel/vmcoreinfo-copies.ts';
import { listLayouts, viewAs } from './bytes/view-as.ts';
import { listViewableTypes, viewAsType } from './bytes/view-as-type.ts';

export interface Engine {
  readonly handlers: Handlers<EngineProtocol>;
  /** Closes every dump. */
  close(): void;
}

export interface EngineOptions {
  /** How this host starts the killable process of a user's SQL; default is a child process on the Node that runs now. */
  readonly startSqlProcess?: StartSqlProcess;
}

export function createEngine(options: EngineOptions = {}): Engine {
  const sessions = new Map<string, Session>();
  let next = 1;
  const sessionOf = (dump: string, view?: MemoryView): Session => {
    const session = sessions.get(dump);
    if (session === undefined) throw new DumpError('absent', {}, `no open dump is named ${dump}`);
    return view === undefined ? session : session.inView(view);
  };
  const handlers: Handlers<EngineProtocol> = {
    ...compareHandlers(sessionOf),
    ...analysisHandlers(sessionOf),
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
    ping: () => ({}),
    evidence: () => ({ files: allEvidence().map(({ path, device, inode }) => ({ path, device: String(device), inode: String(inode) })) }),
    close({ dump }) {
      sessionOf(dump).close();
      sessions.delete(dump);
      return {};
    },
    info: ({ dump, view }, { signal }) => judgedInfo(sessionOf(dump, view), signal),
    triage: ({ dump, view }, { signal }) => triage(sessionOf(dump, view), signal),
    cpus: ({ dump, view }) => describeCpus(sessionOf(dump, view)),
    async lowcore({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      // The release helps to tell layouts apart.
      await session.lookForKernel(signal);
      return describeLowcores(session, request);
    },
    dmesg: ({ dump, view, ...sources }, { signal }) => describeLog(sessionOf(dump, view), sources, signal),
    symbols: ({ dump, view, ...request }, { signal }) => describeSymbols(sessionOf(dump, view), request, signal),
    symbolize: ({ dump, view, ...request }, { signal }) => symbolize(sessionOf(dump, view), request, signal),
    struct: ({ dump, view, ...request }, { signal }) => describeStruct(sessionOf(dump, view), request, signal),
    typeNames: ({ dump, view, ...sources }, { signal }) => describeTypeNames(sessionOf(dump, view), sources, signal),
    notes: ({ dump, view }) => describeNotes(sessionOf(dump, view)),
    regions: ({ dump, view }) => describeRegionsWithKernel(sessionOf(dump, view)),
    vmcoreinfo: ({ dump, view, copies }, { signal }) => answerVmcoreinfo(sessionOf(dump, view), copies === true, signal),
    osinfo: ({ dump, view }, { signal }) => describeOsInfo(sessionOf(dump, view), signal),
    tasks: async ({ dump, view, ...sources }, { signal }) => describeTasks(await withSources(sessionOf(dump, view), sources, signal), signal),
    modules: async ({ dump, view, ...sources }, { signal }) => describeModules(await withSources(sessionOf(dump, view), sources, signal), signal),
    backtrace: async ({ dump, view, ...request }, { signal }) => describeBacktrace(await withSources(sessionOf(dump, view), request, signal), request, signal),
    mappings: async ({ dump, view, pid, ...sources }, { signal }) => describeMappings(await withSources(sessionOf(dump, view), sources, signal), pid, signal),
    memoryUsage: async ({ dump, view, ...sources }, { signal }) => describeMemoryUsage(await withSources(sessionOf(dump, view), sources, signal), signal),
    kernelFacts: async ({ dump, view, ...sources }, { signal }) => describeKernelFacts(await withSources(sessionOf(dump, view), sources, signal), signal),
    async read({ dump, space, address, length, cpu, view }, { signal }) {
      const session = sessionOf(dump, view);
      if (space === 'absolute') preferAddress(session, address);
      if (space === 'virtual') await findTables(session, { cpu }, signal);
      return readMemory(session, { space, address, length, cpu });
    },
    async inspect({ dump, view, ...place }, { signal }) {
      const session = sessionOf(dump, view);
      if (place.space === 'virtual') await findTables(session, { cpu: place.cpu }, signal);
      return inspectPlace(session, place);
    },
    layouts: ({ dump }) => listLayouts(sessionOf(dump)),
    async viewAs({ dump, view, layout, ...place }, { signal }) {
      const session = sessionOf(dump, view);
      if (place.space === 'virtual') await findTables(session, { cpu: place.cpu }, signal);
      return viewAs(session, layout, place);
    },
    viewableTypes: ({ dump }, { signal }) => listViewableTypes(sessionOf(dump), signal),
    viewAsType: ({ dump, view, type, ...place }, { signal }) => viewAsType(sessionOf(dump, view), type, place, signal),
    async translate({ dump, view, ...request }, { signal }) {
      const session = sessionOf(dump, view);
      await findTables(session, request, signal);
      return translateAddress(session, request);
    },
    index: ({ dump, ...request }, { signal, progress }) => indexPages(sessionOf(dump, 'all'), request, signal, progress),
    cache: ({ pruneTo }) => describeCache(pruneTo),
    strip: ({ dump, ...request }) => stripOf(sessionOf(dump), request),
    sql: ({ dump, query, rows, seconds, path }, { signal }) =>
      queryIndex(sessionOf(dump, 'all'), { query, rows, seconds, ...(path === undefined ? {} : { path }) }, signal, options.startSqlProcess),
    duplicates: ({ dump, limit }, context) => describeDuplicates(sessionOf(dump, 'all'), limit, context),
    sqlTables: () => ({ tables: sqlTables() }),
    search: ({ dump, view, ...request }, context) => searchSession(sessionOf(dump, view), request, context),
    verify: ({ dump, ...request }, context) => verifySession(sessionOf(dump), request, context),
    async report({ dump, format, with: other, rules, annotations = [], ...request }, context) {
      const chosen = reportFormats.find((one) => one.id === format);
      if (chosen === undefined)
        throw new RequestError('query', `there is no report format "${format}": expected one of ${reportFormats.map((one) => one.id).join(', ')}`);
      const model = await buildReport(sessionOf(dump), request, context);
      const comparison = other === undefined ? {} : { comparison: await comparisonOf(sessionOf(dump), sessionOf(other), rules, context) };
      return {
        mediaType: chosen.mediaType,
        text: chosen.render({ ...model, ...comparison, ...(annotations.length === 0 ? {} : { annotations: sortAnnotations(annotations) }) }),
      };
    },
    manifest: ({ dump, format }, context) => makeManifest(sessionOf(dump), format, context),
    attest: ({ dump, key }, context) => attestDump(sessionOf(dump), key, context),
  };
  return {
    handlers,
    close() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
}
