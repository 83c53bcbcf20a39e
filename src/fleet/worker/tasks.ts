/** What a worker does with the jobs of each queue. */
import * as v from 'valibot';
import { jobs, type QueueName } from '../queue/queues.ts';
import { mergeTask, rangeTask } from './index-tasks.ts';
import type { TaskOf } from './task.ts';
import { triageTask } from './triage-task.ts';
import { verifyTask } from './verify-task.ts';

const checked =
  <const S extends v.GenericSchema>(job: S, of: TaskOf<v.InferOutput<S>>): TaskOf<unknown> =>
  (tools, data) =>
    of(tools, v.parse(job, data));

export const taskOf: Readonly<Record<QueueName, TaskOf<unknown>>> = {
  triage: checked(jobs.triage, triageTask),
  merge: checked(jobs.merge, mergeTask),
  index: checked(jobs.index, rangeTask),
  verify: checked(jobs.verify, verifyTask),
  reprocess: checked(jobs.reprocess, triageTask),
};
