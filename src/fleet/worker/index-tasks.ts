/** Queues "index" and "merge": one range of a large dump into a piece of its index, and all pieces into the index. */
import { statSync } from 'node:fs';
import { indexAlgorithm } from '../../analysis/page-index/schema-versions.ts';
import { pathBytes } from '../../files/path-bytes.ts';
import { defined } from '../../shared/defined.ts';
import type { IndexRangeJson } from '../../shared/memory-model.ts';
import { SeveralDumps } from '../../shared/dump-error.ts';
import {
  countMergeCrash,
  countRangeCrash,
  failIndexing,
  finishIndexing,
  finishRange,
  indexingOf,
  noteMergeProblem,
  noteRangeProblem,
  rangeOf,
  type Indexing,
} from '../catalogue/indexings.ts';
import type { Sql } from '../database/database.ts';
import { joinedFile } from '../index-place.ts';
import type { JobOf } from '../queue/queues.ts';
import type { DumpEngine } from './dump-engine.ts';
import { onDump, Refused, type OpenedDump } from './open-place.ts';
import { crashTitles, MachineTrouble, poisonTries, type Task, type WorkDone, type Tools } from './task.ts';

/** Nobody else can make the folder: without a share that is not mounted, what is written there would be lost to the others. */
function assertReady({ folder, algorithm }: Indexing): void {
  if (algorithm !== indexAlgorithm) throw new MachineTrouble('this worker is of another version, whose pieces cannot be joined with those of the others');
  let isFolder = false;
  try {
    isFolder = statSync(pathBytes(folder)).isDirectory();
  } catch {
    // It is not there.
  }
  if (!isFolder) throw new MachineTrouble(`${folder}, the folder of the pieces, cannot be reached from this machine`);
}

/** The dump that the ranges were planned for, and no other that took its place. @throws Refused and what `onDump` throws */
async function onPlanned<T>(indexing: Indexing, engine: DumpEngine, signal: AbortSignal, use: (opened: OpenedDump) => Promise<T>): Promise<T> {
  assertReady(indexing);
  try {
    return await onDump(indexing, engine, signal, true, async (opened) => {
      const { dumpKey } = await opened.client.call('dumpKey', { dump: opened.dump }, { signal });
      if (opened.identity !== indexing.identity || dumpKey !== indexing.dumpKey) throw new Refused(`another dump is at ${indexing.path} now`);
      return use(opened);
    });
  } catch (error) {
    if (error instanceof SeveralDumps) throw new Refused(error.message);
    throw error;
  }
}

const failed =
  ({ id, path }: Indexing, why: string) =>
  async (sql: Sql): Promise<WorkDone> => {
    await failIndexing(sql, id, why);
    return { path, outcome: 'refused', text: why };
  };

export async function rangeTask({ database, boss, pageWorkers }: Tools, key: JobOf<'index'>): Promise<Task | undefined> {
  const indexing = await indexingOf(database, key.indexing);
  const range = await rangeOf(database, key.indexing, key.range);
  if (indexing?.state !== 'ranges' || range?.state !== 'queued') return undefined;
  // Then a piece of unreadable pages replaces it, so that the others can be joined.
  const unread = range.crashes >= poisonTries ? (range.problem ?? 'the process that read it was ended') : undefined;
  const { folder, rangeSize } = indexing;
  const path = `${indexing.path}, range ${key.range}`;
  const fail = (sql: Sql, why: string): Promise<void> => finishRange(sql, boss, key, { failed: why });
  return {
    path,
    async run(engine, signal) {
      let made: IndexRangeJson;
      try {
        made = await onPlanned(indexing, engine, signal, ({ client, dump, onProgress }) =>
          client.call(
            'indexRange',
            { dump, number: key.range, rangeSize, output: folder, digest: true, ...defined({ workers: pageWorkers, unread }) },
            { signal, onProgress },
          ),
        );
      } catch (error) {
        if (error instanceof Refused) return failed(indexing, error.message);
        throw error;
      }
      return async (sql) => {
        await finishRange(sql, boss, key, made);
        return { path, outcome: made.state, text: made.existed ? 'its piece existed' : `${made.pages.total} pages` };
      };
    },
    async crashed(sql, { kind, message }) {
      const crashes = await countRangeCrash(sql, key, `${crashTitles[kind]}: ${message}`);
      if (crashes <= poisonTries) return false;
      await fail(sql, message);
      return true;
    },
    gaveUp: (sql, why) => fail(sql, range.problem === null ? why : `${why}. The last: ${range.problem}`),
    troubled: (sql, why) => noteRangeProblem(sql, key, why),
  };
}

export async function mergeTask({ database }: Tools, { indexing: id }: JobOf<'merge'>): Promise<Task | undefined> {
  const indexing = await indexingOf(database, id);
  if (indexing?.state !== 'merge') return undefined;
  const { folder, path, piecesFrom, problem } = indexing;
  return {
    path,
    async run(engine, signal) {
      try {
        const made = await onPlanned(indexing, engine, signal, ({ client, dump, onProgress }) =>
          client.call('mergeRanges', { dump, folder, output: joinedFile(folder), piecesFrom }, { signal, onProgress }),
        );
        return async (sql) => {
          await finishIndexing(sql, id, made);
          return { path, outcome: 'joined', text: made.indexPath };
        };
      } catch (error) {
        if (error instanceof Refused) return failed(indexing, error.message);
        throw error;
      }
    },
    async crashed(sql, { kind, message }) {
      const isLast = (await countMergeCrash(sql, id, message)) >= poisonTries;
      if (isLast) await failIndexing(sql, id, `${crashTitles[kind]}: ${message}`);
      return isLast;
    },
    gaveUp: (sql, why) => failIndexing(sql, id, problem === undefined ? why : `${why}. The last: ${problem}`),
    troubled: (sql, why) => noteMergeProblem(sql, id, why),
  };
}
