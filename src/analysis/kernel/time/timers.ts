/**
 * Timers: those of the timer wheel (struct timer_base, kernel/time/timer.c), which count in jiffies, and hrtimers (struct hrtimer_cpu_base, kernel/time/hrtimer.c), which count in
 * nanoseconds of a clock. Each CPU has its own. A wheel has two bases, the second for timers that an idle CPU need not wake up for; since 6.9 the first is split into timers that stay
 * on their CPU and those that any CPU may run.
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { hlistEntries } from '../object/containers/lists.ts';
import { rbtreeEntries } from '../object/containers/rbtree.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

export interface PendingTimer {
  readonly address: bigint;
  readonly timer: KernelObject;
  /** Jiffies, or nanoseconds of its clock. */
  readonly expires: bigint;
  /** Address of its function. */
  readonly function: bigint;
}

export interface TimerBase {
  /** "local", "global", "standard", "deferrable" of the wheel; the clock of hrtimers: "monotonic", "realtime soft". */
  readonly name: string;
  /** Nanoseconds that the clock of hrtimers is ahead of CLOCK_MONOTONIC; undefined for the wheel. */
  readonly ahead?: bigint;
  /** In the order in which they expire; undefined where work was done. */
  timers(): Generator<PendingTimer | Failure | undefined, void>;
}

/** Of one base. */
const mostTimers = 1 << 17;
/** WHEEL_SIZE is 512 or 576; a structure with more vectors is none. */
const mostVectors = 4096;

const byExpiry = (left: PendingTimer, right: PendingTimer): number => (left.expires < right.expires ? -1 : left.expires > right.expires ? 1 : 0);

function pending(timer: KernelObject, expires: Result<bigint>): PendingTimer | Failure {
  const [address, func] = [timer.address, timer.at('function').u64()];
  if (timer.failure !== undefined) return timer.failure;
  if (isFailure(address)) return address;
  if (isFailure(expires)) return expires;
  if (isFailure(func)) return func;
  if (func.value === 0n)
    return failed('timer', 'it is pending, and has no function', { space: 'virtual', start: hex(address.value), end: hex(address.value + 1n) });
  return { address: address.value, timer, expires: expires.value, function: func.value };
}

/** Vectors of the wheel, each a chain. */
function* ofWheel(base: KernelObject, name: string): Generator<PendingTimer | Failure | undefined, void> {
  const count = base.at('vectors').length;
  if (isFailure(count) || count.value > mostVectors) {
    yield isFailure(count) ? count : failed(`timers of base ${name}`, `it has ${count.value} vectors`);
    return;
  }
  const found: PendingTimer[] = [];
  for (const vector of base.at('vectors').elements()) {
    yield undefined;
    for (const timer of hlistEntries(vector, 'timer_list', 'entry')) {
      const one = pending(timer, timer.at('expires').u64());
      if (isFailure(one)) yield one;
      else found.push(one);
      if (found.length >= mostTimers) break;
    }
    if (found.length >= mostTimers) {
      yield failed(`timers of base ${name}`, `more than ${mostTimers} are pending`);
      break;
    }
  }
  yield* found.sort(byExpiry);
}

/** Bases of the wheel of a CPU. @param base `timer_bases` of the CPU */
export function* wheelBases(objects: KernelObjects, base: KernelObject, cpu: number): Generator<TimerBase | Failure, void> {
  // Without CONFIG_NO_HZ_COMMON there is one base.
  const isTickless = !isFailure(objects.addressOf('tick_nohz_active'));
  const names = !isTickless ? ['standard'] : objects.hasType('tmigr_cpu') ? ['local', 'global', 'deferrable'] : ['standard', 'deferrable'];
  for (const [at, name] of names.entries()) {
    const one = base.element(at);
    const [own, clock] = [one.at('cpu').u32(), one.at('clk').u64()];
    if (isFailure(own) || isFailure(clock)) yield isFailure(own) ? own : isFailure(clock) ? clock : failed('timers', 'not known');
    // A base counts from before the first jiffy on.
    else if (own.value !== cpu || clock.value === 0n) yield failed(`timers of CPU ${cpu}`, `its base "${name}" is not that of the CPU, or was never set up`);
    else yield { name, timers: () => ofWheel(one, `${name} of CPU ${cpu}`) };
  }
}

/** include/uapi/linux/time.h */
const clockNames = new Map([
  [0, 'realtime'],
  [1, 'monotonic'],
  [7, 'boottime'],
  [11, 'tai'],
]);
/** The first four clocks are for timers that expire in the interrupt, the others for those that do in a softirq (enum hrtimer_base_type, since 4.16). */
const hardClocks = 4;

function* ofTree(base: KernelObject, name: string): Generator<PendingTimer | Failure | undefined, void> {
  let count = 0;
  for (const timer of rbtreeEntries(base.at('active.rb_root', 'active'), 'hrtimer', 'node.node')) {
    yield pending(timer, timer.at('node.expires').s64());
    count += 1;
    if (count >= mostTimers) {
      yield failed(`hrtimers of ${name}`, `more than ${mostTimers} are pending`);
      return;
    }
  }
}

/** Clocks of the hrtimers of a CPU. @param base `hrtimer_bases` of the CPU */
export function* hrtimerBases(base: KernelObject, cpu: number): Generator<TimerBase | Failure, void> {
  const [at, own] = [base.address, base.at('cpu').u32()];
  if (isFailure(at) || isFailure(own)) {
    yield isFailure(at) ? at : isFailure(own) ? own : failed('hrtimers', 'not known');
    return;
  }
  for (const clock of base.at('clock_base').elements()) {
    const [back, index, id, ahead] = [clock.at('cpu_base').u64(), clock.at('index').u32(), clock.at('clockid').s32(), clock.at('offset').s64()];
    const unread = [back, index, id, ahead].find((one): one is Failure => isFailure(one));
    if (unread !== undefined || isFailure(back) || isFailure(index) || isFailure(id) || isFailure(ahead)) {
      if (unread !== undefined) yield unread;
      return;
    }
    if (own.value !== cpu || back.value !== at.value) {
      yield failed(`hrtimers of CPU ${cpu}`, 'their clocks are not those of the CPU, or were never set up');
      return;
    }
    const name = `${clockNames.get(id.value) ?? `clock ${id.value}`}${index.value >= hardClocks ? ' soft' : ''}`;
    yield { name, ahead: ahead.value, timers: () => ofTree(clock, `${name} of CPU ${cpu}`) };
  }
}
