/** `mergeRanges`: the pieces of a dump's index joined to one index, or to one that is read from them. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { steadyMilliseconds } from '../../../files/steady-clock.ts';
import { systemReason } from '../../../files/system-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { IndexJson } from '../../../shared/memory-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { createPace } from '../../jobs/pace.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { compareSample } from '../../page-index/confirm-sample.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { removeIndex } from '../../page-index/index-lock.ts';
import { indexPath } from '../../page-index/index-location.ts';
import { buildIndex } from '../../page-index/indexer.ts';
import { assertCover, copyPieces, lookAtPiece, type FoundPiece } from '../../page-index/merge-pieces.ts';
import { pageExtents } from '../../page-index/page-extents.ts';
import { pieceSuffix } from '../../page-index/piece-ranges.ts';
import { isPieceFile } from '../../page-index/pieced-reader.ts';
import { areSameFiles, setOf } from '../../page-index/source-files.ts';
import { openIndex, readIndex, type IndexStore } from '../../page-index/store.ts';
import type { Session } from '../session/session.ts';
import { toolVersion } from '../tool.ts';
import { deliverIndex } from './deliver-index.ts';
import { isTrusted, noteHeldAgainst, ownIndexPath, sampleSeed, trustOf } from './dump-index.ts';
import { afterUse, mostReadErrors, putSmallStructures } from './index-pages.ts';

/** From so many stored bytes on the pieces stay files of their own: one file of all of them would take gibibytes. */
export const piecesFromBytes = 2 ** 40;

export interface MergeRequest {
  /** Where the pieces are: all its files `*.piece`, and whatever else is a piece. */
  readonly folder: string;
  /** The index, instead of the one in the cache folder. */
  readonly path?: string | undefined;
  /** The same on any file system, a share too: the index appears there when it is whole. */
  readonly output?: string | undefined;
  /** Stored bytes of a dump from which on its index is read from the pieces; default 1 TiB. */
  readonly piecesFrom?: number | undefined;
}

/** @throws IndexError when the folder cannot be read or has none */
function piecesIn(folder: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(folder, 'utf8');
  } catch (error) {
    throw new IndexError(`the folder of the pieces, ${folder}: ${systemReason(error)}`);
  }
  // A name that begins with a dot is of one that is being written.
  const paths = names.filter((name) => !name.startsWith('.')).map((name) => join(folder, name));
  const pieces = paths.filter((path) => path.endsWith(pieceSuffix) || isPieceFile(path)).sort();
  if (pieces.length === 0) throw new IndexError(`there is no piece of an index in ${folder}`);
  return pieces;
}

/** The place of the joined index: that of another dump of the same keys is left alone. */
function placeFor(session: Session, path: string | undefined): string {
  if (path !== undefined) return path;
  const own = ownIndexPath(session);
  const shared = indexPath(session);
  if (existsSync(own) || !existsSync(shared)) return existsSync(own) ? own : shared;
  try {
    const reader = readIndex(shared, session);
    try {
      return areSameFiles(reader.sourceFiles(), session.states()) ? shared : own;
    } finally {
      reader.close();
    }
  } catch (error) {
    // Whatever it is, it says nothing of this dump.
    if (error instanceof IndexError) return shared;
    throw error;
  }
}

/**
 * Joins the pieces of a folder. The result is that of one machine, row by row, memory root included where every piece has its part of it. Pieces
 * are looked at as a whole before anything is replaced.
 * @throws IndexError naming a piece that is damaged, of another dump or version, there twice, or overlapping, or a range that none has
 * @throws Cancelled, DumpError io
 */
export async function mergeRanges(session: Session, request: MergeRequest, signal: AbortSignal, progress: (value: ScanProgress) => void): Promise<IndexJson> {
  const { output } = request;
  if (output === undefined) return joinRanges(session, request, signal, progress);
  const made = await deliverIndex(session, output, (path) => joinRanges(session, { ...request, path }, signal, progress));
  return { ...made, indexPath: output };
}

