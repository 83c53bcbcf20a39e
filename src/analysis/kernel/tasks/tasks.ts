/** The tasks of a kernel: the list that starts at init_task, the threads of each process, and the idle tasks of the CPUs. */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkListSteps } from '../memory/linked-list.ts';
import { taskState, type TaskLayout, type TaskMember, type TaskState } from './task-layout.ts';
import { commAt, hasComm } from './task-structure.ts';

export interface KernelTask {
  readonly address: VirtualAddress;
  readonly comm: string;
  readonly pid?: number;
  readonly tgid?: number;
  readonly state?: TaskState;
  /** pid of the parent's process; an idle task has none to speak of. */
  readonly parent?: number;
  /** The kernel stack's first byte; absent when the task has given it back. */
  readonly stack?: bigint;
  /** CPU that it runs or last ran on. */
  readonly cpu?: number;
  /** The task itself says that it is on its CPU now (on_cpu). */
  readonly onCpu?: boolean;
  readonly kind?: 'idle' | 'kernel' | 'user';
  /** A thread that does not lead its group. */
  readonly isThread: boolean;
}

export interface TaskList {
  readonly tasks: readonly KernelTask[];
  readonly complete: boolean;
  /** Where the list broke. */
  readonly broken?: string;
}

/** PF_KTHREAD (include/linux/sched.h; the same bit since 3.0). */
const kernelThreadFlag = 0x0020_0000;
const deadState = 0x80;
const maxPid = 4 * 1024 * 1024;
/** Damaged lists can lead through each other: more tasks than this no dump has shown, and no thread is looked at for more than one process. */
const mostTasks = 1 << 20;
const mostThreadLooks = 1 << 20;
/** Between two pauses: reading a task takes some twenty reads. */
const tasksAtOnce = 32;

/** What was found of parents: most tasks of a system have few. */
type Parents = Map<bigint, number | undefined>;
const maxParents = 1 << 16;

/**
 * Reads one task; undefined when no named task stands at the address.
 * @param parents what is known of them from tasks before
 */
export function readTask(
  memory: KernelMemory,
  layout: TaskLayout,
  address: VirtualAddress,
  initTask: VirtualAddress,
  parents: Parents = new Map(),
): KernelTask | undefined {
  const at = (member: TaskMember): bigint | undefined => {
    const offset = layout.offsets[member];
    return offset === undefined ? undefined : address + BigInt(offset);
  };
  const u32 = (member: TaskMember): number | undefined => {
    const place = at(member);
    return place === undefined ? undefined : memory.u32(place);
  };
  const pointer = (member: TaskMember): bigint | undefined => {
    const place = at(member);
    return place === undefined ? undefined : memory.pointer(place);
  };
  const comm = commAt(memory, address + BigInt(layout.offsets.comm));
  const pid = u32('pid');
  // Bytes that are all zero are no task without a name.
  if (comm === undefined || (comm === '' && (pid ?? 0) === 0)) return undefined;
  const isIdle = /^swapper(?:\/\d+)?$/.test(comm);
  const pidHolds = pid !== undefined && pid < maxPid && (pid !== 0 || isIdle);
  const tgid = u32('tgid');
  const stack = pointer('stack');
  const stateAt = at('state');
  const state = stateAt === undefined ? undefined : layout.stateBytes === 4 ? memory.u32(stateAt) : Number(memory.u64(stateAt) ?? 0n);
  const exitState = u32('exitState');
  // A task without a stack has ended; when its state does not say so, its bytes are damaged.
  const startHolds = layout.offsets.stack === undefined || (stack !== undefined && stack !== 0n) || ((state ?? 0) & deadState) !== 0;
  const cpu = u32('cpu');
  const onCpu = u32('onCpu');
  const flags = u32('flags');
  const parent = parentOf(memory, layout, address, initTask, parents);
  const isKernel = flags === undefined ? (parent === undefined ? undefined : parent === 2 || pid === 2) : (flags & kernelThreadFlag) !== 0;
  const kind = isIdle && pid === 0 ? 'idle' : isKernel === undefined ? undefined : isKernel ? 'kernel' : 'user';
  return {
    address,
    comm,
    ...(pidHolds ? { pid } : {}),
    ...(pidHolds && tgid !== undefined && tgid < maxPid && (tgid !== 0 || pid === 0) ? { tgid } : {}),
    ...(state === undefined || !startHolds ? {} : { state: taskState(state, exitState) }),
    ...(parent === undefined || kind === 'idle' ? {} : { parent }),
    ...(stack === undefined || stack === 0n ? {} : { stack }),
    ...(cpu === undefined || cpu > 0xffff || !startHolds ? {} : { cpu }),
    ...(onCpu === undefined ? {} : { onCpu: onCpu === 1 }),
    ...defined({ kind }),
    isThread: pidHolds && tgid !== undefined && tgid !== pid,
  };
}

