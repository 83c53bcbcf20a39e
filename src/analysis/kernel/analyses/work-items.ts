/** Work of workqueues: what runs, what waits for a worker, and what is held back. */
import { isFailure, type Failure } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { perCpuAreas } from '../cpus/per-cpu-data.ts';
import { monotonicClock, secondsSinceJiffies } from '../time/monotonic-clock.ts';
import { heldBackWork, workOf, type WorkItem } from '../workqueues/work-items.ts';
import { partsOf, workQueues } from '../workqueues/work-queues.ts';
import { workerPools } from '../workqueues/worker-pools.ts';
import { address, count, cpu, defineAnalysis, duration, pause, pid, symbol, text } from './analysis.ts';
import { defined } from '../../../shared/defined.ts';

/** Pieces of work that are looked at. */
const mostWork = 1 << 20;

export const workItems = defineAnalysis({
  id: 'work-items',
  title: 'Work',
  about:
    'Work items of all workqueues: those that a worker is running, those that wait in a pool or for one worker, and those that their queue holds back until others have ended.',
  needs: ['symbols', 'types'],
  uses: ['tasks'],
  columns: {
    state: text('running; pending: waits for a worker of the pool; scheduled: waits for this worker; inactive: held back by its queue'),
    queue: text('name of its workqueue'),
    function: symbol('what it does'),
    pool: count('number of its pool'),
    cpu: cpu('Linux CPU of the pool; empty for an unbound one'),
    worker: text('comm of the worker'),
    pid: pid('its pid'),
    taskState: text('letter of the state of the worker'),
    atMost: duration('how long before the last tick the worker was last idle: it has been running this work for at most this long; empty for a rescuer'),
    poolSeconds: duration('of work that waits for a worker: how long before the last tick its pool last began a piece of work, or the first of these came'),
    work: address('its struct work_struct; of running work it may have been freed since'),
    workerAddress: address('struct worker of the worker'),
    part: address('struct pool_workqueue'),
  },
  key: ['state', 'queue', 'function', 'pool', 'work'],
  grouping: ['state', 'queue', 'function', 'pool'],
  *run({ objects, memory, symbols, symbolAt, tasks }) {
    const areas = symbols === undefined ? [] : perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) });
    const clock = monotonicClock(objects, areas);
    const pools = new Map<bigint, { readonly id: number; readonly cpu?: number; readonly began?: bigint }>();
    let [count, unread] = [0, 0];
    const since = (jiffies: bigint | undefined): number | undefined =>
      isFailure(clock) || jiffies === undefined || jiffies === 0n ? undefined : secondsSinceJiffies(clock.value, jiffies);

    const rowOf = (item: WorkItem, poolAt: bigint) => {
      const { id, cpu: number, began } = pools.get(poolAt) ?? {};
      const worker = item.worker?.worker;
      const task = worker?.at('task').u64();
      const known = task === undefined || isFailure(task) ? undefined : tasks?.list.tasks.at(task.value);
      const idle = item.worker?.isRescuer === false && item.state === 'running' ? worker?.at('last_active').u64() : undefined;
      const part = item.queue.address;
      return {
        state: item.state,
        queue: item.queue.pointer('wq').at('name').string(),
        function: symbolAt(item.function),
        pool: id,
        cpu: number,
        worker: known?.comm,
        pid: known?.pid,
        taskState: known?.state?.letter,
        atMost: idle === undefined || isFailure(idle) ? undefined : since(idle.value),
        poolSeconds: item.state === 'pending' ? since(began) : undefined,
        work: item.address,
        workerAddress: item.worker?.address,
        part: isFailure(part) ? undefined : part,
      };
    };
    function* rowsOf(items: Iterable<WorkItem | Failure>, poolAt: bigint) {
      for (const item of items) {
        count += 1;
        if (count > mostWork) return;
        if (isFailure(item)) {
          unread += 1;
          yield item;
        } else yield { row: rowOf(item, poolAt) };
      }
    }

    for (const one of workerPools(objects, areas)) {
      yield pause;
      if (isFailure(one)) {
        unread += 1;
        yield one;
        continue;
      }
      const began = one.pool.at('watchdog_ts').u64();
      pools.set(one.address, { id: one.id, ...defined({ cpu: one.cpu }), ...(isFailure(began) ? {} : { began: began.value }) });
      yield* rowsOf(workOf(objects, one), one.address);
    }
    let queues = 0;
    for (const queue of workQueues(objects)) {
      yield pause;
      if (isFailure(queue)) {
        unread += 1;
        yield queue;
        continue;
      }
      queues += 1;
      for (const part of partsOf(queue)) {
        if (count > mostWork) break;
        count += 1;
        const poolAt = isFailure(part) ? part : part.at('pool').u64();
        if (isFailure(part) || isFailure(poolAt)) {
          unread += 1;
          if (isFailure(poolAt)) yield poolAt;
        } else yield* rowsOf(heldBackWork(objects, part), poolAt.value);
      }
    }
    if (count > mostWork) yield { missing: { what: 'work', why: `more than ${mostWork} pieces and parts of queues exist` } };
    else if (unread === 0)
      yield {
        note: `${pools.size} ${pools.size === 1 ? 'pool' : 'pools'} of workers and ${queues} ${queues === 1 ? 'workqueue' : 'workqueues'} were looked at.`,
      };
    if (isFailure(clock)) yield clock;
  },
});