async function joinRanges(session: Session, request: MergeRequest, signal: AbortSignal, progress: (value: ScanProgress) => void): Promise<IndexJson> {
  const started = steadyMilliseconds();
  const path = placeFor(session, request.path);
  const extents = pageExtents(session.image.memory);
  const { totalPages } = extents;
  const { identity, dumpKey } = session;
  const files = piecesIn(request.folder);
  if (files.some((file) => resolve(file) === resolve(path))) throw new IndexError(`${path} is one of the pieces: choose another place for the index`);
  const pace = createPace(signal);
  const found: FoundPiece[] = [];
  for (const [done, file] of files.entries()) {
    await pace.breathe(() => {
      progress({ phase: 'check', done, total: files.length, unit: 'checks' });
    });
    found.push(lookAtPiece(file, { identity, dumpKey, totalPages }));
  }
  const pieces = assertCover(extents, found);
  const digest = pieces.every(({ row }) => row.digest);
  const asFiles = extents.storedPages * pageSize >= (request.piecesFrom ?? piecesFromBytes);
  const states = session.states();
  const isOfTheseFiles = states.length === 0 || pieces.every(({ sourceFiles }) => setOf(sourceFiles, states)?.how === 'made');
  const store = await openIndex({
    path,
    identity,
    dumpKey,
    files: isOfTheseFiles ? states : [],
    totalPages,
    toolVersion,
    rebuild: true,
    signal,
    onWait: () => {
      progress({ phase: 'wait-for-index', done: 0, total: 1, unit: 'checks' });
    },
    ...(asFiles ? { pieces: pieces.map(placed) } : {}),
  });
  let whole = false;
  try {
    if (!asFiles)
      await copyPieces(extents, pieces, store, signal, (done) => {
        progress({ phase: 'index', done, total: totalPages, unit: 'pages' });
      });
    const claim = await confirmed(session, store, pieces, signal, progress);
    const result = await buildIndex(session.image, store, {
      digest,
      joined: true,
      signal,
      onProgress: progress,
      faults: () => [...pieces.flatMap(({ row }) => row.faults), ...session.faults()],
      besides: (own) => putSmallStructures(session, store, own),
    });
    if (result.pages.total !== totalPages) throw new IndexError(`the pieces have ${result.pages.total} of the ${totalPages} pages of this dump`);
    whole = true;
    return {
      schema: schemaVersion,
      indexPath: path,
      pages: result.pages,
      bytesRead: 0,
      seconds: Math.round(steadyMilliseconds() - started) / 1000,
      resumed: false,
      workers: 0,
      ...(result.memoryRoot === undefined ? {} : { memoryRoot: result.memoryRoot, memoryRootVersion }),
      ...(result.faults.length === 0 ? {} : { readErrors: result.faults.slice(0, mostReadErrors) }),
      joined: { pieces: pieces.length, asFiles },
      ...claim,
    };
  } finally {
    store.close();
    // A joined index that is not whole would be gone on with as if this dump had been read for it.
    if (!whole) await removeIndex(path);
    else await afterUse(path);
  }
}

const placed = ({ path, row }: FoundPiece): FoundPiece['row'] => ({ ...row, place: { file: basename(path), folder: resolve(dirname(path)) } });

/** Pieces that were made from other files, or from files whose times do not show every change, are compared with the dump as indexes of other files are. */
async function confirmed(
  session: Session,
  store: IndexStore,
  pieces: readonly FoundPiece[],
  signal: AbortSignal,
  progress: (value: ScanProgress) => void,
): Promise<Pick<IndexJson, 'confirmed' | 'unconfirmed'>> {
  if (isTrusted(trustOf(store, session))) {
    noteHeldAgainst(session, store.path);
    return {};
  }
  const { pages, of, differs, enough } = await compareSample(session.image.memory, store, sampleSeed(session), {
    signal,
    onPages: (done, total) => {
      progress({ phase: 'sample', done, total, unit: 'pages' });
    },
  });
  if (differs !== undefined) {
    const holder = pieces.find(({ row }) => row.startPfn <= differs && differs < row.endPfn);
    throw new IndexError(
      `the piece ${holder?.path ?? ''} is of another dump, or this one was changed: the page at absolute ${hex(BigInt(differs) * BigInt(pageSize))} is not what it says`,
    );
  }
  if (!enough) return { unconfirmed: `unconfirmed: the pieces were made from other files, and only ${pages} pages of this dump could be compared with them` };
  store.addFiles({ how: 'sample', files: session.states() });
  noteHeldAgainst(session, store.path);
  return { confirmed: { pages, of, why: 'its pieces were made from other files, or from these whose times do not show every change' } };
}
