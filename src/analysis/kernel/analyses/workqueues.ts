/** Workqueues: what each may do and has to do. */
import { isFailure } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import { flagText, isUnbound, maxActive, partsOf, workQueues } from '../workqueues/work-queues.ts';
import { cpusOf, mostListed, niceOf } from '../workqueues/worker-pools.ts';
import { address, count, defineAnalysis, pause, pid, text } from './analysis.ts';

/** Parts and pieces of work of all queues that are counted. */
const mostCounted = 1 << 21;

export const workqueues = defineAnalysis({
  id: 'workqueues',
  title: 'Workqueues',
  about:
    'Workqueues in the order of the kernel’s list (workqueues): how much work of each runs or waits for a worker, and how much the queue holds back until other work of it has ended.',
  needs: ['symbols', 'types'],
  uses: ['tasks'],
  columns: {
    name: text('its name'),
    flags: text('unbound, mem_reclaim, highpri, freezable …'),
    active: count('pieces of work that run or wait for a worker (nr_active)'),
    inactive: count('pieces of work that it holds back'),
    maxActive: count('pieces of work that may run at a time: on each CPU, or of an unbound queue by each node, before 6.9 by each part'),
    nice: count('nice value of the workers of an unbound queue'),
    cpus: text('CPUs of an unbound queue'),
    parts: count('pools that it uses (struct pool_workqueue)'),
    rescuer: text('comm of the task that does its work where no worker can be made'),
    rescuerPid: pid('its pid'),
    queue: address('its struct workqueue_struct'),
  },
  key: ['name'],
  grouping: ['flags'],
  *run({ objects, tasks }) {
    let left = mostCounted;
    for (const one of workQueues(objects)) {
      yield pause;
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const { queue } = one;
      let [parts, active, inactive] = [0, 0, 0];
      let isWhole = true;
      for (const part of partsOf(one)) {
        left -= 1;
        const own = isFailure(part) ? part : part.at('nr_active').number();
        if (isFailure(part) || isFailure(own) || left <= 0) {
          isWhole = false;
          yield isFailure(own) ? own : { missing: { what: `parts of workqueue ${one.name}`, why: `more than ${mostCounted} parts and pieces of work exist` } };
          if (left <= 0) break;
          continue;
        }
        parts += 1;
        active += own.value;
        for (const work of listEntries(part.at('inactive_works', 'delayed_works'), 'work_struct', 'entry', mostListed)) {
          if (work.failure === undefined) inactive += 1;
          else {
            isWhole = false;
            yield work.failure;
          }
        }
        left -= inactive;
      }
      const attributes = queue.pointer('unbound_attrs');
      const ownFlags = isUnbound(queue);
      const hasAttributes = !attributes.isNull && !isFailure(ownFlags) && ownFlags.value;
      const rescuer = queue.pointer('rescuer');
      const task = rescuer.isNull ? undefined : rescuer.at('task').u64();
      if (task !== undefined && isFailure(task)) yield task;
      const known = task === undefined || isFailure(task) ? undefined : tasks?.list.tasks.at(task.value);
      yield {
        row: {
          name: one.name,
          flags: flagText(queue),
          active: isWhole ? active : undefined,
          inactive: isWhole ? inactive : undefined,
          maxActive: maxActive(objects, queue),
          nice: hasAttributes ? niceOf(attributes) : undefined,
          cpus: hasAttributes ? cpusOf(objects, attributes) : undefined,
          parts: isWhole ? parts : undefined,
          rescuer: known?.comm,
          rescuerPid: known?.pid,
          queue: one.address,
        },
      };
    }
  },
});
