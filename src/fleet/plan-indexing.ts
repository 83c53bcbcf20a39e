/** Plans the index of large dumps: the ranges of each become jobs for any number of workers. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PgBoss } from 'pg-boss';
import { indexAlgorithm } from '../analysis/page-index/schema-versions.ts';
import { makeOutputFolder } from '../files/output-folder.ts';
import { ownStorage, storageFinder } from '../files/storage-host.ts';
import { systemReason } from '../files/system-error.ts';
import type { EngineClient } from '../shared/engine-protocol.ts';
import type { FleetIndexJson } from '../shared/fleet-model.ts';
import { schemaVersion } from '../shared/model.ts';
import { enterIndexing } from './catalogue/indexings.ts';
import { enterPlaces, placeAt } from './catalogue/places.ts';
import { liveWorkers } from './catalogue/status.ts';
import type { Database } from './database/database.ts';
import { findDumps, type FoundPlace } from './find-dumps.ts';
import { FleetError } from './fleet-error.ts';
import { joinedFile, piecesFolder } from './index-place.ts';
import { defined } from '../shared/defined.ts';

export interface IndexingOptions {
  /** Dumps, and folders with dumps. */
  readonly paths: readonly string[];
  /** Folder for pieces and indexes, at the same path on all machines. */
  readonly pieces: string;
  readonly rangeSize?: number | undefined;
  readonly piecesFrom?: number | undefined;
  readonly signal: AbortSignal;
}

/** From this many stored bytes on, an index is read from its pieces. */
const usualPiecesFrom = 2 ** 40;
/** Ranges are planned for at least this many workers: more may join. */
const leastWorkers = 8;

/** @throws FleetError usage */
function assertFolder(folder: string): void {
  const why = whyNoFolder(folder);
  if (why !== undefined) throw new FleetError('usage', `--pieces ${folder}: ${why} (expected an existing folder, at the same path on all machines)`);
}

function whyNoFolder(folder: string): string | undefined {
  if (!folder.isWellFormed()) return 'the name is not UTF-8';
  try {
    return statSync(folder).isDirectory() ? undefined : 'it is not a folder';
  } catch (error) {
    return systemReason(error);
  }
}

function makeFolder(folder: string): void {
  try {
    makeOutputFolder(folder);
  } catch (error) {
    // Another process may plan the same.
    if (whyNoFolder(folder) !== undefined) throw error;
  }
}

/** @throws FleetError usage */
async function placesOf(engine: EngineClient, paths: readonly string[], signal: AbortSignal): Promise<readonly FoundPlace[]> {
  const places: FoundPlace[] = [];
  for await (const found of findDumps(engine, paths, signal)) {
    if ('place' in found) places.push(found.place);
    else if ('unreadable' in found) throw new FleetError('usage', `${found.unreadable}: ${found.why}`);
    else if (paths.includes(found.other)) throw new FleetError('usage', `${found.other} does not begin like a dump`);
  }
  return places;
}

/** @throws FleetError; DumpError and RequestError of a dump that does not open, or has no such ranges; Cancelled */
export async function planIndexing(database: Database, boss: PgBoss, engine: EngineClient, options: IndexingOptions): Promise<FleetIndexJson> {
  const { paths, rangeSize, piecesFrom = usualPiecesFrom, signal } = options;
  const pieces = resolve(options.pieces);
  assertFolder(pieces);
  const storage = storageFinder()(pieces);
  const workers = Math.max(leastWorkers, (await liveWorkers(database)).length);
  const dumps: FleetIndexJson['dumps'] = [];
  for (const place of await placesOf(engine, paths, signal)) {
    if (place.storage !== ownStorage() && storage === ownStorage())
      throw new FleetError(
        'usage',
        `--pieces ${pieces}: it is on a disk of this machine, which the workers of other machines cannot reach; ${place.path} is on a share`,
      );
    const { path, parts } = place;
    const { dump, identity } = await engine.call('open', { path, ...(parts.length === 0 ? {} : { volumes: [...parts] }) }, { signal });
    try {
      const plan = await engine.call('planRanges', { dump, workers, ...defined({ rangeSize }) }, { signal });
      const { dumpKey } = await engine.call('dumpKey', { dump }, { signal });
      if (plan.ranges.length === 0) throw new FleetError('usage', `${path}: none of its memory has to be read; "dumpbench index" makes its index at once`);
      const folder = piecesFolder(pieces, { identity, dumpKey });
      makeFolder(folder);
      const index = joinedFile(folder);
      const numbers = plan.ranges.map(({ number }) => number);
      const jobs = await database.transaction(async (sql) => {
        await enterPlaces(sql, boss, [place]);
        const planned = { place: await placeAt(sql, place), storage: place.storage, identity, dumpKey, algorithm: indexAlgorithm, piecesFrom, folder, numbers };
        return (await enterIndexing(sql, boss, { ...planned, rangeSize: plan.rangeSize }, !existsSync(index))).jobs;
      });
      dumps.push({ path, rangeSize: plan.rangeSize, ranges: numbers.length, jobs, folder, index });
    } finally {
      await engine.call('close', { dump });
    }
  }
  return { schema: schemaVersion, dumps };
}
