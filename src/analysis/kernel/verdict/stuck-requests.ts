/** Requests that have been in flight for long, as proofs of an I/O stall. */
import { isFailure } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import { operationName } from '../block/request-data.ts';
import { stuckDevices } from '../block/stuck-requests.ts';
import type { PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { monotonicClock } from '../time/monotonic-clock.ts';
import type { Proof } from './evidence.ts';

/** Devices that are named. */
const mostDevices = 4;
/** Steps that are taken: a verdict does not wait for a system with more requests than that. */
const mostSteps = 100_000;

/** Of each device the oldest request and how many are stuck; none where that cannot be read. */
export function* stuckRequestProofs(objects: KernelObjects, cpus: readonly PerCpuArea[]): Steps<readonly Proof[]> {
  const clock = monotonicClock(objects, cpus);
  if (isFailure(clock)) return [];
  const proofs: Proof[] = [];
  let steps = 0;
  for (const one of stuckDevices(objects, clock.value)) {
    yield;
    steps += 1;
    if (proofs.length >= mostDevices || steps > mostSteps) break;
    if (one === undefined || isFailure(one)) continue;
    const { disk, count, limit, oldest } = one;
    const { request, address } = oldest.held;
    const [operation, sector] = [operationName(objects, request.at('cmd_flags').u32()), request.at('__sector').u64()];
    const what = isFailure(operation) ? 'a request' : `a ${operation.value}`;
    const where = isFailure(sector) ? '' : ` at sector ${sector.value}`;
    proofs.push({
      text: `${count} ${count === 1 ? 'request' : 'requests'} to ${disk.name} ${count === 1 ? 'has' : 'have'} been in flight for more than ${Math.floor(limit)} s; the oldest, ${what}${where}, struct request ${hex(address)}, for ${Math.floor(oldest.seconds)} s`,
      where: { space: 'virtual', start: hex(address), end: hex(address + 1n) },
    });
  }
  return proofs;
}
