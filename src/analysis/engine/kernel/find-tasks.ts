/** Finds the tasks of a dump's kernel: layout of task_struct, the list, and who ran on which CPU. */
import type { KernelState } from './kernel-state.ts';
import { type CpuContext, cpuContexts, ran } from './kernel-cpus.ts';
import { type InitTask, findInitTask } from '../../kernel/tasks/init-task.ts';
import { paced, type Steps } from '../../jobs/steps.ts';
import { isLinked } from '../../kernel/memory/linked-list.ts';
import type { KernelTask } from '../../kernel/tasks/kernel-task.ts';
import type { TaskLayout } from '../../kernel/tasks/task-layout.ts';
import { TaskRows } from '../../kernel/tasks/task-rows.ts';
import { type TaskList, type TaskListEnd, listTasks, readTask, walkTasks } from '../../kernel/tasks/tasks.ts';
import { isFailure, mapResult, type Missing, type Result, valueOf } from '../../../shared/result.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import { layoutByStructure, plainCommAt } from '../../kernel/tasks/task-structure.ts';
import { layoutByTypes } from '../../kernel/tasks/task-types.ts';
import type { Session } from '../session/session.ts';
import { architectures } from '../../arch/index.ts';
import { vmcoreinfoHex } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { hasOpen, withOwners } from './task-on-cpu.ts';

export interface KernelTasks extends KernelState {
  readonly cpus: readonly CpuContext[];
  readonly initTask?: InitTask;
  readonly layout?: TaskLayout;
  readonly list: TaskList;
  readonly missing: readonly Missing[];
  /** Those of the system that crashed before, where CPUs of it are among the dump's. */
  readonly first?: KernelTasks;
}

/** Idle tasks of all CPUs: per-CPU pointers in idle_threads (kernel/smpboot.c), where the symbol is known. */
function idleTasks({ memory, symbols }: KernelState, cpus: readonly CpuContext[]): readonly bigint[] {
  const variable = symbols === undefined ? undefined : soleAddress(symbols, 'idle_threads');
  if (variable === undefined) return [];
  return cpus.flatMap(({ perCpuOffset }) => {
    const task = perCpuOffset === undefined ? undefined : memory.pointer(BigInt.asUintN(64, variable + perCpuOffset));
    return task === undefined || task === 0n ? [] : [task];
  });
}

const nothing: TaskList = { tasks: new TaskRows(), complete: false };

/** The image begins on a multiple of this below its text. */
const imageStartMask = 0xffffn;

function* layoutOf(state: KernelState, initTask: InitTask, stackBytes: number | undefined, ends: number | undefined): Steps<Result<TaskLayout>> {
  const { memory } = state;
  if (state.types === undefined) return yield* layoutByStructure({ memory, initTask: initTask.address, stackBytes, ends });
  return mapResult(layoutByTypes(state.types, memory.arch), (layout) => (stackBytes === undefined ? layout : { ...layout, stackBytes }));
}

/** Members at either end of the list that have to agree on a layout when only running tasks are asked for. */
const endsForRunning = 128;
/** Processes that a first look takes in from either end of their list, and threads: a few tenths of a second. */
const firstTasks = 2048;

/** `all`: all tasks · `first`: the oldest and the newest, a few thousand · `running`: those that occupied the CPUs, and idle ones. */
export type TaskScope = 'all' | 'first' | 'running';

/** What is known before the list is walked. */
interface TaskPlaces {
  readonly initTask: InitTask;
  readonly layout: TaskLayout;
  /** With the tasks that their own data names. */
  readonly cpus: readonly CpuContext[];
  /** Idle tasks of the CPUs, and tasks that ran: not all of them are on the list. */
  readonly others: readonly bigint[];
}

/** Why there are none. */
interface NoTasks {
  readonly why: string;
  readonly cpus: readonly CpuContext[];
  readonly initTask?: InitTask;
}

/** Whether CPUs of the system that crashed before are among the dump's. */
export const isMixed = ({ cpus }: Pick<TaskPlaces, 'cpus'>): boolean => cpus.some(({ cpu }) => cpu.system === 'prod');

