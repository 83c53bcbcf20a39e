/** How long tasks have slept or run, and how long RCU has waited, by the clocks of the scheduler and of RCU. */
import type { VirtualAddress } from '../../../../shared/units.ts';
import { soleAddress } from '../../symbols/symbol-table.ts';
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
  sleptFor(task: VirtualAddress): number | undefined;
  /** Since the task got the CPU that it is on. */
  ranFor(task: VirtualAddress): number | undefined;
  /** How long an RCU grace period has waited for this CPU; undefined where it does not. */
  graceFor(cpu: CpuAtWork): number | undefined;
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

  /** The latest time that anything knows: clocks of idle CPUs stand still. */
  const clockAt = member('rq', 'clock_task') ?? member('rq', 'clock');
  const now = [logEnd, ...cpus.map(({ perCpuOffset }) => read(perCpu('runqueues', perCpuOffset), clockAt))].reduce<bigint | undefined>(
    (latest, one) => (one === undefined || (latest !== undefined && latest >= one) || secondsOf(one) === undefined ? latest : one),
    undefined,
  );
  const since = (then: bigint | undefined): number | undefined => (then === undefined || then === 0n || now === undefined ? undefined : secondsOf(now - then));

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
    sleptFor: (task) => since(read(task, member('task_struct', 'se.exec_start'))),
    ranFor(task) {
      const arrival = since(read(task, member('task_struct', 'sched_info.last_arrival')));
      if (arrival !== undefined) return arrival;
      const [sum, before] = [read(task, member('task_struct', 'se.sum_exec_runtime')), read(task, member('task_struct', 'se.prev_sum_exec_runtime'))];
      return sum === undefined || before === undefined ? undefined : secondsOf(sum - before);
    },
    graceFor({ perCpuOffset }) {
      period ??= { of: grace() };
      const data = perCpu('rcu_data', perCpuOffset);
      const node = read(data, member('rcu_data', 'mynode'));
      const [own, waiting] = [read(data, member('rcu_data', 'grpmask')), node === undefined ? undefined : read(node, member('rcu_node', 'qsmask'))];
      if (period.of === undefined || own === undefined || own === 0n || waiting === undefined || (waiting & own) === 0n) return undefined;
      return period.of.seconds;
    },
  };
}
