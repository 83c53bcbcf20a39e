/** Requests of block devices that are in flight for longer than their queue allows. */
import { failed, isFailure } from '../../../../shared/result.ts';
import { stuckDevices } from '../../block/stuck-requests.ts';
import { cpuMasks } from '../../cpus/cpu-masks.ts';
import { perCpuAreas } from '../../cpus/per-cpu-data.ts';
import { monotonicClock } from '../../time/monotonic-clock.ts';
import type { ProblemRule } from '../problem-rule.ts';

export const stuckRequests: ProblemRule = {
  id: 'stuck-requests',
  title: 'Stuck I/O',
  threshold: 'a request has been in flight for longer than the timeout of its queue (rq_timeout), or 30 seconds where that is not known',
  source: 'memory',
  see: 'block-requests',
  *look({ kernel: { objects, memory, symbols, types, why } }) {
    if (types === undefined || symbols === undefined) {
      yield failed('requests in flight', why('types') ?? 'types are needed');
      return;
    }
    const clock = monotonicClock(objects, perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) }));
    if (isFailure(clock)) {
      yield clock;
      return;
    }
    for (const one of stuckDevices(objects, clock.value)) {
      if (one === undefined) continue;
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const { disk, count, oldest } = one;
      const [age, limit] = [Math.floor(oldest.seconds), Math.floor(one.limit)];
      yield {
        subject: disk.name,
        severity: 'error',
        text:
          count === 1
            ? `A request to ${disk.name} has been in flight for ${age} seconds.`
            : `${count} requests to ${disk.name} have been in flight for more than ${limit} seconds, the oldest for ${age} seconds.`,
        value: `${age} s`,
        evidence: `start_time_ns of the requests that hold a tag of ${disk.name}, against the last tick; limit ${limit} s`,
        address: oldest.held.address,
      };
    }
  },
};
