/** What each CPU was doing: its run queue, its task and for how long, its context, and what RCU waits for. */
import { isFailure, mapResult } from '../../../shared/result.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { countsPreemption, preemptCounts } from '../cpus/preempt-count.ts';
import { fairTasks, runQueueOf } from '../cpus/run-queue.ts';
import type { KernelTask } from '../tasks/kernel-task.ts';
import { clocks } from '../verdict/hangs/clocks.ts';
import { longSeconds } from '../verdict/hangs/long-waits.ts';
import { spinsFor } from '../verdict/hangs/spinning.ts';
import { meaningful } from '../verdict/meaningful-frames.ts';
import { logEnd } from '../log/log-record.ts';
import { address, count, cpu, defineAnalysis, duration, flag, pause, pid, symbol, text } from './analysis.ts';

/** Tasks of a queue that are named. */
const mostNamed = 16;

const waitingText = (tasks: readonly KernelTask[]): string | undefined => {
  if (tasks.length === 0) return undefined;
  const named = tasks.slice(0, mostNamed).map(({ comm, pid: id }) => `${comm}${id === undefined ? '' : ` (${id})`}`);
  return `${named.join(', ')}${tasks.length > mostNamed ? `, and ${tasks.length - mostNamed} more` : ''}`;
};

/** Whether the PSW holds off I/O and external interruptions; undefined where registers have none. */
const pswOff = ({ psw }: CpuJson): boolean | undefined => (psw === undefined ? undefined : !psw.decoded.io && !psw.decoded.external);

