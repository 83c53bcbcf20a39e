/** Finds the tasks of a dump's kernel: layout of task_struct, the list, and who ran on which CPU. */
import type { KernelState } from './kernel-state.ts';
import { type CpuContext, cpuContexts, ran } from './kernel-cpus.ts';
import { type InitTask, findInitTask } from '../../kernel/tasks/init-task.ts';
import { paced, type Steps } from '../../jobs/steps.ts';
import { isLinked } from '../../kernel/memory/linked-list.ts';
import type { TaskLayout } from '../../kernel/tasks/task-layout.ts';
import { type TaskList, listTasks, readTask } from '../../kernel/tasks/tasks.ts';
import type { Missing } from '../../../shared/result.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import { layoutByStructure, plainCommAt } from '../../kernel/tasks/task-structure.ts';
import { layoutByTypes } from '../../kernel/tasks/task-types.ts';
import type { Session } from '../session/session.ts';
import { architectures } from '../../arch/index.ts';
import { vmcoreinfoHex } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { withOwners } from './task-on-cpu.ts';

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

const nothing: TaskList = { tasks: [], complete: false };

/** The image begins on a multiple of this below its text. */
const imageStartMask = 0xffffn;

function* layoutOf(state: KernelState, initTask: InitTask, stackBytes: number | undefined, ends: number | undefined): Steps<TaskLayout | string> {
  const { memory } = state;
  if (state.types === undefined) return yield* layoutByStructure({ memory, initTask: initTask.address, stackBytes, ends });
  const layout = layoutByTypes(state.types, memory.arch);
  return typeof layout === 'string' || stackBytes === undefined ? layout : { ...layout, stackBytes };
}

/** Members at either end of the list that have to agree on a layout when only running tasks are asked for. */
const endsForRunning = 128;
/** Processes that a first look takes in from either end of their list, and threads: a few tenths of a second. */
const firstTasks = 2048;

/** `all`: all tasks · `first`: the oldest and the newest, a few thousand · `running`: those that occupied the CPUs, and idle ones. */
export type TaskScope = 'all' | 'first' | 'running';

/** @param state whose symbols and types were read; nothing is searched for @throws Cancelled */
export async function findTasks(session: Session, state: KernelState, scope: TaskScope, signal: AbortSignal): Promise<KernelTasks> {
  const { kernel, memory, symbols, types } = state;
  const contexts = cpuContexts(session);
  const none = (why: string): KernelTasks => ({ ...state, cpus: contexts.cpus, list: nothing, missing: [{ what: 'tasks', why }] });
  if (types === undefined && !architectures[memory.arch].tasks.withoutTypes) return none(state.noTypes);
  const byTypes = types === undefined ? undefined : layoutByTypes(types, memory.arch);
  const text = vmcoreinfoHex(kernel.vmcoreinfo, 'SYMBOL(_stext)');
  const initTask = findInitTask(
    {
      memory,
      absolute: session.memory,
      symbol: symbols === undefined ? undefined : soleAddress(symbols, 'init_task'),
      lowcoreKernel: contexts.lowcoreKernel,
      comm: byTypes === undefined || typeof byTypes === 'string' ? undefined : byTypes.offsets.comm,
      imageStart: text === undefined ? undefined : text & ~imageStartMask,
    },
    (address) => {
      if (byTypes === undefined || typeof byTypes === 'string') return false;
      const links = address + BigInt(byTypes.offsets.tasks);
      const next = memory.pointer(links);
      return next !== undefined && next !== 0n && memory.pointer(next + 8n) === links;
    },
  );
  if (initTask === undefined)
    return none('init_task is not found: no symbol names it, no early lowcore leads to it, and its name does not stand in the kernel image');
  const layout = await paced(layoutOf(state, initTask, contexts.stackBytes, scope === 'all' ? undefined : endsForRunning), signal);
  if (typeof layout === 'string') return { ...none(layout), initTask };
  // A pointer of a CPU is not proven by a list that leads back: a name as most programs have one, or links that do, are.
  const isTask = (address: bigint): boolean =>
    readTask(memory, layout, address, initTask.address) !== undefined &&
    (plainCommAt(memory, address + BigInt(layout.offsets.comm)) !== undefined || isLinked(memory, address + BigInt(layout.offsets.tasks)));
  const known = contexts.cpus.map(({ current, ...rest }): CpuContext => (current !== undefined && isTask(current) ? { ...rest, current } : rest));
  const others = [...idleTasks(state, known), ...known.flatMap(({ current }) => current ?? [])].filter(isTask);
  const list =
    scope !== 'running'
      ? await paced(listTasks({ memory, layout, initTask: initTask.address, others, ...(scope === 'first' ? { most: firstTasks } : {}) }), signal)
      : { tasks: others.flatMap((task) => readTask(memory, layout, task, initTask.address) ?? []), complete: false };
  const cpus = withOwners(memory.arch, known, list, layout.stackBytes);
  const missing: Missing[] = [...layout.missing];
  if (list.broken !== undefined) missing.push({ what: 'tasks behind the break', why: list.broken });
  for (const { cpu, number, current } of cpus) {
    if (current === undefined && ran(cpu) && cpu.system === undefined)
      missing.push({ what: `task on CPU ${number}`, why: 'neither the data of the CPU nor its stack pointer leads to a task' });
  }
  return { ...state, cpus, initTask, layout, list, missing };
}
