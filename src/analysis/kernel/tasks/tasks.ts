/** The tasks of a kernel: the list that starts at init_task, the threads of each process, and the idle tasks of the CPUs. */
import { defined } from '../../../shared/defined.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkNodes, type ListEnd } from '../memory/linked-list.ts';
import type { KernelTask } from './kernel-task.ts';
import { isTaskState, taskState, type TaskLayout, type TaskMember } from './task-layout.ts';
import { TaskRows } from './task-rows.ts';
import { structReader } from '../memory/struct-reader.ts';
import { commBytes } from './init-task.ts';
import { commOf, hasComm } from './task-structure.ts';

/** How a list of tasks ended. */
export interface TaskListEnd {
  readonly complete: boolean;
  /** Where the list broke. */
  readonly broken?: string;
}

export interface TaskList extends TaskListEnd {
  readonly tasks: TaskRows;
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
 * Reads one task; undefined when no named task is at the address.
 * @param parents what is known of them from tasks before
 */
export function readTask(
  memory: KernelMemory,
  layout: TaskLayout,
  address: VirtualAddress,
  initTask: VirtualAddress,
  parents: Parents = new Map(),
): KernelTask | undefined {
  const { offsets } = layout;
  const struct = structReader(memory, address);
  const u32 = (member: TaskMember): number | undefined => {
    const offset = offsets[member];
    return offset === undefined ? undefined : struct.u32(offset);
  };
  const pointer = (member: TaskMember): bigint | undefined => {
    const offset = offsets[member];
    return offset === undefined ? undefined : struct.pointer(offset);
  };
  const comm = commOf(struct.bytes(offsets.comm, commBytes));
  const pid = u32('pid');
  // Bytes that are all zero are not a task without a name.
  if (comm === undefined || (comm === '' && (pid ?? 0) === 0)) return undefined;
  const isIdle = /^swapper(?:\/\d+)?$/.test(comm);
  const pidHolds = pid !== undefined && pid < maxPid && (pid !== 0 || isIdle);
  const tgid = u32('tgid');
  const stack = pointer('stack');
  const stateAt = offsets.state;
  const state = stateAt === undefined ? undefined : layout.stateBytes === 4 ? struct.u32(stateAt) : Number(struct.u64(stateAt) ?? 0n);
  const exitState = u32('exitState');
  // A task without a stack has ended; when its state does not say so, its bytes are damaged.
  const startHolds = offsets.stack === undefined || (stack !== undefined && stack !== 0n) || ((state ?? 0) & deadState) !== 0;
  const cpu = u32('cpu');
  const onCpu = u32('onCpu');
  const flags = u32('flags');
  const parent = parentOf(memory, layout, pointer('realParent'), initTask, parents);
  const isKernel = flags === undefined ? (parent === undefined ? undefined : parent === 2 || pid === 2) : (flags & kernelThreadFlag) !== 0;
  const kind = isIdle && pid === 0 ? 'idle' : isKernel === undefined ? undefined : isKernel ? 'kernel' : 'user';
  return {
    address,
    comm,
    ...(pidHolds ? { pid } : {}),
    ...(pidHolds && tgid !== undefined && tgid < maxPid && (tgid !== 0 || pid === 0) ? { tgid } : {}),
    ...(state === undefined || !startHolds || !isTaskState(state, exitState) ? {} : { state: taskState(state, exitState) }),
    ...(parent === undefined || kind === 'idle' ? {} : { parent }),
    ...(stack === undefined || stack === 0n ? {} : { stack }),
    ...(cpu === undefined || cpu > 0xffff || !startHolds ? {} : { cpu }),
    ...(onCpu === undefined ? {} : { onCpu: onCpu === 1 }),
    ...defined({ kind }),
    isThread: pidHolds && tgid !== undefined && tgid !== pid,
  };
}

/** The parent's process: its tgid, as /proc shows it. Only when a named task is where the pointer leads. */
function parentOf(
  memory: KernelMemory,
  layout: TaskLayout,
  parent: VirtualAddress | undefined,
  initTask: VirtualAddress,
  parents: Parents,
): number | undefined {
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

/** Addresses of a process's other threads, in the order of its list, and undefined for pauses. */
function* threadsOf(memory: KernelMemory, layout: TaskLayout, leader: VirtualAddress, most: number): Generator<bigint | undefined, void> {
  const { signal, threadNode, comm } = layout.offsets;
  if (signal === undefined || threadNode === undefined || layout.threadHead === undefined) return;
  const shared = memory.pointer(leader + BigInt(signal));
  if (shared === undefined || shared === 0n) return;
  const toComm = BigInt(comm - threadNode);
  const isThread = (node: VirtualAddress): boolean => hasComm(memory, node + toComm);
  for (const node of walkNodes(memory, shared + BigInt(layout.threadHead), isThread, most)) {
    const task = node === undefined ? undefined : node - BigInt(threadNode);
    if (task !== leader) yield task;
  }
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

/** Whether a list may have led to a node: one of its neighbours leads back to it. A node that is alone is on none. */
function mayBeListed(memory: KernelMemory, node: VirtualAddress): boolean {
  const [next, previous] = [memory.pointer(node), memory.pointer(node + 8n)];
  if (next === node && previous === node) return false;
  return (next !== undefined && memory.pointer(next + 8n) === node) || (previous !== undefined && memory.pointer(previous) === node);
}

/**
 * Tasks as they are read, undefined for pauses: init_task and what no list may lead to, which are the other idle tasks and threads that ran, then the
 * list in its order, each process followed by its threads; last what ran and the list would lead to, had it not broken before.
 */
export function* walkTasks({ memory, layout, initTask, others, most = mostTasks }: TaskListRequest): Generator<KernelTask | undefined, TaskListEnd> {
  const { tasks: offset, comm } = layout.offsets;
  const toComm = BigInt(comm - offset);
  const seen = new Set<bigint>();
  const parents: Parents = new Map();
  const read = (address: VirtualAddress): KernelTask | undefined => {
    if (seen.has(address)) return undefined;
    seen.add(address);
    return readTask(memory, layout, address, initTask, parents);
  };
  const nodes = walkNodes(memory, initTask + BigInt(offset), (node) => hasComm(memory, node + toComm), most);
  yield read(initTask);
  const later: bigint[] = [];
  for (const other of others)
    if (mayBeListed(memory, other + BigInt(offset))) later.push(other);
    else yield read(other);
  let looks = Math.min(mostThreadLooks, most);
  let leaders = 0;
  let end: ListEnd;
  for (;;) {
    const next = nodes.next();
    if (next.done === true) {
      end = next.value;
      break;
    }
    if (next.value === undefined) {
      yield undefined;
      continue;
    }
    if ((leaders += 1) % tasksAtOnce === 0) yield undefined;
    const leader = next.value - BigInt(offset);
    yield read(leader);
    if (looks <= 0 || seen.size >= most) continue;
    let threads = 0;
    for (const thread of threadsOf(memory, layout, leader, Math.min(looks, most - seen.size))) {
      if (thread === undefined) {
        yield undefined;
        continue;
      }
      if ((threads += 1) % tasksAtOnce === 0) yield undefined;
      yield read(thread);
    }
    looks -= threads;
  }
  for (const other of later) yield read(other);
  const tooMany = looks <= 0 || seen.size >= most ? `more than ${most} tasks: threads of the last processes are not listed` : undefined;
  return {
    complete: end.complete && tooMany === undefined,
    ...defined({ broken: tooMany }),
    ...(end.broken === undefined ? {} : { broken: `the list of tasks starting at ${hex(initTask)}: ${end.broken}` }),
  };
}

/** All of them together. */
export function* listTasks(request: TaskListRequest): Steps<TaskList> {
  const tasks = new TaskRows();
  const walk = walkTasks(request);
  for (;;) {
    const next = walk.next();
    if (next.done === true) return { tasks, ...next.value };
    if (next.value === undefined) yield;
    else tasks.add(next.value);
  }
}