/** @returns why there are no tasks where they cannot be found, with what is known all the same */
async function taskPlaces(session: Session, state: KernelState, scope: TaskScope, signal: AbortSignal): Promise<TaskPlaces | NoTasks> {
  const { kernel, memory, symbols, types } = state;
  const contexts = cpuContexts(session);
  const none = (why: string): NoTasks => ({ why, cpus: contexts.cpus });
  if (types === undefined && !architectures[memory.arch].tasks.withoutTypes) return none(state.noTypes);
  const byTypes = valueOf(types === undefined ? undefined : layoutByTypes(types, memory.arch));
  const text = vmcoreinfoHex(kernel.vmcoreinfo, 'SYMBOL(_stext)');
  const initTask = findInitTask(
    {
      memory,
      absolute: session.memory,
      symbol: symbols === undefined ? undefined : soleAddress(symbols, 'init_task'),
      lowcoreKernel: contexts.lowcoreKernel,
      comm: byTypes?.offsets.comm,
      imageStart: text === undefined ? undefined : text & ~imageStartMask,
    },
    (address) => {
      if (byTypes === undefined) return false;
      const links = address + BigInt(byTypes.offsets.tasks);
      const next = memory.pointer(links);
      return next !== undefined && next !== 0n && memory.pointer(next + 8n) === links;
    },
  );
  if (initTask === undefined)
    return none(session.image.encrypted ?? 'init_task is not found: no symbol names it, no early lowcore leads to it, and its name is not in the kernel image');
  const found = await paced(layoutOf(state, initTask, contexts.stackBytes, scope === 'all' ? undefined : endsForRunning), signal);
  if (isFailure(found)) return { ...none(found.missing.why), initTask };
  const layout = found.value;
  // A pointer of a CPU is not proven by a list that leads back: a name as most programs have one, or links that do, are.
  const isTask = (address: bigint): boolean =>
    readTask(memory, layout, address, initTask.address) !== undefined &&
    (plainCommAt(memory, address + BigInt(layout.offsets.comm)) !== undefined || isLinked(memory, address + BigInt(layout.offsets.tasks)));
  const known = contexts.cpus.map(({ current, ...rest }): CpuContext => (current !== undefined && isTask(current) ? { ...rest, current } : rest));
  const others = [...idleTasks(state, known), ...known.flatMap(({ current }) => current ?? [])].filter(isTask);
  return { initTask, layout, cpus: known, others };
}

/** What of the tasks is not known, once all were read. */
function missingOf(layout: TaskLayout, { broken }: TaskListEnd, cpus: readonly CpuContext[]): readonly Missing[] {
  const missing: Missing[] = [...layout.missing];
  if (broken !== undefined) missing.push({ what: 'tasks after the break', why: broken });
  for (const { cpu, number, current } of cpus) {
    if (current === undefined && ran(cpu) && cpu.system === undefined)
      missing.push({ what: `task on CPU ${number}`, why: 'neither the data of the CPU nor its stack pointer leads to a task' });
  }
  return missing;
}

const noTasks = (state: KernelState, { why, ...known }: NoTasks): KernelTasks => ({ ...state, ...known, list: nothing, missing: [{ what: 'tasks', why }] });

/** @param state whose symbols and types were read; nothing is searched for @throws Cancelled */
export async function findTasks(session: Session, state: KernelState, scope: TaskScope, signal: AbortSignal): Promise<KernelTasks> {
  const places = await taskPlaces(session, state, scope, signal);
  if ('why' in places) return noTasks(state, places);
  const { memory } = state;
  const { initTask, layout, others } = places;
  const list =
    scope !== 'running'
      ? await paced(listTasks({ memory, layout, initTask: initTask.address, others, ...(scope === 'first' ? { most: firstTasks } : {}) }), signal)
      : { tasks: TaskRows.of(others.flatMap((task) => readTask(memory, layout, task, initTask.address) ?? [])), complete: false };
  const cpus = withOwners(memory.arch, places.cpus, list, layout.stackBytes);
  return tasksFrom(state, places, list, cpus);
}

/** What is known of all tasks before they were read one by one. */
export interface TaskStream extends Pick<TaskPlaces, 'initTask' | 'layout' | 'cpus'> {
  /** Tasks as they are read, undefined for pauses; all that is known comes last. */
  readonly tasks: Generator<KernelTask | undefined, KernelTasks>;
}

/** All that is known of tasks, once they were read. */
function tasksFrom(state: KernelState, { initTask, layout }: TaskPlaces, list: TaskList, cpus: readonly CpuContext[]): KernelTasks {
  return { ...state, cpus, initTask, layout, list, missing: missingOf(layout, list, cpus) };
}

/**
 * All tasks, each as it is read.
 * @returns undefined where there are none, where what ran on a CPU is determined from all of them, and where those of another system belong to them
 * @throws Cancelled
 */
export async function streamTasks(session: Session, state: KernelState, signal: AbortSignal): Promise<TaskStream | undefined> {
  const places = await taskPlaces(session, state, 'all', signal);
  if ('why' in places || hasOpen(places.cpus) || isMixed(places)) return undefined;
  const known: TaskPlaces = places;
  const { initTask, layout, cpus, others } = known;
  function* read(): TaskStream['tasks'] {
    const tasks = new TaskRows();
    const walk = walkTasks({ memory: state.memory, layout, initTask: initTask.address, others });
    for (;;) {
      const next = walk.next();
      if (next.done === true) return tasksFrom(state, known, { tasks, ...next.value }, cpus);
      if (next.value !== undefined) tasks.add(next.value);
      yield next.value;
    }
  }
  return { initTask, layout, cpus, tasks: read() };
}