export const cpusRunning = defineAnalysis({
  id: 'cpus-running',
  title: 'CPUs at work',
  about:
    'What each CPU was doing: the task that occupied it and for how long, what waited in its run queue, whether it had preemption, softirqs, or interrupts disabled, and whether RCU waited for it. From runqueues, preempt_count, and rcu_data of each CPU.',
  needs: ['tasks', 'symbols', 'stacks'],
  uses: ['types', 'log'],
  columns: {
    cpu: cpu('its number'),
    online: flag('it is in __cpu_online_mask; for one that is not, nothing else is shown'),
    task: address('task_struct of the task that occupied it'),
    pid: pid('its pid'),
    name: text('its comm'),
    idle: flag('it is the idle task'),
    seconds: duration('how long the task had run without giving up the CPU, by the clocks of the scheduler; empty for the idle task'),
    function: symbol('innermost function at work that is neither a helper nor part of a lock; empty where it was idle, in user space, or stopped'),
    spins: address('the lock that it spins for, where its word names a holder'),
    ready: count('tasks that are ready or run, in its run queue (nr_running)'),
    fair: count('of the fair class'),
    realtime: count('of the realtime class'),
    deadline: count('of the deadline class'),
    waiting: text('tasks that are ready and do not run'),
    ioWait: count('tasks that went to sleep on this CPU to wait for I/O'),
    switches: count('switches between tasks since the start'),
    preempt: count('how often preemption was disabled; empty where nothing shows that the kernel counts it'),
    softirq: flag('it was handling a softirq'),
    softirqsOff: count('how often softirqs were held off'),
    hardirq: count('nested interrupts that it was handling, including the one that stopped it for the dump'),
    nmi: count('non-maskable interrupts or machine checks that it was handling, including the one that stopped it for the dump'),
    needsReschedule: flag('it was asked to give the CPU to another task, and has not yet'),
    interruptsOff: flag('interrupts were disabled where it was at work; empty where the code that stopped it disabled them'),
    graceSeconds: duration('how long an RCU grace period had waited for this CPU; empty where none did'),
    graceTicks: count('timer ticks that it took since it last heard of a new grace period'),
    stalled: flag(`RCU has waited for it for ${longSeconds} seconds or more`),
    clockSeconds: duration(
      'how long before the latest time that any queue or the log knows the clock of its queue was last read: at a tick, or where it switched tasks',
    ),
  },
  key: ['cpu'],
  grouping: ['name', 'function', 'idle', 'stalled'],
  comparing: { passing: ['seconds', 'switches', 'clockSeconds', 'graceTicks'] },
  *run({ tasks, cpus, objects, stacks, kernel, memory, symbols }) {
    const taskAt = (one: bigint): KernelTask | undefined => tasks?.list.tasks.at(one);
    const source = stacks?.hangSource();
    const timed = source === undefined ? undefined : { ...source, logEnd: logEnd(kernel.log) };
    const times = timed === undefined ? undefined : clocks(timed);
    const atWork = new Map(source?.atWork.map((one) => [one.task.address, one]));
    const running = new Set(cpus.flatMap(({ current }) => current ?? []));
    const numbered = cpus.map((one) => ({ ...one, number: one.linuxNumber ?? one.number }));
    const counts = preemptCounts(objects, numbered);

    const isPreemptCounted = countsPreemption(counts, (number) => taskAt(numbered.find((one) => one.number === number)?.current ?? 0n)?.kind === 'idle');
    if (isPreemptCounted !== true) {
      const why =
        isPreemptCounted === false ? 'this kernel does not count it (CONFIG_PREEMPT_COUNT): an idle CPU has 0' : 'nothing shows whether this kernel counts it';
      yield { missing: { what: 'how often preemption was disabled', why } };
    }

    const ready = new Map<number, KernelTask[]>();
    const onQueue = objects.at(0n, 'task_struct');
    const hasQueueState = onQueue.has('on_rq');
    const hasDelayed = onQueue.has('se.sched_delayed');
    for (const task of tasks?.list.tasks ?? []) {
      if (!hasQueueState || task.cpu === undefined || running.has(task.address) || task.kind === 'idle') continue;
      const struct = objects.at(task.address, 'task_struct');
      const state = struct.at('on_rq').number();
      // A task that left while it had had more than its share stays queued, and is no longer ready (since 6.12).
      const delayed = hasDelayed ? struct.at('se.sched_delayed').integer() : { value: 0n };
      if (isFailure(state) || state.value !== 1 || isFailure(delayed) || delayed.value !== 0n) continue;
      const others = ready.get(task.cpu);
      if (others === undefined) ready.set(task.cpu, [task]);
      else others.push(task);
      yield pause;
    }

    const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
    if (masks === undefined) yield { missing: { what: 'CPUs that are online', why: 'the masks of CPUs cannot be read, or do not lie within each other' } };
    for (const { number: door, linuxNumber, current, perCpuOffset } of cpus) {
      const number = linuxNumber ?? door;
      const isOnline = masks?.online.includes(number);
      if (isOnline === false) {
        yield { row: { cpu: door, online: false } };
        continue;
      }
      const queue = runQueueOf(objects, number, perCpuOffset, (one) => taskAt(one)?.kind === 'idle');
      const task = current === undefined ? undefined : taskAt(current);
      const isIdle = task === undefined ? undefined : task.kind === 'idle';
      const work = current === undefined ? undefined : atWork.get(current);
      const counted = counts.get(number);
      const waiting = ready.get(number) ?? [];
      const graceSeconds = times?.graceFor({ perCpuOffset });
      yield {
        row: {
          cpu: door,
          online: isOnline,
          task: current,
          pid: task?.pid,
          name: task?.comm,
          idle: isIdle,
          seconds: current === undefined || isIdle !== false ? undefined : times?.onCpuSince(current)?.seconds,
          function: work === undefined ? undefined : meaningful(work.frames)[0],
          spins: work === undefined || timed === undefined ? undefined : spinsFor(timed, work)?.address,
          ready: queue.at('nr_running').number(),
          fair: fairTasks(queue),
          realtime: queue.at('rt.rt_nr_running').number(),
          deadline: queue.at('dl.dl_nr_running').number(),
          waiting: waitingText(waiting),
          ioWait: queue.at('nr_iowait').number(),
          switches: queue.at('nr_switches').integer(),
          ...(counted === undefined
            ? {}
            : {
                preempt: isPreemptCounted === true ? mapResult(counted, ({ preempt }) => preempt) : undefined,
                softirq: mapResult(counted, ({ inSoftirq }) => inSoftirq),
                softirqsOff: mapResult(counted, ({ softirqsOff }) => softirqsOff),
                hardirq: mapResult(counted, ({ hardirq }) => hardirq),
                nmi: mapResult(counted, ({ nmi }) => nmi),
                needsReschedule: isFailure(counted) ? undefined : counted.value.needsReschedule,
              }),
          interruptsOff: work?.frames[0]?.kind === 'running' ? pswOff(work.cpu) : undefined,
          graceSeconds,
          graceTicks: times?.graceTicks({ perCpuOffset }),
          stalled: graceSeconds === undefined ? undefined : graceSeconds >= longSeconds,
          clockSeconds: times?.clockAge(number),
        },
      };
    }
    if (!hasQueueState)
      yield { missing: { what: 'tasks that wait in run queues', why: onQueue.at('on_rq').failure?.missing.why ?? 'the kernel has no task_struct.on_rq' } };
    for (const one of stacks?.missing ?? []) yield { missing: one };
  },
});
