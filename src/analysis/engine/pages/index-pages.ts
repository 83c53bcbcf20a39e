/** `index`: builds or completes the page index of a dump. */
import { derived } from '../session/memo.ts';
import type { OpenFiles, Session } from '../session/session.ts';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import { defined } from '../../../shared/defined.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { IndexJson } from '../../../shared/memory-model.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { areSameFiles } from '../../page-index/source-files.ts';
import { openIndex, type FreshReason, type IndexStore } from '../../page-index/store.ts';
import { compareSample, type SampleOutcome } from '../../page-index/confirm-sample.ts';
import { indexPathOf, isTrusted, noteHeldAgainst, ownIndexPath, sampleSeed, trustOf, unconfirmedText } from './dump-index.ts';
import { toolVersion } from '../tool.ts';
import { describeRegions } from '../machine/regions.ts';
import { notesOf } from '../machine/notes.ts';
import type { CrewWish } from '../../page-index/crew-plan.ts';
import { isPieced } from '../../page-index/pieced-reader.ts';
import { buildIndex } from '../../page-index/indexer.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import { cacheCapBytes, isCached, pruneIndexes, touchIndex } from '../../page-index/index-cache.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export interface IndexRequest {
  /** `again`: from all bytes of the dump, whatever root an index holds. */
  readonly digest: boolean | 'again';
  readonly rebuild: boolean;
  /** Instead of the cache folder. */
  readonly path?: string | undefined;
  /** Bytes that the engine may take. */
  readonly memory?: number | undefined;
  /** Page workers, also where the dump is small; 0: this thread alone. */
  readonly workers?: number | undefined;
}

/** More are not listed: what is unreadable is counted in pages. */
export const mostReadErrors = 1000;

/** How a page is brought to the front of the index that is under way. */
const underWay = derived((_: OpenFiles): { prefer?: ((pfn: number) => void) | undefined } => ({}));

/** A view shows this address: while the dump is indexed, the block around it comes first. */
export function preferAddress(session: Session, address: bigint): void {
  underWay(session.files).prefer?.(Number(address / BigInt(pageSize)));
}

/** Builds or completes the index of a dump, with the rows of its small structures. */
export async function indexPages(session: Session, request: IndexRequest, signal: AbortSignal, progress: (value: ScanProgress) => void): Promise<IndexJson> {
  const started = steadyMilliseconds();
  const onWait = (): void => {
    progress({ phase: 'wait-for-index', done: 0, total: 1, unit: 'checks' });
  };
  const { store, ...claim } = await openFor(session, request, { signal, progress, onWait });
  const { path } = store;
  try {
    if (request.digest === 'again') store.forgetRoot();
    const onStart = (prefer: (pfn: number) => void): void => {
      underWay(session.files).prefer = prefer;
    };
    const result = await buildIndex(session.image, store, {
      digest: request.digest !== false,
      signal,
      onProgress: progress,
      onStart,
      faults: session.faults,
      // Until the index is complete a kill may have come before these rows; writing them again costs little.
      ...(store.header().complete ? {} : { besides: (own) => putSmallStructures(session, store, own) }),
      ...crewOf(session, request),
    });
    if (claim.unconfirmed === undefined) noteHeldAgainst(session, path);
    return {
      schema: schemaVersion,
      indexPath: path,
      pages: result.pages,
      bytesRead: result.bytesRead,
      seconds: Math.round(steadyMilliseconds() - started) / 1000,
      resumed: result.resumed,
      workers: result.workers,
      ...(result.memoryRoot === undefined ? {} : { memoryRoot: result.memoryRoot, memoryRootVersion }),
      ...(result.faults.length === 0 ? {} : { readErrors: result.faults.slice(0, mostReadErrors) }),
      ...claim,
    };
  } finally {
    underWay(session.files).prefer = undefined;
    store.close();
    await afterUse(path);
  }
}

/** Looking for the kernel reads up to 512 MiB where nothing leads to it: workers look at pages meanwhile. */
export async function putSmallStructures(session: Session, store: IndexStore, signal: AbortSignal): Promise<void> {
  await lookForCpus(session, signal);
  store.putRegions(describeRegions(session).regions);
  store.putCpus(machineCpus(session).cpus);
  store.putNotes(notesOf(session));
  store.putFindings(session.image.findings);
}

