/**
 * A worker: takes jobs, has child processes open the dumps, and enters what they find. Work happens outside of any transaction; the rows of the catalogue
 * and the completion of the job come in one, which takes no effect when the job has gone to another worker in the meantime.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { ownStorage } from '../../files/storage-host.ts';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { enterDump } from '../catalogue/dumps.ts';
import { countCrash, enterPlaceFinding, enterPlaces, finishPlace, noteProblem, placeOf, type Place } from '../catalogue/places.ts';
import { settingsOf, type Settings } from '../catalogue/settings.ts';
import type { Database, Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';
import { heartbeatSeconds, machineTries, priorities, triageJob, triageQueue } from '../queue/queues.ts';
import { DumpEngine, EngineCrash, type EngineLimits } from './dump-engine.ts';
import { MachineTrouble, triagePlace, type PlaceResult } from './triage-place.ts';

export interface WorkerOptions {
  /** Dumps at a time. */
  readonly jobs: number;
  readonly limits: EngineLimits;
  /** Ends when nothing is left to do, or under way elsewhere. */
  readonly untilEmpty: boolean;
  readonly signal: AbortSignal;
  readonly onDone?: (done: WorkDone) => void;
  readonly onTrouble?: (message: string) => void;
}

export interface WorkDone {
  readonly path: string;
  readonly outcome: 'new' | 'updated' | 'known' | 'several' | 'refused' | 'failed' | 'given-back';
  /** Title of the verdict, or the reason. */
  readonly text: string;
}

export interface WorkerTally {
  readonly done: number;
  readonly newDumps: number;
  readonly failed: number;
}

/** Tries of a dump that hangs, crashes, or fills the memory of the process that opens it. */
export const poisonTries = 3;

const idleMs = 500;
const longestPauseMs = 10_000;

/** The job has gone to another worker: nothing of this try may be entered. */
class Lost extends Error {}

type Attempt = Pick<Job, 'id'> & { readonly retryCount: number };

const crashTitles: Readonly<Record<EngineCrash['kind'], string>> = {
  hang: 'opening it takes longer than is allowed',
  memory: 'opening it takes more memory than is allowed',
  crash: 'the process that opens it crashes',
};

export class Worker {
  readonly #database: Database;
  readonly #boss: PgBoss;
  readonly #options: WorkerOptions;
  #settings: Settings = { texts: false, storageJobs: 1 };
  #foreign: readonly string[] = [];
  #foreignAt = -Infinity;
  #busy = 0;
  #tally = { done: 0, newDumps: 0, failed: 0 };

  constructor(database: Database, boss: PgBoss, options: WorkerOptions) {
    this.#database = database;
    this.#boss = boss;
    this.#options = options;
  }

  /** Until it is stopped, or with `untilEmpty` until nothing is left. @throws FleetError for what no waiting mends */
  async run(): Promise<WorkerTally> {
    this.#settings = await settingsOf(this.#database);
    const slots = Array.from({ length: this.#options.jobs }, () => this.#slot());
    await Promise.all(slots);
    return this.#tally;
  }

  async #slot(): Promise<void> {
    const { signal, limits } = this.#options;
    const engine = new DumpEngine(limits);
    try {
      for (let pause = idleMs; !signal.aborted;) {
        try {
          const job = await this.#next();
          pause = idleMs;
          if (job !== undefined) await this.#work(job, engine);
          else if (this.#options.untilEmpty && this.#busy === 0 && (await this.#isEmpty())) return;
          else await this.#rest(idleMs);
        } catch (error) {
          // The server restarts, the network is away: what was under way is taken up again by whoever gets it.
          if (!(error instanceof FleetError) || error.problem !== 'unreachable') throw error;
          this.#options.onTrouble?.(error.message);
          await this.#rest(pause);
          pause = Math.min(pause * 2, longestPauseMs);
        }
      }
    } finally {
      engine.end();
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }

  async #next(): Promise<(Attempt & { readonly data: unknown }) | undefined> {
    await this.#lookForForeign();
    try {
      const [job] = await this.#boss.fetch(triageQueue, {
        includeMetadata: true,
        groupConcurrency: this.#settings.storageJobs,
        ...(this.#foreign.length === 0 ? {} : { ignoreGroups: [...this.#foreign] }),
      });
      return job;
    } catch (error) {
      throw this.#database.told(error);
    }
  }

  /** Disks of other machines cannot be reached from here. */
  async #lookForForeign(): Promise<void> {
    if (steadyMilliseconds() < this.#foreignAt + 10_000) return;
    this.#foreignAt = steadyMilliseconds();
    const rows = await this.#database.rows(
      v.object({ storage: v.string() }),
      "SELECT DISTINCT storage FROM dumpbench.place WHERE state = 'queued' AND storage LIKE 'local:%' AND storage <> $1",
      [ownStorage()],
    );
    this.#foreign = rows.map(({ storage }) => storage);
  }

