/** A kind of job as a worker sees it: the work outside of any transaction, and what is entered in the one that completes it. */
import type { PgBoss } from 'pg-boss';
import type { Settings } from '../catalogue/settings.ts';
import type { Database, Sql } from '../database/database.ts';
import type { DumpEngine, EngineCrash } from './dump-engine.ts';

export interface Tools {
  readonly database: Database;
  readonly boss: PgBoss;
  readonly settings: Settings;
  /** Threads that look at pages in the child process of one job, 0: none besides its own; undefined: as many as its dump is worth. */
  readonly pageWorkers?: number;
}

export interface WorkDone {
  readonly path: string;
  readonly outcome: 'new' | 'updated' | 'known' | 'several' | 'refused' | 'indexed' | 'unreadable' | 'joined' | 'verified' | 'failed' | 'given-back';
  /** Title of the verdict, what was done, or the reason. */
  readonly text: string;
}

export interface Task {
  readonly path: string;
  /**
   * @returns enters the result, and puts what follows from it into the queues
   * @throws MachineTrouble, EngineCrash, Cancelled
   */
  run(engine: DumpEngine, signal: AbortSignal): Promise<(sql: Sql) => Promise<WorkDone>>;
  /** Counts that the dump has ended its process. @returns whether that was the last try: then it is entered as a result */
  crashed(sql: Sql, crash: EngineCrash): Promise<boolean>;
  /** No machine has completed it. */
  gaveUp(sql: Sql, why: string): Promise<void>;
  /** Why this try failed; another one follows. */
  troubled(sql: Sql, why: string): Promise<void>;
}

/** Looks up the rows that a job names. @returns undefined if there is nothing left to do about them */
export type TaskOf<J> = (tools: Tools, job: J) => Promise<Task | undefined>;

/** The machine, the share, or the disk failed, not the dump: another try, perhaps by another worker, can succeed. */
export class MachineTrouble extends Error {
  override name = 'MachineTrouble';
}

/** Tries of a dump that hangs, crashes, or fills the memory of the process that opens it. */
export const poisonTries = 3;

export const crashTitles: Readonly<Record<EngineCrash['kind'], string>> = {
  hang: 'opening it takes longer than is allowed',
  memory: 'opening it takes more memory than is allowed',
  crash: 'the process that opens it crashes',
};
