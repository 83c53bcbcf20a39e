/** `planRanges` and `indexRange`: one large dump in ranges, each a job of its own that leaves a piece of the index. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { copyToOutput } from '../../../files/copied-output.ts';
import { checkOutput } from '../../../files/output-place.ts';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { IndexRangeJson, RangePlanJson } from '../../../shared/memory-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { PageRange } from '../../page-index/block-plan.ts';
import { IndexBusy, IndexError } from '../../page-index/index-error.ts';
import { growingPath } from '../../page-index/index-location.ts';
import { lockWriter, removeIndex } from '../../page-index/index-lock.ts';
import { buildIndex, type IndexResult } from '../../page-index/indexer.ts';
import { lookAtPiece, type FoundPiece } from '../../page-index/merge-pieces.ts';
import { pageExtents, storedCode, type PageExtents } from '../../page-index/page-extents.ts';
import type { FileFault } from '../../source/byte-source.ts';
import { unreadMemory } from '../../page-index/unread-memory.ts';
import { pieceContent } from '../../page-index/piece-content.ts';
import { indexAlgorithm } from '../../page-index/schema-versions.ts';
import { pieceName, planRanges, rangeOfNumber, type PlannedRange } from '../../page-index/piece-ranges.ts';
import { begunPiece } from '../../page-index/piece-row.ts';
import { openPiece, rangeText } from '../../page-index/pieced-reader.ts';
import { isIndexFile } from '../../page-index/sqlite.ts';
import { setOf } from '../../page-index/source-files.ts';
import { countsOf } from '../../page-index/queries.ts';
import { openIndex, type IndexStore, type OpenOptions } from '../../page-index/store.ts';
import type { Session } from '../session/session.ts';
import { toolVersion } from '../tool.ts';
import { refuseDecrypted } from './dump-index.ts';
import { crewOf, mostReadErrors } from './index-pages.ts';

const ofBytes = (pfn: number): string => hex(BigInt(pfn) * BigInt(pageSize));
const ofRange = ({ number, startPfn, endPfn }: PlannedRange) => ({ number, start: ofBytes(startPfn), end: ofBytes(endPfn) });

/** The ranges of a dump, for whoever gives them out. @throws RequestError query */
export function rangesOf(session: Session, wish: { readonly rangeSize?: number; readonly workers?: number }): RangePlanJson {
  const { rangeSize, ranges } = planRanges(pageExtents(session.image.memory), wish);
  return { schema: schemaVersion, rangeSize, ranges: ranges.map(ofRange) };
}

export interface RangeRequest {
  /** Number of the range in ranges of `rangeSize` bytes. */
  readonly number: number;
  readonly rangeSize: number;
  /** The piece: a new file, one of this range, or a folder in which it gets its name. */
  readonly output: string;
  /** Also the subtrees of the memory root. */
  readonly digest: boolean;
  /** Bytes that the engine may take. */
  readonly memory?: number | undefined;
  /** Page workers; 0: this thread alone. */
  readonly workers?: number | undefined;
  /** Why nothing of the range is to be read: its piece says of all stored pages that they are unreadable, and gives this as the reason. */
  readonly unread?: string | undefined;
}

/**
 * Indexes one range of a dump and leaves its piece. It may be called again, and by several processes at once: a piece that is there already is
 * the answer. A piece grows in the cache folder of this machine and gets its name when it is whole, so a killed run is gone on with here and begun
 * again elsewhere. What the disk does not give is in the answer (`state: 'unreadable'`), and no error: other ranges are not worse for it.
 * @throws RequestError query for a range that the dump does not have
 * @throws DumpError io when the dump or the piece fails for another reason; IndexError likewise for the file in the cache folder
 * @throws Cancelled after `signal`; what was done is kept for the next run
 */
