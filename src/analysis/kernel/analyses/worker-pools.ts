/** Worker pools: how many workers there are and how many work, what waits for them, and for how long no work item was started. */
import { failed, isFailure } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { perCpuAreas } from '../cpus/per-cpu-data.ts';
import { listEntries } from '../object/containers/lists.ts';
import { monotonicClock, secondsSinceJiffies } from '../time/monotonic-clock.ts';
import { runningWork } from '../workqueues/work-items.ts';
import { cpusOf, mostListed, niceOf, stallLimit, workerCount, workerPools, workersOf } from '../workqueues/worker-pools.ts';
import { address, count, cpu, defineAnalysis, duration, flag, pause, text } from './analysis.ts';

/** Workers and pieces of work of all pools that are counted. */
const mostCounted = 1 << 21;

export const workerPoolsTable = defineAnalysis({
  id: 'worker-pools',
  title: 'Worker pools',
  about:
    'Worker pools of the workqueues (worker_pool_idr): two for each CPU, for normal and high priority, and the unbound ones. A pool is stalled by the rule of the kernel’s own watchdog: work items wait, and none was started for longer than wq_watchdog_thresh, or 30 seconds.',
  needs: ['symbols', 'types'],
  columns: {
    id: count('its number'),
    cpu: cpu('Linux CPU; empty for an unbound pool'),
    cpus: text('CPUs of an unbound pool'),
    nice: count('nice value of its workers'),
    workers: count('its workers'),
    idle: count('workers without work (nr_idle)'),
    busy: count('busy workers, including rescuers'),
    runnable: count('busy workers that are not asleep (nr_running)'),
    pending: count('pieces of work that wait for a worker'),
    seconds: duration('where work waits: how long before the last tick the pool last began a piece of work, or the first of these came'),
    stalled: flag('work waits, and none was begun for longer than the watchdog allows; empty where the time is not known'),
    pool: address('its struct worker_pool'),
  },
  key: ['id'],
  grouping: ['cpu', 'nice', 'stalled'],
  *run({ objects, memory, symbols }) {
    const areas = symbols === undefined ? [] : perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) });
    const clock = monotonicClock(objects, areas);
    if (isFailure(clock)) yield clock;
    const limit = stallLimit(objects);
    let left = mostCounted;
    for (const one of workerPools(objects, areas)) {
      yield pause;
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const { pool, id } = one;
      let [busy, pending] = [0, 0];
      let [areWorkersKnown, isWorkKnown] = [true, true];
      for (const worker of workersOf(one)) {
        const running = isFailure(worker) ? worker : runningWork(worker);
        left -= 1;
        if (running === undefined) continue;
        if (!isFailure(running)) busy += 1;
        else {
          areWorkersKnown = false;
          yield running;
        }
      }
      for (const work of listEntries(pool.at('worklist'), 'work_struct', 'entry', mostListed)) {
        left -= 1;
        if (work.failure === undefined) pending += 1;
        else {
          isWorkKnown = false;
          yield work.failure;
        }
        if (left <= 0) break;
      }
      if (left <= 0) {
        yield failed('pools of workers', `starting with pool ${id}, they are not examined: more than ${mostCounted} workers and pieces of work exist`);
        return;
      }
      const began = pool.at('watchdog_ts').u64();
      const seconds =
        isFailure(clock) || isFailure(began) || began.value === 0n || pending === 0 || !isWorkKnown ? undefined : secondsSinceJiffies(clock.value, began.value);
      const attributes = pool.pointer('attrs');
      yield {
        row: {
          id,
          cpu: one.cpu,
          cpus: one.cpu === undefined && !attributes.isNull ? cpusOf(objects, attributes) : undefined,
          nice: attributes.isNull ? undefined : niceOf(attributes),
          workers: workerCount(pool, 'nr_workers'),
          idle: workerCount(pool, 'nr_idle'),
          busy: areWorkersKnown ? busy : undefined,
          runnable: workerCount(pool, 'nr_running'),
          pending: isWorkKnown ? pending : undefined,
          seconds,
          stalled: isWorkKnown && pending === 0 ? false : seconds === undefined ? undefined : seconds > limit,
          pool: one.address,
        },
      };
    }
  },
});
