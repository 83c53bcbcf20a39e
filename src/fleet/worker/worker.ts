/**
 * A worker: takes jobs, has child processes open the dumps, and enters what they find. Work happens outside of any transaction; the rows of the catalogue
 * and the completion of the job come in one, which takes no effect when the job has gone to another worker in the meantime.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { ownStorage } from '../../files/storage-host.ts';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { settingsOf } from '../catalogue/settings.ts';
import type { Database, Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';
import { mendFutureTimes } from '../queue/clock-set-back.ts';
import { heartbeatSeconds, machineTries, queueNames, type QueueName } from '../queue/queues.ts';
import { queueSchema } from '../schema/names.ts';
import { DumpEngine, EngineCrash, type EngineLimits } from './dump-engine.ts';
import { crashTitles, MachineTrouble, type Task, type Tools, type WorkDone } from './task.ts';
import { taskOf } from './tasks.ts';

export interface WorkerOptions {
  /** At a time. */
  readonly jobs: number;
  readonly limits: EngineLimits;
  /** Ends when nothing is left to do, or under way elsewhere. */
  readonly untilEmpty: boolean;
  readonly signal: AbortSignal;
  readonly onDone?: (done: WorkDone) => void;
  readonly onTrouble?: (message: string) => void;
}

export interface WorkerTally {
  readonly done: number;
  readonly newDumps: number;
  readonly failed: number;
}

const idleMs = 500;
const longestPauseMs = 10_000;

/** The job has gone to another worker: nothing of this try may be entered. */
class Lost extends Error {}

interface Attempt extends Pick<Job, 'id'> {
  readonly queue: QueueName;
  readonly retryCount: number;
}

/** Jobs that are not over. */
const open = `${queueSchema}.job WHERE name = ANY($1::text[]) AND state < 'completed'`;

export class Worker {
  readonly #database: Database;
  readonly #boss: PgBoss;
  readonly #options: WorkerOptions;
  #tools: Tools;
  #foreign: readonly string[] = [];
  #foreignAt = -Infinity;
  #busy = 0;
  #tally = { done: 0, newDumps: 0, failed: 0 };

  constructor(database: Database, boss: PgBoss, options: WorkerOptions) {
    this.#database = database;
    this.#boss = boss;
    this.#options = options;
    // Each job gets a fair share of the machine.
    const pageWorkers = options.jobs === 1 ? {} : { pageWorkers: Math.floor(availableParallelism() / options.jobs) };
    this.#tools = { database, boss, settings: { texts: false, storageJobs: 1 }, ...pageWorkers };
  }