export async function indexRange(
  session: Session,
  request: RangeRequest,
  signal: AbortSignal,
  progress: (value: ScanProgress) => void,
): Promise<IndexRangeJson> {
  refuseDecrypted(session);
  const started = steadyMilliseconds();
  const { digest, unread } = request;
  const extents = pageExtents(session.image.memory);
  const range = rangeOfNumber(extents, request.number, request.rangeSize);
  const output = isFolder(request.output) ? join(request.output, pieceName(range)) : request.output;
  const of = { identity: session.identity, dumpKey: session.dumpKey, totalPages: extents.totalPages };
  const answer = (piece: FoundPiece, run?: IndexResult): IndexRangeJson => {
    const { row } = piece;
    const { faults } = row;
    return {
      schema: schemaVersion,
      piece: output,
      identity: of.identity,
      dumpKey: of.dumpKey,
      ...ofRange(range),
      state: faults.length === 0 ? 'indexed' : 'unreadable',
      existed: run === undefined,
      pages: countsOf(row.counters, row.pages),
      digest: row.digest,
      sha256: row.sha256,
      algorithm: indexAlgorithm,
      bytesRead: run?.bytesRead ?? 0,
      seconds: Math.round(steadyMilliseconds() - started) / 1000,
      resumed: run?.resumed ?? false,
      workers: run?.workers ?? 0,
      ...(faults.length === 0 ? {} : { readErrors: faults.slice(0, mostReadErrors) }),
    };
  };

  const there = finishedPiece(output, range, of, digest);
  if (there !== undefined) return answer(there);
  const expected = { kind: 'piece', expected: 'a new file, or the piece of this range' } as const;
  if (!isOwnPiece(output, range)) checkOutput(output, expected);
  const growing = growingPath(of, range);
  const onWait = (): void => {
    progress({ phase: 'wait-for-index', done: 0, total: 1, unit: 'checks' });
  };
  const store = await openGrowing(session, { path: growing, ...of, files: session.states(), toolVersion, signal, onWait }, range);
  let run: IndexResult;
  let row;
  try {
    run = await buildIndex(unread === undefined ? session.image : { memory: unreadMemory(session.image.memory, extents) }, store, {
      part: range,
      digest,
      signal,
      onProgress: progress,
      faults: () => (unread === undefined ? session.faults() : [...session.faults(), unreadFault(session, extents, range, unread)]),
      ...(unread === undefined ? crewOf(session, request) : {}),
    });
    row = { ...begunPiece(range.startPfn, range.endPfn), digest, faults: run.faults, ...pieceContent(store, digest) };
    store.sealPiece(row);
  } finally {
    store.close();
  }
  // Another process may have put it there while this one waited.
  const other = finishedPiece(output, range, of, digest);
  if (other === undefined) {
    if (isOwnPiece(output, range)) await removeIndex(output);
    const unlock = await lockWriter({ path: growing, signal, onWait });
    try {
      if (sealOf(growing) !== row.sha256) throw new IndexError(`another process indexes ${rangeText(range)} of this dump again at ${growing}: try again later`);
      copyToOutput(growing, output, expected);
    } catch (error) {
      if (!(isDumpError(error) || error instanceof IndexError) || finishedPiece(output, range, of, digest) === undefined) throw error;
    } finally {
      unlock();
    }
  }
  await forget(growing);
  const made = lookAtPiece(output, of);
  return answer(made, other === undefined ? run : undefined);
}

/** A range that was not read, as a fault: what it stores at most, and where that begins in the file as far as the container says. */
function unreadFault({ file }: Session, extents: PageExtents, range: PageRange, why: string): FileFault {
  const pages = extents.counts(range.startPfn, Math.min(range.endPfn, extents.totalPages))[storedCode] ?? 0;
  let offset = 0;
  for (const extent of extents.from(range.startPfn)) {
    if (extent.startPfn >= range.endPfn) break;
    if (extent.state !== storedCode) continue;
    offset = extent.fileOffset ?? 0;
    break;
  }
  return { file: file.name, offset, bytes: pages * pageSize, why: `${rangeText(range)} was not read: ${why}` };
}

/** The growing piece of a range: gone on with where these very files were read for it. */
async function openGrowing(session: Session, options: OpenOptions, range: PageRange): Promise<IndexStore> {
  const pieces = [begunPiece(range.startPfn, range.endPfn)];
  const store = await openIndex({ ...options, pieces });
  if (store.fresh !== undefined || setOf(store.sourceFiles(), session.states()) !== undefined || session.states().length === 0) return store;
  store.close();
  return openIndex({ ...options, pieces, rebuild: true });
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Whether a piece of this range lies there, whatever is in it: such a one may be replaced. */
function isOwnPiece(path: string, range: PageRange): boolean {
  if (!existsSync(path) || !isIndexFile(path)) return false;
  try {
    const { reader, row } = openPiece(path);
    reader.close();
    return row.startPfn === range.startPfn && row.endPfn === range.endPfn;
  } catch (error) {
    if (error instanceof IndexError) return false;
    throw error;
  }
}

/** What lies in the place of a piece, where it has all that is asked for: then nothing has to be read. */
function finishedPiece(path: string, range: PageRange, of: Parameters<typeof lookAtPiece>[1], digest: boolean): FoundPiece | undefined {
  if (!isOwnPiece(path, range)) return undefined;
  try {
    const found = lookAtPiece(path, of);
    return found.row.faults.length === 0 && (found.row.digest || !digest) ? found : undefined;
  } catch (error) {
    if (error instanceof IndexError) return undefined;
    throw error;
  }
}

function sealOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { reader, row } = openPiece(path);
  reader.close();
  return row.sha256;
}

async function forget(path: string): Promise<void> {
  try {
    if (isIndexFile(path)) await removeIndex(path);
  } catch (error) {
    // Who waited for it continues with it.
    if (!(error instanceof IndexBusy)) throw error;
  }
}
