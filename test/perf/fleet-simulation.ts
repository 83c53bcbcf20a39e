/** One dump that is too large for a machine, over many workers: how long it takes by rates that were measured, and what it waits for. */

export interface FleetRates {
  /** Bytes a second that one worker indexes, alone on its processor. */
  readonly worker: number;
  /** Seconds of the database for a job: taken, kept alive, and ended. */
  readonly job: number;
  /** Seconds of the merge for each byte of the dump. */
  readonly merge: number;
}

export interface FleetRun {
  readonly bytes: number;
  readonly workers: number;
  readonly rangeBytes: number;
  /** Bytes a second that the storage gives to all of them together. */
  readonly storage: number;
}

export interface SimulatedRun {
  readonly seconds: number;
  /** What would have to be faster first. */
  readonly bottleneck: 'storage' | 'workers' | 'queue' | 'merge';
}

/** Steps from one range that ends to the next; the queue serves one worker at a time, the storage all alike. */
function scanSeconds({ bytes, workers, rangeBytes, storage }: FleetRun, { worker, job }: FleetRates): number {
  const left: number[] = [];
  let waiting = Math.ceil(bytes / rangeBytes);
  let now = 0;
  let queueFree = 0;
  /** Workers that have their job only later. */
  const starting: number[] = [];
  const take = (): void => {
    if (waiting === 0) return;
    waiting -= 1;
    queueFree = Math.max(queueFree, now) + job;
    starting.push(queueFree);
  };
  for (let one = 0; one < workers; one += 1) take();
  while (left.length > 0 || starting.length > 0) {
    const rate = left.length === 0 ? 0 : Math.min(worker, storage / left.length);
    const ends = left.length === 0 ? Infinity : now + left.reduce((least, one) => Math.min(least, one), Infinity) / rate;
    const starts = starting.reduce((least, one) => Math.min(least, one), Infinity);
    const next = Math.min(ends, starts);
    for (let at = 0; at < left.length; at += 1) left[at] = (left[at] ?? 0) - rate * (next - now);
    now = next;
    if (starts <= ends) {
      starting.splice(starting.indexOf(starts), 1);
      left.push(rangeBytes);
    } else {
      for (let at = left.length - 1; at >= 0; at -= 1) {
        // Less than a byte is the rounding of the steps.
        if ((left[at] ?? 0) > 1) continue;
        left.splice(at, 1);
        take();
      }
    }
  }
  return now;
}

/** Each part is made twice as fast in turn: the one that helps most is what it waits for. */
export function simulateFleet(run: FleetRun, rates: FleetRates): SimulatedRun {
  const seconds = (one: FleetRun, other: FleetRates): number => scanSeconds(one, other) + one.bytes * other.merge;
  const faster: readonly (readonly [SimulatedRun['bottleneck'], number])[] = [
    ['storage', seconds({ ...run, storage: run.storage * 2 }, rates)],
    ['workers', seconds(run, { ...rates, worker: rates.worker * 2 })],
    ['queue', seconds(run, { ...rates, job: rates.job / 2 })],
    ['merge', seconds(run, { ...rates, merge: rates.merge / 2 })],
  ];
  const [bottleneck] = [...faster].sort((left, right) => left[1] - right[1])[0] ?? ['workers'];
  return { seconds: seconds(run, rates), bottleneck };
}
