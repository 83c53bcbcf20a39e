/** The queues of a fleet. A job names rows of the catalogue by their numbers and nothing else: no path, no text of a dump, no secret. */
import * as v from 'valibot';
import { queueNames } from '../../shared/fleet-model.ts';

/** Workers look for jobs in this order: what takes seconds first, then what completes something, then what reads a whole dump, and last what was known already. */
export { queueNames };
export type QueueName = (typeof queueNames)[number];

const number = v.pipe(v.number(), v.safeInteger());
const ofPlace = v.strictObject({ place: number });

export const jobs = {
  /** Rows of `place` that a worker opens, looks at, and enters into the catalogue. */
  triage: ofPlace,
  /** Rows of `indexing` whose ranges have all ended. */
  merge: v.strictObject({ indexing: number }),
  /** Rows of `range`. */
  index: v.strictObject({ indexing: number, range: number }),
  /** Rows of `verification`. */
  verify: ofPlace,
  /** Rows of `place` whose dump an older version of the program has examined. */
  reprocess: ofPlace,
} as const satisfies Record<QueueName, v.GenericSchema>;
export type JobOf<Q extends QueueName> = v.InferOutput<(typeof jobs)[Q]>;

/**
 * A worker says that it is alive three times in this time; a job of one that is silent for so long goes to another. No less than ten is possible,
 * and a machine that is short of memory or swaps may well be silent for some seconds.
 */
export const heartbeatSeconds = 15;

/**
 * How often a job is taken up again because a machine failed (a worker was killed, a share was not there). What a dump does to a worker is counted
 * elsewhere (`crashes` of its row), and a job that has had so many tries ends as a finding when it is taken up the last time.
 */
export const machineTries = 20;

/** Everything about a queue that is the same for all of its jobs. */
export const queueOptions = {
  heartbeatSeconds,
  // Beyond what a worker ends itself; the queue would rather wait than have two at one job, which fencing makes harmless anyway.
  expireInSeconds: 24 * 3600,
  // Above machineTries: a job is never dropped by the queue.
  retryLimit: machineTries + 1000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 120,
  retentionSeconds: 365 * 24 * 3600,
  deleteAfterSeconds: 7 * 24 * 3600,
} as const;

/** Within a queue: higher ones come first. */
export const priorities = { usual: 100, retried: 110, member: 105 } as const;