  /** Nothing that this machine could do is left, and nothing is under way elsewhere that might come back. */
  async #isEmpty(): Promise<boolean> {
    const [row] = await this.#database.rows(
      v.object({ left: v.number() }),
      "SELECT count(*)::int AS left FROM dumpbench.place WHERE state = 'queued' AND (storage NOT LIKE 'local:%' OR storage = $1)",
      [ownStorage()],
    );
    return row?.left === 0;
  }

  async #work(job: Attempt & { readonly data: unknown }, engine: DumpEngine): Promise<void> {
    this.#busy += 1;
    const lost = new AbortController();
    const beat = this.#heartbeat(job, lost);
    let place: Place | undefined;
    try {
      place = await placeOf(this.#database, v.parse(triageJob, job.data).place);
      const signal = AbortSignal.any([this.#options.signal, lost.signal]);
      if (place?.state !== 'queued') await this.#settle(job, undefined, () => Promise.resolve());
      else if (job.retryCount >= machineTries) await this.#giveUp(job, place);
      else await this.#try(job, place, engine, signal);
    } catch (error) {
      if (error instanceof Lost || lost.signal.aborted) this.#options.onTrouble?.('a job was taken over by another worker: this try counts for nothing');
      else if (error instanceof Cancelled) await this.#giveBack(job, place, undefined);
      else throw error;
    } finally {
      beat();
      this.#busy -= 1;
    }
  }

  async #try(job: Attempt, place: Place, engine: DumpEngine, signal: AbortSignal): Promise<void> {
    let result: PlaceResult;
    try {
      result = await triagePlace(place, engine, signal);
    } catch (error) {
      if (error instanceof EngineCrash) await this.#crashed(job, place, error);
      else if (error instanceof MachineTrouble) {
        await this.#giveBack(job, place, error.message);
        this.#report({ path: place.path, outcome: 'given-back', text: error.message });
      } else throw error;
      return;
    }
    this.#report(await this.#settle(job, place, (sql) => this.#enter(sql, place, result)));
  }

  async #enter(sql: Sql, place: Place, result: PlaceResult): Promise<WorkDone> {
    const { id, path } = place;
    switch (result.outcome) {
      case 'dump': {
        const outcome = await enterDump(sql, result.dump, this.#settings.texts);
        await finishPlace(sql, id, 'done', { dumpKey: result.dump.dumpKey });
        return { path, outcome, text: result.dump.triage.verdict.title };
      }
      case 'several':
        await enterPlaces(sql, this.#boss, result.members, priorities.member);
        await finishPlace(sql, id, 'expanded', {});
        return { path, outcome: 'several', text: `${result.members.length} dumps` };
      case 'refused':
        await finishPlace(sql, id, 'refused', { problem: result.why });
        await enterPlaceFinding(sql, id, 'fleet/refused', 'it is no dump that opens', result.why);
        return { path, outcome: 'refused', text: result.why };
    }
  }

  /** Rows and completion, or neither. @throws Lost when the job is another worker's by now */
  async #settle<T>(job: Attempt, place: Place | undefined, enter: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#patiently(() =>
      this.#database.transaction(async (sql) => {
        const entered = await enter(sql);
        await this.#fenced(this.#boss.complete(triageQueue, attempt(job), place === undefined ? {} : { place: place.id }, { db: sql.queue }));
        return entered;
      }),
    );
  }

  async #fenced(settled: Promise<object>): Promise<void> {
    const { affected } = v.parse(v.object({ affected: v.number() }), await settled);
    if (affected !== 1) throw new Lost();
  }

  /** A dump is not worked on twice because the server restarts while its result is entered: as long as the job can be ours, it is tried again. */
  async #patiently<T>(enter: () => Promise<T>): Promise<T> {
    const end = steadyMilliseconds() + heartbeatSeconds * 1000;
    for (;;) {
      try {
        return await enter();
      } catch (error) {
        if (!(error instanceof FleetError) || error.problem !== 'unreachable' || steadyMilliseconds() > end) throw error;
        this.#options.onTrouble?.(error.message);
        await sleep(idleMs);
      }
    }
  }

  /** Bad input ends as a finding after its tries; until then another child, of this worker or of another, may fare better. */
  async #crashed(job: Attempt, place: Place, crash: EngineCrash): Promise<void> {
    const { id, path } = place;
    const isLast = await this.#patiently(() =>
      this.#database.transaction(async (sql) => {
        const last = (await countCrash(sql, id, crash.message)) >= poisonTries;
        if (last) {
          await finishPlace(sql, id, 'failed', { problem: crash.message });
          await enterPlaceFinding(sql, id, `fleet/${crash.kind}`, crashTitles[crash.kind], crash.message);
        }
        const settled = last
          ? this.#boss.complete(triageQueue, attempt(job), { place: id }, { db: sql.queue })
          : this.#boss.fail(triageQueue, attempt(job), { reason: crash.kind }, { db: sql.queue });
        await this.#fenced(settled);
        return last;
      }),
    );
    this.#report({ path, outcome: isLast ? 'failed' : 'given-back', text: `${crashTitles[crash.kind]}: ${crash.message}` });
  }

  async #giveUp(job: Attempt, place: Place): Promise<void> {
    const why = `${machineTries} tries ended without a result: its place could not be reached, or the workers themselves were ended`;
    await this.#settle(job, place, async (sql) => {
      await finishPlace(sql, place.id, 'failed', { problem: why });
      await enterPlaceFinding(sql, place.id, 'fleet/unreachable', 'no worker came to its end', why);
    });
    this.#report({ path: place.path, outcome: 'failed', text: why });
  }

  /** Another worker takes it up soon, or this one. That the job is not ours any more is no trouble. */
  async #giveBack(job: Attempt, place: Place | undefined, reason: string | undefined): Promise<void> {
    try {
      await this.#database.transaction(async (sql) => {
        if (place !== undefined && reason !== undefined) await noteProblem(sql, place.id, reason);
        await this.#boss.fail(triageQueue, attempt(job), { reason: reason === undefined ? 'stopped' : 'machine' }, { db: sql.queue });
      });
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      // Its silence gives it back.
      this.#options.onTrouble?.(error.message);
    }
  }

  #heartbeat(job: Attempt, lost: AbortController): () => void {
    const timer = setInterval(
      () => {
        this.#boss.touch(triageQueue, attempt(job)).then(
          (answer) => {
            if (v.parse(v.object({ affected: v.number() }), answer).affected === 0) lost.abort();
          },
          // The next one may come through; if none does, the job goes to another worker, and fencing keeps this one out.
          () => undefined,
        );
      },
      (heartbeatSeconds * 1000) / 3,
    );
    return () => {
      clearInterval(timer);
    };
  }

  #report(done: WorkDone): void {
    this.#tally.done += 1;
    if (done.outcome === 'new') this.#tally.newDumps += 1;
    if (done.outcome === 'failed') this.#tally.failed += 1;
    this.#options.onDone?.(done);
  }
}

const attempt = ({ id, retryCount }: Attempt): Attempt => ({ id, retryCount });
