/** `index`: builds or completes the page index of a dump. */
import { derived } from '../session/memo.ts';
import type { OpenFiles, Session } from '../session/session.ts';
import { pageSize } from '../../../shared/units.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { IndexJson } from '../../../shared/memory-model.ts';
import { indexPath } from '../../page-index/index-location.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { openIndex } from '../../page-index/store.ts';
import { toolVersion } from '../tool.ts';
import { describeRegions } from '../machine/regions.ts';
import { describeNotes } from '../machine/notes.ts';
import { buildIndex } from '../../page-index/indexer.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import { cacheCapBytes, isCached, pruneIndexes, touchIndex } from '../../page-index/index-cache.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

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

/** More are not listed: what is unreadable is counted in pages. */
const mostReadErrors = 1000;

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
    progress({ phase: 'wait-for-index', done: 0, total: 1, unit: 'checks' });
  };
  const store = await openIndex({ path, identity: session.identity, totalPages, toolVersion, rebuild: request.rebuild, signal, onWait });
  try {
    // Until the index is complete a kill may have come before these rows; writing them again costs little.
    if (!store.header().complete) {
      store.putRegions(describeRegions(session).regions);
      store.putCpus(machineCpus(session).cpus);
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
    const result = await buildIndex(session.image, store, { digest: request.digest, signal, onProgress: progress, onStart, faults: session.faults, ...crew });
    return {
      schema: schemaVersion,
      indexPath: path,
      pages: result.pages,
      bytesRead: result.bytesRead,
      seconds: Math.round(performance.now() - started) / 1000,
      resumed: result.resumed,
      workers: result.workers,
      ...(result.memoryRoot === undefined ? {} : { memoryRoot: result.memoryRoot, memoryRootVersion }),
      ...(result.faults.length === 0 ? {} : { readErrors: result.faults.slice(0, mostReadErrors) }),
    };
  } finally {
    underWay(session.files).prefer = undefined;
    store.close();
    await afterUse(path);
  }
}

/** Notes that an index was used, and makes room in the cache folder for the next one. */
async function afterUse(path: string): Promise<void> {
  if (!isCached(path)) return;
  touchIndex(path);
  try {
    await pruneIndexes(cacheCapBytes, path);
  } catch (error) {
    // What cannot be removed now is no reason to lose the index that was made.
    if (!(error instanceof IndexError) && !isDumpError(error)) throw error;
  }
}