  /** Until it is stopped, or with `untilEmpty` until nothing is left. @throws FleetError for what waiting does not resolve */
  async run(): Promise<WorkerTally> {
    this.#tools = { ...this.#tools, settings: await settingsOf(this.#database) };
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
      for (const queue of queueNames) {
        const [job] = await this.#boss.fetch(queue, {
          includeMetadata: true,
          groupConcurrency: this.#tools.settings.storageJobs,
          ...(this.#foreign.length === 0 ? {} : { ignoreGroups: [...this.#foreign] }),
        });
        if (job !== undefined) return { queue, id: job.id, retryCount: job.retryCount, data: job.data };
      }
      return undefined;
    } catch (error) {
      throw this.#database.told(error);
    }
  }

  /** Disks of other machines cannot be reached from here. */
  async #lookForForeign(): Promise<void> {
    if (steadyMilliseconds() < this.#foreignAt + 10_000) return;
    this.#foreignAt = steadyMilliseconds();
    await mendFutureTimes(this.#database);
    const rows = await this.#database.rows(
      v.object({ storage: v.string() }),
      `SELECT DISTINCT group_id AS storage FROM ${open} AND group_id LIKE 'local:%' AND group_id <> $2`,
      [queueNames, ownStorage()],
    );
    this.#foreign = rows.map(({ storage }) => storage);
  }

  /** Nothing is left for this machine, and nothing is under way elsewhere that might return. */
  async #isEmpty(): Promise<boolean> {
    const [row] = await this.#database.rows(
      v.object({ left: v.number() }),
      `SELECT count(*)::int AS left FROM ${open} AND (group_id IS NULL OR group_id NOT LIKE 'local:%' OR group_id = $2)`,
      [queueNames, ownStorage()],
    );
    return row?.left === 0;
  }

  async #work(job: Attempt & { readonly data: unknown }, engine: DumpEngine): Promise<void> {
    this.#busy += 1;
    const lost = new AbortController();
    const beat = this.#heartbeat(job, lost);
    let task: Task | undefined;
    try {
      task = await taskOf[job.queue](this.#tools, job.data);
      const signal = AbortSignal.any([this.#options.signal, lost.signal]);
      if (task === undefined) await this.#settle(job, () => Promise.resolve());
      else if (job.retryCount >= machineTries) await this.#giveUp(job, task);
      else await this.#try(job, task, engine, signal);
    } catch (error) {
      if (error instanceof Lost || lost.signal.aborted) this.#options.onTrouble?.('a job was taken over by another worker: this try counts for nothing');
      else if (error instanceof Cancelled) await this.#giveBack(job, task, undefined);
      else throw error;
    } finally {
      beat();
      this.#busy -= 1;
    }
  }

  async #try(job: Attempt, task: Task, engine: DumpEngine, signal: AbortSignal): Promise<void> {
    let enter: (sql: Sql) => Promise<WorkDone>;
    try {
      enter = await task.run(engine, signal);
    } catch (error) {
      if (error instanceof EngineCrash) await this.#crashed(job, task, error);
      else if (error instanceof MachineTrouble) {
        await this.#giveBack(job, task, error.message);
        this.#report({ path: task.path, outcome: 'given-back', text: `${error.message} (try ${job.retryCount + 1} of ${machineTries})` });
      } else throw error;
      return;
    }
    this.#report(await this.#settle(job, enter));
  }

  /** Rows and completion, or neither. @throws Lost when the job is another worker's by now */
  async #settle<T>(job: Attempt, enter: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#patiently(() =>
      this.#database.transaction(async (sql) => {
        const entered = await enter(sql);
        await this.#fenced(this.#boss.complete(job.queue, attempt(job), {}, { db: sql.queue }));
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
  async #crashed(job: Attempt, task: Task, crash: EngineCrash): Promise<void> {
    const isLast = await this.#patiently(() =>
      this.#database.transaction(async (sql) => {
        const last = await task.crashed(sql, crash);
        const settled = last
          ? this.#boss.complete(job.queue, attempt(job), {}, { db: sql.queue })
          : this.#boss.fail(job.queue, attempt(job), { reason: crash.kind }, { db: sql.queue });
        await this.#fenced(settled);
        return last;
      }),
    );
    this.#report({ path: task.path, outcome: isLast ? 'failed' : 'given-back', text: `${crashTitles[crash.kind]}: ${crash.message}` });
  }

  async #giveUp(job: Attempt, task: Task): Promise<void> {
    const why = `${machineTries} tries ended without a result: its place could not be reached, or the workers themselves were ended`;
    await this.#settle(job, (sql) => task.gaveUp(sql, why));
    this.#report({ path: task.path, outcome: 'failed', text: why });
  }

  /** Another worker takes it up soon, or this one. It does not matter if the job is no longer ours. */
  async #giveBack(job: Attempt, task: Task | undefined, reason: string | undefined): Promise<void> {
    try {
      await this.#database.transaction(async (sql) => {
        if (reason !== undefined) await task?.troubled(sql, reason);
        await this.#boss.fail(job.queue, attempt(job), { reason: reason === undefined ? 'stopped' : 'machine' }, { db: sql.queue });
      });
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      // The missing heartbeat returns it.
      this.#options.onTrouble?.(error.message);
    }
  }

  #heartbeat(job: Attempt, lost: AbortController): () => void {
    const timer = setInterval(
      () => {
        this.#boss.touch(job.queue, attempt(job)).then(
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

const attempt = ({ id, retryCount }: Attempt) => ({ id, retryCount });
