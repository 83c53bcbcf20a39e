/** The page index of a session: where it lies, building it, asking it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import { type IndexJson, type SqlJson } from '../../../shared/memory-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import type { MemoryImage } from '../../formats/dump-format.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { cacheCapBytes, pruneIndexes, touchIndex } from '../../page-index/index-cache.ts';
import { indexFolder, indexPath } from '../../page-index/index-location.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { buildIndex } from '../../page-index/indexer.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { emptyCounters } from '../../page-index/page-meta.ts';
import { runSql, type SqlDump } from '../../page-index/sql-console.ts';
import type { StartSqlProcess } from '../../page-index/sql-process.ts';
import { openIndex, readIndex } from '../../page-index/store.ts';
import { memoryStrip, type Strip, type StripSource } from '../../page-index/strip.ts';
import { pageSize } from '../../../shared/units.ts';
import { analyses } from '../../kernel/analyses/index.ts';
import { namedInQuery } from '../../kernel/analyses/sql-name.ts';
import { viewWindows } from '../../memory/view.ts';
import { derived } from '../session/memo.ts';
import type { OpenFiles, Session } from '../session/session.ts';
import { describeNotes, describeRegions } from '../machine/structures.ts';
import { toolVersion } from '../tool.ts';

export interface IndexRequest {
  readonly digest: boolean;
  readonly rebuild: boolean;
  /** Instead of the cache folder. */
  readonly path?: string | undefined;
  /** Bytes that the engine may take. */
  readonly memory?: number | undefined;
  /** Page workers, also where the dump is small; 0: this thread alone. */
  readonly workers?: number | undefined;
}

/** How a page is brought to the front of the index that is under way. */
const underWay = derived((_: OpenFiles): { prefer?: ((pfn: number) => void) | undefined } => ({}));

/** A view shows this address: while the dump is indexed, the block around it comes first. */
export function preferAddress(session: Session, address: bigint): void {
  underWay(session.files).prefer?.(Number(address / BigInt(pageSize)));
}

/** Builds or completes the index of a dump, with the rows of its small structures. */
export async function indexPages(session: Session, request: IndexRequest, signal: AbortSignal, progress: (value: ScanProgress) => void): Promise<IndexJson> {
  const started = performance.now();
  const path = request.path ?? indexPath(session.identity);
  const totalPages = pageExtents(session.image.memory).totalPages;
  const onWait = (): void => {
    progress({ phase: 'waiting for another process that builds this index', done: 0, total: 1, unit: 'checks' });
  };
  const store = await openIndex({ path, identity: session.identity, totalPages, toolVersion, rebuild: request.rebuild, signal, onWait });
  try {
    // Until the index is complete a kill may have come before these rows; writing them again costs little.
    if (!store.header().complete) {
      store.putRegions(describeRegions(session).regions);
      store.putCpus(session.cpuSet.cpus);
      store.putNotes(describeNotes(session).notes);
      store.putFindings(session.image.findings);
    }
    const { location, identity } = session;
    const crew =
      location === undefined || request.workers === 0
        ? {}
        : {
            crew: {
              location,
              identity,
              source: session.image.source,
              ...(request.memory === undefined ? {} : { memoryBytes: request.memory }),
              ...(request.workers === undefined ? {} : { workers: request.workers }),
            },
          };
    const onStart = (prefer: (pfn: number) => void): void => {
      underWay(session.files).prefer = prefer;
    };
    const result = await buildIndex(session.image, store, { digest: request.digest, signal, onProgress: progress, onStart, ...crew });
    return {
      schema: schemaVersion,
      indexPath: path,
      pages: result.pages,
      bytesRead: result.bytesRead,
      seconds: Math.round(performance.now() - started) / 1000,
      resumed: result.resumed,
      workers: result.workers,
      ...(result.memoryRoot === undefined ? {} : { memoryRoot: result.memoryRoot, memoryRootVersion }),
    };
  } finally {
    underWay(session.files).prefer = undefined;
    store.close();
    await afterUse(path);
  }
}