/** The parent's process: its tgid, as /proc shows it. Only when a named task stands where the pointer leads. */
function parentOf(memory: KernelMemory, layout: TaskLayout, address: VirtualAddress, initTask: VirtualAddress, parents: Parents): number | undefined {
  const { realParent } = layout.offsets;
  if (realParent === undefined) return undefined;
  const parent = memory.pointer(address + BigInt(realParent));
  if (parent === undefined || parent === 0n) return undefined;
  if (parents.has(parent)) return parents.get(parent);
  const found = processAt(memory, layout, parent, initTask);
  if (parents.size < maxParents) parents.set(parent, found);
  return found;
}

function processAt(memory: KernelMemory, layout: TaskLayout, task: VirtualAddress, initTask: VirtualAddress): number | undefined {
  const { tgid, pid, comm } = layout.offsets;
  const id = tgid ?? pid;
  if (id === undefined || !hasComm(memory, task + BigInt(comm))) return undefined;
  const value = memory.u32(task + BigInt(id));
  return value === undefined || value >= maxPid || (value === 0 && task !== initTask) ? undefined : value;
}

/** Addresses of a process's other threads, in the order of its list. */
function* threadsOf(memory: KernelMemory, layout: TaskLayout, leader: VirtualAddress, most: number): Steps<readonly bigint[]> {
  const { signal, threadNode, comm } = layout.offsets;
  if (signal === undefined || threadNode === undefined || layout.threadHead === undefined) return [];
  const shared = memory.pointer(leader + BigInt(signal));
  if (shared === undefined || shared === 0n) return [];
  const toComm = BigInt(comm - threadNode);
  const isThread = (node: VirtualAddress): boolean => hasComm(memory, node + toComm);
  const { nodes } = yield* walkListSteps(memory, shared + BigInt(layout.threadHead), isThread, most);
  return nodes.map((node) => node - BigInt(threadNode)).filter((task) => task !== leader);
}

export interface TaskListRequest {
  readonly memory: KernelMemory;
  readonly layout: TaskLayout;
  readonly initTask: VirtualAddress;
  /** Tasks known from elsewhere: idle tasks, and what runs on a CPU. Those that are not on the list are added. */
  readonly others: readonly bigint[];
  /** Processes, and threads, that are listed at most, where not all are wanted. */
  readonly most?: number;
}

/** init_task and the other idle tasks first, then the list in its order, each process followed by its threads. */
export function* listTasks({ memory, layout, initTask, others, most = mostTasks }: TaskListRequest): Steps<TaskList> {
  const { tasks: offset, comm } = layout.offsets;
  const toComm = BigInt(comm - offset);
  const walk = yield* walkListSteps(memory, initTask + BigInt(offset), (node) => hasComm(memory, node + toComm), most);
  const seen = new Set<bigint>();
  const parents: Parents = new Map();
  const found: KernelTask[] = [];
  const add = (address: VirtualAddress): void => {
    if (seen.has(address)) return;
    seen.add(address);
    const task = readTask(memory, layout, address, initTask, parents);
    if (task !== undefined) found.push(task);
  };
  const leaders = walk.nodes.map((node) => node - BigInt(offset));
  const listed = new Set(leaders);
  add(initTask);
  for (const other of others) if (!listed.has(other)) add(other);
  let looks = Math.min(mostThreadLooks, most);
  for (const [turn, leader] of leaders.entries()) {
    if (turn % tasksAtOnce === 0) yield;
    add(leader);
    const threads = looks > 0 && seen.size < most ? yield* threadsOf(memory, layout, leader, Math.min(looks, most - seen.size)) : [];
    looks -= threads.length;
    for (const [at, thread] of threads.entries()) {
      if (at % tasksAtOnce === 0) yield;
      add(thread);
    }
  }
  const tooMany = looks <= 0 || seen.size >= most ? `more than ${most} tasks: threads of the last processes are not listed` : undefined;
  return {
    tasks: found,
    complete: walk.complete && tooMany === undefined,
    ...defined({ broken: tooMany }),
    ...(walk.broken === undefined ? {} : { broken: `the list of tasks from ${hex(initTask)} on: ${walk.broken}` }),
  };
}
