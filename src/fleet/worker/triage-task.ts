/** Queues "triage" and "reprocess": opens what is at a place, and enters what triage says about it. */
import { storageFinder } from '../../files/storage-host.ts';
import { SeveralDumps } from '../../shared/dump-error.ts';
import { keptAnalyses, mostRows } from '../catalogue/analysis-rows.ts';
import { enterDump, type TriagedDump } from '../catalogue/dumps.ts';
import { absentFinding, countCrash, enterPlaceFinding, enterPlaces, finishPlace, noteProblem, placeOf, type Place } from '../catalogue/places.ts';
import type { Sql } from '../database/database.ts';
import type { FoundPlace } from '../find-dumps.ts';
import { priorities, type JobOf } from '../queue/queues.ts';
import type { DumpEngine } from './dump-engine.ts';
import { Absent, onDump, Refused } from './open-place.ts';
import { crashTitles, poisonTries, type Task, type Tools, type WorkDone } from './task.ts';

type PlaceResult =
  | { readonly outcome: 'dump'; readonly dump: TriagedDump }
  /** An archive or a disk with several dumps: each of them is a place. */
  | { readonly outcome: 'several'; readonly members: readonly FoundPlace[] }
  | { readonly outcome: 'refused' | 'absent'; readonly why: string };

/** @throws MachineTrouble, EngineCrash, Cancelled */
async function triagePlace(place: Place, engine: DumpEngine, signal: AbortSignal): Promise<PlaceResult> {
  const { path, stamp } = place;
  try {
    const dump = await onDump(place, engine, signal, false, async ({ client, dump: handle, identity }) => {
      const triage = await client.call('triage', { dump: handle, withoutCpus: true }, { signal });
      const { analyses } = await client.call('triageRows', { dump: handle, analyses: keptAnalyses.map(({ id }) => id), limit: mostRows }, { signal });
      const { dumpKey } = await client.call('dumpKey', { dump: handle }, { signal });
      return { dumpKey, identity, triage, analyses };
    });
    return { outcome: 'dump', dump };
  } catch (error) {
    if (error instanceof SeveralDumps) {
      const storageOf = storageFinder();
      const members = error.several.choices.map(({ member }) => ({
        storage: storageOf(path),
        path: `${path}!${member}`,
        parts: [],
        title: error.several.holder,
        stamp,
      }));
      return { outcome: 'several', members };
    }
    if (error instanceof Refused) return { outcome: error instanceof Absent ? 'absent' : 'refused', why: error.message };
    throw error;
  }
}

async function failPlace(sql: Sql, id: number, finding: string, title: string, why: string): Promise<void> {
  await finishPlace(sql, id, 'failed', { problem: why });
  await enterPlaceFinding(sql, id, finding, title, why);
}

async function enter(sql: Sql, { boss, settings }: Tools, { id, path }: Place, result: PlaceResult): Promise<WorkDone> {
  switch (result.outcome) {
    case 'dump': {
      const outcome = await enterDump(sql, result.dump, settings.texts);
      await finishPlace(sql, id, 'done', { dumpKey: result.dump.dumpKey });
      return { path, outcome, text: result.dump.triage.verdict.title };
    }
    case 'several':
      await enterPlaces(sql, boss, result.members, priorities.member);
      await finishPlace(sql, id, 'expanded', {});
      return { path, outcome: 'several', text: `${result.members.length} dumps` };
    case 'refused':
      await finishPlace(sql, id, 'refused', { problem: result.why });
      await enterPlaceFinding(sql, id, 'fleet/refused', 'it cannot be opened as a dump', result.why);
      return { path, outcome: 'refused', text: result.why };
    case 'absent':
      await failPlace(sql, id, absentFinding, 'its file is missing', result.why);
      return { path, outcome: 'failed', text: result.why };
  }
}

export async function triageTask(tools: Tools, { place: id }: JobOf<'triage'>): Promise<Task | undefined> {
  const place = await placeOf(tools.database, id);
  if (place?.state !== 'queued') return undefined;
  return {
    path: place.path,
    async run(engine, signal) {
      const result = await triagePlace(place, engine, signal);
      return (sql) => enter(sql, tools, place, result);
    },
    async crashed(sql, { kind, message }) {
      const isLast = (await countCrash(sql, id, message)) >= poisonTries;
      if (isLast) await failPlace(sql, id, `fleet/${kind}`, crashTitles[kind], message);
      return isLast;
    },
    gaveUp: (sql, why) => failPlace(sql, id, 'fleet/unreachable', 'no worker completed it', why),
    troubled: (sql, why) => noteProblem(sql, id, why),
  };
}
