/** Timers that are pending: of the timer wheel and hrtimers, with what they will do. */
import { isFailure, valueOf, type Result } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { perCpuAreas } from '../cpus/per-cpu-data.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { perCpuCopies } from '../object/containers/per-cpu.ts';
import { monotonicClock, type MonotonicClock } from '../time/monotonic-clock.ts';
import { hrtimerBases, wheelBases, type PendingTimer, type TimerBase } from '../time/timers.ts';
import { address, count, cpu, defineAnalysis, duration, ownText, pause, pid, symbol, text } from './analysis.ts';

const nanoseconds = 1e9;
/** A timer of the wheel lies at most so far ahead: its levels reach 50 days with the shortest jiffies. */
const mostSeconds = 400 * 86_400;

/** What a timer is part of, where its function tells. */
const owners = {
  delayed_work_timer_fn: ['delayed_work', 'timer', 'work.func'],
  process_timeout: ['process_timer', 'timer', 'task'],
  hrtimer_wakeup: ['hrtimer_sleeper', 'timer', 'task'],
} as const;

const ownerOf = (name: string): (typeof owners)[keyof typeof owners] | undefined =>
  Object.hasOwn(owners, name) ? owners[name as keyof typeof owners] : undefined;

/** Seconds until it expires; negative where it is overdue. */
function secondsUntil(clock: Result<MonotonicClock>, { expires }: PendingTimer, { ahead }: TimerBase): number | undefined {
  if (isFailure(clock)) return undefined;
  const { now, jiffies, tick } = clock.value;
  const span = ahead === undefined ? BigInt.asIntN(64, expires - jiffies) * tick : expires - ahead - now;
  const seconds = Number(span) / nanoseconds;
  return ahead === undefined && Math.abs(seconds) > mostSeconds ? undefined : seconds;
}

export const timers = defineAnalysis({
  id: 'timers',
  title: 'Timers',
  about:
    'Pending timers of each CPU in the order in which they expire: those of the timer wheel (timer_bases), in jiffies, and hrtimers (hrtimer_bases), in nanoseconds of their clock; with the work or the task of those that queue or wake one.',
  needs: ['symbols', 'types'],
  uses: ['tasks'],
  columns: {
    cpu: cpu('Linux CPU'),
    kind: ownText('timer or hrtimer'),
    base: text('local, global (since 6.9), standard, deferrable; of hrtimers the clock, and whether they expire in a softirq'),
    seconds: duration('time until it expires, from the last tick or idle CPU; negative if it is overdue'),
    expires: count('when it expires: jiffies, or nanoseconds of its clock'),
    function: symbol('what is called'),
    calls: symbol('of delayed work: what the work does'),
    name: text('comm of the task that it wakes'),
    pid: pid('its pid'),
    timer: address('its struct timer_list or hrtimer'),
  },
  key: ['cpu', 'kind', 'base', 'function', 'timer'],
  grouping: ['cpu', 'kind', 'base', 'function', 'calls'],
  *run({ objects, memory, symbols, symbolAt, tasks }) {
    const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
    const areas = symbols === undefined ? [] : perCpuAreas({ memory, symbols, masks });
    if (areas.length === 0) yield { missing: { what: 'timers', why: 'the addresses of the per-CPU data are not known' } };
    const clock = monotonicClock(objects, areas);
    if (isFailure(clock)) yield clock;

    function rowOf(one: PendingTimer, base: TimerBase) {
      const name = symbolAt(one.function);
      const owner = name === undefined ? undefined : ownerOf(name);
      const target: KernelObject | undefined = owner === undefined ? undefined : one.timer.containerOf(owner[0], owner[1]).at(owner[2]);
      const value = target?.u64();
      const known = valueOf(value);
      const isWork = owner?.[2] === 'work.func';
      const task = isWork || known === undefined ? undefined : tasks?.list.tasks.at(known);
      return {
        seconds: secondsUntil(clock, one, base),
        expires: one.expires,
        function: name,
        calls: isWork && known !== undefined ? symbolAt(known) : undefined,
        name: task?.comm,
        pid: task?.pid,
        timer: one.address,
      };
    }

    for (const [kind, variable, type] of [
      ['timer', 'timer_bases', 'timer_base'],
      ['hrtimer', 'hrtimer_bases', 'hrtimer_cpu_base'],
    ] as const) {
      for (const { cpu: number, object } of perCpuCopies(objects.variable(variable, type), areas)) {
        // Timers of a CPU go to another when it goes offline, and clocks of one that never came were not set up.
        if (kind === 'hrtimer' && masks !== undefined && !masks.online.includes(number)) continue;
        for (const base of kind === 'timer' ? wheelBases(objects, object, number) : hrtimerBases(object, number)) {
          if (isFailure(base)) {
            yield base;
            continue;
          }
          for (const one of base.timers()) {
            if (one === undefined) yield pause;
            else if (isFailure(one)) yield one;
            else yield { row: { cpu: number, kind, base: base.name, ...rowOf(one, base) } };
          }
        }
      }
    }
  },
});
