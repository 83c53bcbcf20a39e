/**
 * CLOCK_MONOTONIC and jiffies at the end of the dump. The time of the last tick is `tick_next_period` less one tick (kernel/time/tick-sched.c, tick_do_update_jiffies64()); a CPU
 * notes in its tick_sched when it became idle and when that ended, which may be later. Nothing in memory says how long after the last of these the dump was taken.
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { perCpuCopies, type PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

const nanoseconds = 1_000_000_000;
/** Longer than any system has run. */
const mostSeconds = 20 * 365 * 86_400;
const mostTime = BigInt(mostSeconds) * BigInt(nanoseconds);
const mostTick = 100_000_000n;

export interface MonotonicClock {
  /** The latest time that a tick or an idle CPU noted, in nanoseconds; later stamps exist only where something ran between two ticks. */
  readonly now: bigint;
  /** Length of a tick in nanoseconds. */
  readonly tick: bigint;
  readonly jiffies: bigint;
}

/** Members of tick_sched that hold a time that has passed. */
const passed = ['idle_entrytime', 'idle_exittime', 'idle_waketime'] as const;

export function monotonicClock(objects: KernelObjects, cpus: readonly PerCpuArea[]): Result<MonotonicClock> {
  const tick = objects.variable('tick_nsec', 'u64').u64();
  const next = objects.variable('tick_next_period', 'u64').u64();
  const jiffies = objects.variable('jiffies', 'u64').u64();
  const unread = [tick, next, jiffies].find((one): one is Failure => isFailure(one));
  if (unread !== undefined || isFailure(tick) || isFailure(next) || isFailure(jiffies))
    return failed('time at the end', unread === undefined ? '' : `${unread.missing.what}: ${unread.missing.why}`);
  if (tick.value === 0n || tick.value > mostTick || next.value <= tick.value || next.value > mostTime)
    return failed('time at the end', 'tick_next_period and tick_nsec do not hold times');
  let now = next.value - tick.value;
  for (const { object } of perCpuCopies(objects.variable('tick_cpu_sched', 'tick_sched'), cpus)) {
    for (const member of passed) {
      const time = object.at(member).s64();
      if (!isFailure(time) && time.value > now && time.value < mostTime) now = time.value;
    }
  }
  return { value: { now, tick: tick.value, jiffies: jiffies.value } };
}

/** Seconds from a stamp of CLOCK_MONOTONIC to the end; undefined where it holds no time that has passed. A stamp of after the last tick counts as of now. */
export function secondsSince({ now, tick }: MonotonicClock, stamp: bigint): number | undefined {
  if (stamp <= 0n || stamp > now + 16n * tick) return undefined;
  return Math.max(0, Number(now - stamp) / nanoseconds);
}

/** Seconds from a number of jiffies to the end; undefined where it is not a time that has passed. */
export function secondsSinceJiffies({ jiffies, tick }: MonotonicClock, stamp: bigint): number | undefined {
  const seconds = Number(BigInt.asIntN(64, jiffies - stamp) * tick) / nanoseconds;
  return seconds < 0 || seconds > mostSeconds ? undefined : seconds;
}