/** The page workers that a request wants, where the dump can be opened again. */
export function crewOf({ location, identity, image }: Session, { memory, workers }: Pick<IndexRequest, 'memory' | 'workers'>): { readonly crew?: CrewWish } {
  if (location === undefined || workers === 0) return {};
  return { crew: { location, identity, source: image.source, ...defined({ memoryBytes: memory, workers }) } };
}

interface Opened extends Pick<IndexJson, 'unconfirmed' | 'confirmed' | 'discarded'> {
  readonly store: IndexStore;
}

/** Why an index that lay there is not gone on with. */
const discardedBecause: Readonly<Partial<Record<FreshReason, string>>> = {
  damaged: 'the existing index was damaged: parts of it did not match their checksums',
  identity: 'the existing index was of another dump',
  key: 'the existing index was of another dump with equal headers and notes, or of this one before its memory changed',
  unread: 'the existing index was made while the disk did not return all of the headers',
};

interface Opening {
  readonly signal: AbortSignal;
  readonly progress: (value: ScanProgress) => void;
  readonly onWait: () => void;
}

/**
 * Opens the index of a dump for building. One that was made from other files, or whose files may have changed without a trace in their times, is
 * compared with the dump first, page by page in a sample, where all it has to answer is what its pages are. For what rests on every byte, and where
 * other files left something missing, it is built again: that of another dump stays, and this one has its own.
 */
async function openFor(session: Session, { digest, rebuild, path: named }: IndexRequest, { signal, progress, onWait }: Opening): Promise<Opened> {
  const { totalPages } = pageExtents(session.image.memory);
  const { identity, dumpKey } = session;
  const open = (path: string, again: boolean): Promise<IndexStore> =>
    openIndex({ path, identity, dumpKey, files: session.states(), totalPages, toolVersion, rebuild: again, signal, onWait });
  const place = indexPathOf(session, named);
  const store = await open(place, rebuild);
  const why = store.fresh === undefined ? undefined : discardedBecause[store.fresh];
  const trust = store.fresh === undefined ? trustOf(store, session) : 'made';
  if (isPieced(store) && (digest === 'again' || (digest && trust !== 'made'))) {
    store.close();
    throw new IndexError(`the index ${place} is read from pieces, so its memory root cannot be computed again`, 'rebuild-index');
  }
  // One that was rebuilt on its own files by a sample, or by all pages, is not a source of a digest.
  if (trust === 'made' || (isTrusted(trust) && digest === false)) return { store, ...defined({ discarded: why }) };
  const isOfOthers = !areSameFiles(store.sourceFiles(), session.states());
  const madeFrom = isOfOthers ? 'made from other files' : 'made from these files, whose times do not show whether they changed since';
  const anew = async (discarded: string): Promise<Opened> => {
    store.close();
    return isOfOthers && named === undefined ? { store: await open(ownIndexPath(session), true) } : { store: await open(place, true), discarded };
  };
  if (digest !== false) return anew(`the existing index was ${madeFrom}: a memory root is computed from the bytes of the dump itself`);
  if (!store.header().complete) {
    // What an earlier run has read is not read again.
    if (trust === 'undated') return { store, ...defined({ unconfirmed: unconfirmedText(trust, session) }) };
    return anew('the existing index was begun on other files and is not complete');
  }
  let sample: SampleOutcome;
  try {
    sample = await compareSample(session.image.memory, store, sampleSeed(session), {
      signal,
      onPages: (done, total) => {
        progress({ phase: 'sample', done, total, unit: 'pages' });
      },
    });
  } catch (error) {
    store.close();
    throw error;
  }
  const { pages, of, differs, enough } = sample;
  if (differs !== undefined)
    return anew(
      `the existing index was ${madeFrom}, and the page at absolute ${hex(BigInt(differs) * BigInt(pageSize))} is not what it says: it is of another dump, or this one was changed`,
    );
  if (!enough) return { store, unconfirmed: `unconfirmed: the page index was ${madeFrom}, and only ${pages} pages of this dump could be compared with it` };
  if (trust === 'unconfirmed') store.addFiles({ how: 'sample', files: session.states() });
  return { store, confirmed: { pages, of, why: `its index was ${madeFrom}` } };
}

/** Notes that an index was used, and makes room in the cache folder for the next one. */
export async function afterUse(path: string): Promise<void> {
  if (!isCached(path)) return;
  touchIndex(path);
  try {
    await pruneIndexes(cacheCapBytes, path);
  } catch (error) {
    // What cannot be removed now is not a reason to lose the index that was made.
    if (!(error instanceof IndexError) && !isDumpError(error)) throw error;
  }
}
