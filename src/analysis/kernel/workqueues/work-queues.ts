/** Workqueues by name: the list `workqueues`, and of each the struct pool_workqueue by which it uses a pool. */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { hex } from '../../../shared/units.ts';
import { mostCpus, mostListed } from './worker-pools.ts';

export interface WorkQueue {
  readonly address: bigint;
  readonly name: string;
  readonly queue: KernelObject;
}

/** include/linux/workqueue.h, 5.10 to 6.12; WQ_BH since 6.9, WQ_PERCPU since 6.17. */
const flagNames: readonly (readonly [bigint, string])[] = [
  [1n << 0n, 'bh'],
  [1n << 1n, 'unbound'],
  [1n << 2n, 'freezable'],
  [1n << 3n, 'mem_reclaim'],
  [1n << 4n, 'highpri'],
  [1n << 5n, 'cpu_intensive'],
  [1n << 6n, 'sysfs'],
  [1n << 7n, 'power_efficient'],
  [1n << 8n, 'percpu'],
  [1n << 15n, 'destroying'],
  [1n << 16n, 'draining'],
  [1n << 17n, 'ordered'],
];
const unbound = 1n << 1n;

/** All bits up to __WQ_ORDERED_EXPLICIT, the highest of 5.10 to 6.6; some below are of no release. */
const everyFlag = 0xf_ffff;
/** Queues have a few of them; most exclude others. */
const mostFlags = 8;

/** The word of flags, unless it has bits or so many of them that no queue has. */
function flagsOf(queue: KernelObject): Result<number> {
  const word = queue.at('flags');
  return word.plausible(word.u32(), (flags) => {
    const set = flagNames.filter(([bit]) => (BigInt(flags) & bit) !== 0n).length;
    return flags > everyFlag || set > mostFlags ? `${hex(BigInt(flags))} are flags that no queue has` : undefined;
  });
}

export const flagText = (queue: KernelObject): Result<string> =>
  mapResult(flagsOf(queue), (flags) => flagNames.flatMap(([bit, name]) => ((BigInt(flags) & bit) === 0n ? [] : [name])).join(', '));

export const isUnbound = (queue: KernelObject): Result<boolean> => mapResult(flagsOf(queue), (flags) => (BigInt(flags) & unbound) !== 0n);

/** WQ_MAX_ACTIVE (include/linux/workqueue.h): 512, since 6.16 2048; of unbound queues 4 for each CPU where that is more. */
const mostActive = 2048;
const activeOfCpu = 4;

/** Pieces of work that may run at a time; 0 while the queue is frozen. */
export function maxActive(objects: KernelObjects, queue: KernelObject): Result<number> {
  const member = queue.at('max_active', 'saved_max_active');
  const cpus = objects.variable('nr_cpu_ids', 'u32').u32();
  const most = isFailure(cpus) || cpus.value > mostCpus ? mostCpus * activeOfCpu : Math.max(mostActive, cpus.value * activeOfCpu);
  const flags = flagsOf(queue);
  // What runs in softirq has no limit (WQ_BH, since 6.9).
  const isLimited = !isFailure(flags) && (flags.value & 1) === 0;
  return member.plausible(member.number(), (value) => (value < 0 || (value > most && isLimited) ? `${value} is not in the range 0 to ${most}` : undefined));
}

/** Text that a queue may have as its name. */
const queueName = /^[ -~]+$/;

/** All of them, in the order of the kernel's list. */
export function* workQueues(objects: KernelObjects): Generator<WorkQueue | Failure, void> {
  let count = 0;
  for (const queue of listEntries(objects.variable('workqueues', 'list_head'), 'workqueue_struct', 'list', mostListed)) {
    count += 1;
    const text = queue.at('name');
    // The kernel makes it by vsnprintf() from what its callers give, and none gives none.
    const name = text.plausible(text.string(), (value) => (queueName.test(value) ? undefined : 'what is there is not the name of a workqueue'));
    const { address } = queue;
    if (queue.failure !== undefined) yield queue.failure;
    else if (isFailure(address)) yield address;
    else if (isFailure(name)) yield name;
    else yield { address: address.value, name: name.value, queue };
  }
  if (count === 0) yield failed('workqueues', 'the list is empty, but every system has some');
}

/** A queue's parts, one for each pool that it uses; those that do not lead back are failures. */
export function* partsOf({ address, name, queue }: WorkQueue): Generator<KernelObject | Failure, void> {
  for (const part of listEntries(queue.at('pwqs'), 'pool_workqueue', 'pwqs_node', mostListed)) {
    const back = part.at('wq').u64();
    if (part.failure !== undefined) yield part.failure;
    else if (isFailure(back)) yield back;
    else if (back.value === address) yield part;
    else yield failed(`parts of workqueue ${name}`, 'one of them belongs to another queue');
  }
}