/** Notes that an index was used, and makes room in the cache folder for the next one. */
async function afterUse(path: string): Promise<void> {
  if (dirname(path) !== indexFolder()) return;
  touchIndex(path);
  try {
    await pruneIndexes(cacheCapBytes, indexFolder(), path);
  } catch (error) {
    // What cannot be removed now is no reason to lose the index that was made.
    if (!(error instanceof IndexError)) throw error;
  }
}

/** A dump without index: what the container says of its pages is known, the stored ones are not looked at yet. */
function unindexed(memory: MemoryImage): StripSource {
  const extents = pageExtents(memory);
  return {
    header: () => ({
      identity: '',
      toolVersion,
      fingerprintAlgorithm: '',
      classVersion: 0,
      totalPages: extents.totalPages,
      extentsWritten: 0,
      complete: false,
      pagesRead: 0,
      memoryRoot: undefined,
    }),
    totals: () => ({ counters: emptyCounters(), pages: 0 }),
    *counters() {
      // No block is indexed.
    },
    blockAt: () => undefined,
  };
}

/** Page counts for the memory strip, from as much of the index as there is: the index is of the dump as stored, a view shows it elsewhere. */
export function stripOf(
  session: Session,
  range: { readonly start: bigint; readonly end: bigint; readonly buckets: number },
): Strip & { readonly buckets: Strip['buckets'][number][] } {
  const { view, twoSystems } = session;
  const stored = session.inView('all');
  const windows = view === 'all' || twoSystems === undefined ? undefined : viewWindows(view, twoSystems, stored.image.memory.end);
  const strip = withReader(stored, (source) => memoryStrip(source, pageExtents(stored.image.memory), range.start, range.end, range.buckets, windows));
  return { ...strip, buckets: [...strip.buckets] };
}

function withReader<T>(session: Session, use: (source: StripSource) => T): T {
  let reader: ReturnType<typeof readIndex>;
  try {
    reader = readIndex(indexPath(session.identity), session.identity);
  } catch (error) {
    if (error instanceof RequestError) return use(unindexed(session.image.memory));
    throw error;
  }
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

export interface SqlQuery {
  readonly query: string;
  readonly rows: number;
  readonly seconds: number;
  readonly path?: string;
}

/** In a bundle all hosts lie in one folder; in a checkout sql-console.ts lies in its own. */
function consoleEntry(): string | undefined {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts') ? undefined : join(dirname(here), 'sql-console.js');
}

/** The dump for the process of a query that names analyses; undefined where the query names none. @throws RequestError where it lies in no file */
function dumpOfQuery({ location, view, attached }: Session, query: string): SqlDump | undefined {
  if (namedInQuery(query, analyses).length === 0) return undefined;
  if (location === undefined) throw new RequestError('query', 'analyses read a dump in a file, and this one lies in memory alone');
  return {
    path: location.path,
    volumes: [...(location.volumes ?? [])],
    view,
    attached: Object.fromEntries(attached.map(({ kind, path }) => [kind, path])),
  };
}

/**
 * Runs a user's query on the index, which must have been built before, and on analyses of the dump.
 * @param session in the view, and with the files attached, that analyses read; the index is of the whole dump
 */
export function queryIndex(session: Session, request: SqlQuery, signal: AbortSignal, start: StartSqlProcess | undefined): Promise<SqlJson> {
  const entry = consoleEntry();
  const path = request.path ?? indexPath(session.identity);
  const dump = dumpOfQuery(session, request.query);
  const isThere = existsSync(path);
  if (!isThere && (dump === undefined || request.path !== undefined))
    return Promise.reject(new RequestError('index', `${session.path} has no page index yet: run "dumpbench index" on it first`));
  return runSql({
    ...(isThere ? { path } : {}),
    ...(dump === undefined ? {} : { dump }),
    query: request.query,
    rows: request.rows,
    seconds: request.seconds,
    signal,
    ...(entry === undefined ? {} : { entry }),
    ...(start === undefined ? {} : { start }),
  });
}
