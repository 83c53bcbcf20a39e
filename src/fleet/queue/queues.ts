/** The queues of a fleet. A job names rows of the catalogue by their numbers and nothing else: no path, no text of a dump, no secret. */
import * as v from 'valibot';

/** Rows of `place` that a worker opens, looks at, and enters into the catalogue. */
export const triageQueue = 'triage';
export const triageJob = v.strictObject({ place: v.pipe(v.number(), v.safeInteger()) });

/**
 * A worker says that it is alive three times in this time; a job of one that is silent for so long goes to another. No less than ten is possible,
 * and a machine that is short of memory or swaps may well be silent for some seconds.
 */
export const heartbeatSeconds = 15;

/**
 * How often a job is taken up again because a machine failed (a worker was killed, a share was not there). What a dump does to a worker is counted
 * elsewhere (`place.crashes`), and a job that has had so many tries ends as a finding when it is taken up the last time.
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

/** Higher ones come first. */
export const priorities = { triage: 100, retried: 110, member: 105 } as const;
