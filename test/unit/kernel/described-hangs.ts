/** Tasks that wait for locks, and CPUs at work, on described memory. */
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { architectures } from '../../../src/analysis/arch/index.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { KernelTask } from '../../../src/analysis/kernel/tasks/kernel-task.ts';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import { findHangs } from '../../../src/analysis/kernel/verdict/hangs/find-hangs.ts';
import type { HangSource } from '../../../src/analysis/kernel/verdict/hangs/hang-source.ts';
import type { Hangs } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import type { FrameJson } from '../../../src/shared/task-model.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  sched_entity: { exec_start: 'u64', sum_exec_runtime: 'u64' },
  sched_info: { pcount: 'u64', last_arrival: 'u64' },
  task_struct: {
    flags: 'u64',
    se: 'sched_entity',
    sched_info: 'sched_info',
    before: 'u32 : 3',
    in_iowait: 'u32 : 1',
    pi_blocked_on: 'rt_mutex_waiter *',
    blocker: 'u64',
  },
  mutex: { owner: 'u64', wait_lock: 'u32', osq: 'u32', wait_list: 'list_head' },
  semaphore: { lock: 'u32', count: 'u32', wait_list: 'list_head' },
  semaphore_waiter: { list: 'list_head', task: 'task_struct *', up: 'bool' },
  mutex_waiter: { list: 'list_head', task: 'task_struct *' },
  rw_semaphore: { count: 'u64', owner: 'u64', osq: 'u32', wait_lock: 'u32', wait_list: 'list_head' },
  rwsem_waiter: { list: 'list_head', task: 'task_struct *', type: 'u32' },
  rt_mutex_base: { wait_lock: 'u32', owner: 'task_struct *' },
  rt_mutex_waiter: { tree: 'u64', task: 'task_struct *', lock: 'rt_mutex_base *' },
  rq: { clock: 'u64', clock_task: 'u64' },
  rcu_node: { qsmask: 'u64' },
  rcu_data: { mynode: 'rcu_node *', grpmask: 'u64' },
  rcu_state: { gp_seq: 'u64', gp_start: 'u64' },
};
const stackBytes = 0x1000;
export const symbols = { runqueues: 0x100, jiffies: 0x200, tick_nsec: 0x208, rcu_state: 0x220, rcu_data: 0x240 };
export const node = 0x300;
export const second = 1_000_000_000n;
export const types = new DescribedStructs('big', structs);

export interface World {
  readonly image: MemoryImage;
  /** Task by its number: task_struct at n * 0x4000, its stack 0x2000 above. */
  readonly task: (number: number, letter?: string, value?: number) => KernelTask;
  readonly waits: (lock: number, kind: keyof typeof waiting, tasks: readonly number[]) => void;
  readonly find: (source: Partial<Omit<HangSource, 'tasks'>> & { readonly tasks?: readonly KernelTask[] }) => Hangs;
}

const waiting = {
  mutex: { lock: 'mutex', waiter: 'mutex_waiter' },
  rwsem: { lock: 'rw_semaphore', waiter: 'rwsem_waiter' },
  semaphore: { lock: 'semaphore', waiter: 'semaphore_waiter' },
} as const;
export const at = (number: number): number => number * 0x4000;
const stack = (number: number): number => at(number) + 0x2000;
export const waiterAt = (number: number): number => stack(number) + 0xc00;

export const frames = (number: number, ...names: readonly string[]): FrameJson[] =>
  names.map((name, place) => ({
    kind: 'return',
    address: '0x1',
    symbol: `${name}+0x2`,
    stackPointer: `0x${(stack(number) + 0x800 + place * 8).toString(16)}`,
  }));
export const sleeping = { mutex: ['__schedule', 'schedule', '__mutex_lock'], rwsem: ['__schedule', 'schedule', 'rwsem_down_read_slowpath', 'down_read'] };

export function world(withTypes = true): World {
  const image = new MemoryImage(0x8_0000, 'big');
  // No page is all zero, as none of a kernel's stacks is.
  for (let page = 0; page < 0x8_0000; page += 0x1000) image.u8(page + 0xfff, 1);
  const described = types.types();
  const { memory } = describedKernel(image, { types: described });
  const sorted = Object.entries(symbols).sort(([, left], [, right]) => left - right);
  const table = symbolTable('test', { addresses: BigUint64Array.from(sorted, ([, place]) => BigInt(place)), names: sorted.map(([name]) => `D${name}`) });
  return {
    image,
    task: (number, letter = 'D', value = 2) => ({
      address: BigInt(at(number)),
      comm: `task${number}`,
      pid: number,
      cpu: 0,
      state: { letter, word: '', value },
      stack: BigInt(stack(number)),
      isThread: false,
    }),
    waits(lock, kind, tasks) {
      const ring = [lock + types.offsetOf(waiting[kind].lock, 'wait_list'), ...tasks.map(waiterAt)];
      for (const [place, link] of ring.entries()) {
        const [next = 0, prev = 0] = [ring[(place + 1) % ring.length], ring[(place + ring.length - 1) % ring.length]];
        types.put(image, link, 'list_head', { next, prev });
      }
      for (const number of tasks) types.put(image, waiterAt(number), waiting[kind].waiter, { task: at(number) });
    },
    find: ({ tasks = [], ...source }) =>
      finish(
        findHangs({
          memory,
          types: withTypes ? structTypes(described) : undefined,
          symbols: table,
          symbolAt: () => undefined,
          tasks: TaskRows.of(tasks),
          tasksMissing: undefined,
          cpusMissing: undefined,
          stackBytes,
          cpus: [{ number: 0, perCpuOffset: 0n }],
          atWork: [],
          spinLocks: architectures.s390x.spinLocks,
          framesOf: ({ pid = 0 }) => frames(pid, ...sleeping.mutex),
          logEnd: 100n * second,
          ...source,
        }),
      ),
  };
}
