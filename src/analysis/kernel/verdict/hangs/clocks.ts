/** How long tasks have slept or run, and how long RCU has waited, by the clocks of the scheduler and of RCU. */
import type { VirtualAddress } from '../../../../shared/units.ts';
import { soleAddress } from '../../symbols/symbol-table.ts';
import type { KernelTask } from '../../tasks/kernel-task.ts';
import type { CpuAtWork, HangSource } from './hang-source.ts';

const nanoseconds = 1_000_000_000;
/** Longer than any system has run. */
const mostSeconds = 20 * 365 * 86_400;

const secondsOf = (span: bigint): number | undefined => {
  const seconds = Number(span) / nanoseconds;
  return span < 0n || seconds > mostSeconds ? undefined : seconds;
};

export interface Clocks {
  /** Since the task was last on a CPU. */
  sleptFor(task: KernelTask): number | undefined;
  /** When the task got the CPU that it is on, in nanoseconds since boot; and how long ago that was. */
  onCpuSince(task: VirtualAddress): { readonly since: bigint; readonly seconds: number } | undefined;
  /** How long an RCU grace period has waited for this CPU; undefined where it does not. */
  graceFor(cpu: Pick<CpuAtWork, 'perCpuOffset'>): number | undefined;
  /** Timer ticks that the CPU took since it last heard of a new grace period of RCU. */
  graceTicks(cpu: Pick<CpuAtWork, 'perCpuOffset'>): bigint | undefined;
  /** How long before the latest time that is known the clock of its queue was last read. */
  clockAge(cpu: number): number | undefined;
}

export function clocks(source: HangSource): Clocks {
  const { memory, types, symbols, cpus, logEnd } = source;
  const member = (struct: string, path: string): bigint | undefined => {
    const offset = types?.offset(struct, path);
    return offset === undefined ? undefined : BigInt(offset);
  };
  const read = (at: VirtualAddress | undefined, offset: bigint | undefined): bigint | undefined =>
    at === undefined || offset === undefined ? undefined : memory.u64(at + offset);
  const variable = (name: string): VirtualAddress | undefined => (symbols === undefined ? undefined : soleAddress(symbols, name));
  const perCpu = (name: string, offset: bigint | undefined): VirtualAddress | undefined => {
    const at = variable(name);
    return at === undefined || offset === undefined ? undefined : BigInt.asUintN(64, at + offset);
  };

  // rq.clock is sched_clock, as the log's times are; rq.clock_task leaves out time that was stolen or spent in interrupts, so it is another for each CPU.
  const [clockAt, taskClockAt] = [member('rq', 'clock'), member('rq', 'clock_task')];
  const queues = new Map(cpus.map(({ number, perCpuOffset }) => [number, perCpu('runqueues', perCpuOffset)]));
  /** The latest time that anything knows: clocks of idle CPUs stand still. */
  const now = [logEnd, ...[...queues.values()].map((queue) => read(queue, clockAt))].reduce<bigint | undefined>(
    (latest, one) => (one === undefined || (latest !== undefined && latest >= one) || secondsOf(one) === undefined ? latest : one),
    undefined,
  );

  function grace(): { readonly seconds: number } | undefined {
    const state = variable('rcu_state');
    const [sequence, start] = [read(state, member('rcu_state', 'gp_seq')), read(state, member('rcu_state', 'gp_start'))];
    const [ticks, tick] = [variable('jiffies'), variable('tick_nsec')];
    const [jiffies, tickLength] = [ticks === undefined ? undefined : memory.u64(ticks), tick === undefined ? undefined : memory.u64(tick)];
    // RCU_SEQ_STATE_MASK: 0 between two grace periods.
    if (sequence === undefined || (sequence & 3n) === 0n || start === undefined || jiffies === undefined || tickLength === undefined) return undefined;
    const seconds = secondsOf(BigInt.asUintN(64, jiffies - start) * tickLength);
    return seconds === undefined ? undefined : { seconds };
  }
  let period: { readonly of: ReturnType<typeof grace> } | undefined;

  return {
    sleptFor({ address, cpu }) {
      const last = read(address, member('task_struct', 'se.exec_start'));
      const queue = cpu === undefined ? undefined : queues.get(cpu);
      const [clock, taskClock] = [read(queue, clockAt), read(queue, taskClockAt ?? clockAt)];
      if (last === undefined || last === 0n || now === undefined || clock === undefined || taskClock === undefined || clock > now) return undefined;
      // The queue of a CPU that was ever up has a clock.
      if (clock === 0n || taskClock === 0n) return undefined;
      // By the clock of its own CPU, and from that clock's last reading on by the common one.
      return secondsOf(taskClock - last + (now - clock));
    },
    onCpuSince(task) {
      const since = read(task, member('task_struct', 'sched_info.last_arrival'));
      const seconds = since === undefined || since === 0n || now === undefined ? undefined : secondsOf(now - since);
      return since === undefined || seconds === undefined ? undefined : { since, seconds };
    },
    graceFor({ perCpuOffset }) {
      period ??= { of: grace() };
      const data = perCpu('rcu_data', perCpuOffset);
      const nodeAt = read(data, member('rcu_data', 'mynode'));
      const [own, waiting] = [read(data, member('rcu_data', 'grpmask')), nodeAt === undefined ? undefined : read(nodeAt, member('rcu_node', 'qsmask'))];
      if (period.of === undefined || own === undefined || own === 0n || waiting === undefined || (waiting & own) === 0n) return undefined;
      return period.of.seconds;
    },
    graceTicks({ perCpuOffset }) {
      const data = perCpu('rcu_data', perCpuOffset);
      const own = read(data, member('rcu_data', 'grpmask'));
      // Data of RCU without a place in its tree are none.
      return own === undefined || own === 0n ? undefined : read(data, member('rcu_data', 'ticks_this_gp'));
    },
    clockAge(cpu) {
      const clock = read(queues.get(cpu), clockAt);
      return clock === undefined || clock === 0n || now === undefined ? undefined : secondsOf(now - clock);
    },
  };
}
