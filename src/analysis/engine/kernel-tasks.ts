/** The tasks of a dump's kernel, found once per session: layout of task_struct, the list, and who ran on which CPU. */
import { cpuNumbering } from '../../shared/cpu-registers.ts';
import { schemaVersion, type CpuJson } from '../../shared/model.ts';
import type { Missing, TaskJson, TasksJson } from '../../shared/task-model.ts';
import { hex } from '../../shared/units.ts';
import type { LowcoreKernel } from '../arch/s390x/lowcore/fields.ts';
import { lowcoreValue } from '../arch/s390x/lowcore/layouts.ts';
import type { StackRange } from '../kernel/backtrace.ts';
import { findInitTask, type InitTask } from '../kernel/init-task.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { TaskLayout } from '../kernel/task-layout.ts';
import { layoutByStructure } from '../kernel/task-structure.ts';
import { listTasks, readTask, type KernelTask, type TaskList } from '../kernel/tasks.ts';
import { soleAddress } from '../kernel/vm-statistics.ts';
import { lowcoreChoiceAt } from './lowcore.ts';
import type { Session } from './session.ts';

/** What the kernel keeps about one CPU. */
export interface CpuContext {
  readonly cpu: CpuJson;
  /** Number by which doors name it. */
  readonly number: number;
  /** task_struct of the task that occupied it. */
  readonly current?: bigint;
  readonly stacks: readonly StackRange[];
  /** Added to the address of a per-CPU variable. */
  readonly perCpuOffset?: bigint;
}

export interface KernelTasks {
  readonly cpus: readonly CpuContext[];
  readonly initTask?: InitTask;
  readonly layout?: TaskLayout;
  readonly list: TaskList;
  readonly missing: readonly Missing[];
}

const smallStack = 0x4000;
/** With KASAN. */
const largeStack = 0x10000;
/** Where the first frame of a stack of 64 KiB lies. */
const largeFirstFrame = 0xfe98n;
const stackNames = [
  ['kernel_stack', 'kernel stack'],
  ['async_stack', 'interrupt stack'],
  ['nodat_stack', 'no-DAT stack'],
  ['restart_stack', 'restart stack'],
  ['mcck_stack', 'machine-check stack'],
  ['panic_stack', 'panic stack'],
] as const;

export function symbolsOf(session: Session): SymbolTable | undefined {
  const search = session.kernel.symbols;
  return search.found ? search.symbols : undefined;
}

interface LowcoreFacts {
  readonly kernel: LowcoreKernel;
  readonly value: (name: string) => bigint | undefined;
}

function lowcoreFacts(session: Session, cpu: CpuJson): LowcoreFacts | undefined {
  const found = cpu.prefix === undefined ? undefined : lowcoreChoiceAt(session, BigInt(cpu.prefix), cpu);
  if (found === undefined || found.choice.word === 'not a Linux lowcore') return undefined;
  return { kernel: found.choice.kernel, value: (name) => lowcoreValue(found.choice.kernel, found.bytes, name) };
}

/** THREAD_SIZE, by where the first frames of all stacks lie. */
function stackSize(lowcores: readonly (LowcoreFacts | undefined)[]): number {
  const pointers = lowcores.flatMap((lowcore) => stackNames.flatMap(([field]) => lowcore?.value(field) ?? [])).filter((value) => value !== 0n);
  return pointers.length > 0 && pointers.every((value) => (value & 0xffffn) === largeFirstFrame) ? largeStack : smallStack;
}

const nonZero = (value: bigint | undefined): bigint | undefined => (value === 0n ? undefined : value);

function s390xCpus(session: Session): { readonly cpus: readonly CpuContext[]; readonly stackBytes: number; readonly kernel: LowcoreKernel | undefined } {
  const { cpus } = session.cpuSet;
  const key = cpuNumbering(cpus);
  const lowcores = cpus.map((cpu) => lowcoreFacts(session, cpu));
  const stackBytes = stackSize(lowcores);
  const contexts = cpus.map((cpu, at): CpuContext => {
    const lowcore = lowcores[at];
    const current = nonZero(lowcore?.value('current_task'));
    const perCpuOffset = lowcore?.value('percpu_offset');
    const stacks = stackNames.flatMap(([field, name]): StackRange[] => {
      const pointer = nonZero(lowcore?.value(field));
      if (pointer === undefined) return [];
      const start = pointer - (pointer % BigInt(stackBytes));
      return [{ name, start, end: start + BigInt(stackBytes) }];
    });
    return {
      cpu,
      number: cpu[key] ?? cpu.id,
      stacks,
      ...(current === undefined ? {} : { current }),
      ...(perCpuOffset === undefined ? {} : { perCpuOffset }),
    };
  });
  return { cpus: contexts, stackBytes, kernel: lowcores.find((one) => one !== undefined)?.kernel };
}

/** Idle tasks of all CPUs: per-CPU pointers in idle_threads (kernel/smpboot.c), where the symbol is known. */
function idleTasks(session: Session, cpus: readonly CpuContext[]): readonly bigint[] {
  const symbols = symbolsOf(session);
  const variable = symbols === undefined ? undefined : soleAddress(symbols, 'idle_threads');
  if (variable === undefined) return [];
  return cpus.flatMap(({ perCpuOffset }) => {
    const task = perCpuOffset === undefined ? undefined : session.kernel.memory.pointer(BigInt.asUintN(64, variable + perCpuOffset));
    return task === undefined || task === 0n ? [] : [task];
  });
}

const nothing: TaskList = { tasks: [], complete: false };

function findTasks(session: Session): KernelTasks {
  const { memory } = session.kernel;
  if (memory.arch !== 's390x') return { cpus: [], list: nothing, missing: [{ what: 'tasks', why: `${memory.arch} needs types, which are not read yet` }] };
  const { cpus, stackBytes, kernel } = s390xCpus(session);
  const symbols = symbolsOf(session);
  const symbol = symbols === undefined ? undefined : soleAddress(symbols, 'init_task');
  const initTask = findInitTask({ memory, absolute: session.memory, symbol, lowcoreKernel: kernel }, () => true);
  if (initTask === undefined) {
    return {
      cpus,
      list: nothing,
      missing: [{ what: 'tasks', why: 'init_task is not found: no symbol names it, and the early lowcore at absolute 0 does not lead to it' }],
    };
  }
  const layout = layoutByStructure({ memory, initTask: initTask.address, stackBytes });
  if (typeof layout === 'string') return { cpus, initTask, list: nothing, missing: [{ what: 'tasks', why: layout }] };
  const others = [...idleTasks(session, cpus), ...cpus.flatMap(({ current }) => current ?? [])].filter(
    (address) => readTask(memory, layout, address, initTask.address) !== undefined,
  );
  const list = listTasks({ memory, layout, initTask: initTask.address, others });
  const missing: Missing[] = [...layout.missing];
  if (list.broken !== undefined) missing.push({ what: 'tasks behind the break', why: list.broken });
  for (const { number, current } of cpus) if (current === undefined) missing.push({ what: `task on CPU ${number}`, why: 'its lowcore cannot be read' });
  return { cpus, initTask, layout, list, missing };
}

const known = new WeakMap<Session, KernelTasks>();

export function kernelTasks(session: Session): KernelTasks {
  const found = known.get(session) ?? findTasks(session);
  known.set(session, found);
  return found;
}

export function taskJson(task: KernelTask, layout: TaskLayout | undefined, runsOn: number | undefined): TaskJson {
  const { state, stack } = task;
  return {
    address: hex(task.address),
    comm: task.comm,
    ...(task.pid === undefined ? {} : { pid: task.pid }),
    ...(task.tgid === undefined ? {} : { tgid: task.tgid }),
    ...(state === undefined ? {} : { state: { letter: state.letter, word: state.word, value: hex(state.value) } }),
    ...(task.parent === undefined ? {} : { parent: task.parent }),
    ...(stack === undefined || layout === undefined ? {} : { stack: { start: hex(stack), end: hex(stack + BigInt(layout.stackBytes)) } }),
    ...(task.cpu === undefined ? {} : { cpu: task.cpu }),
    ...(runsOn === undefined ? {} : { runsOn }),
    ...(task.kind === undefined ? {} : { kind: task.kind }),
    ...(task.isThread ? { thread: true } : {}),
  };
}

/** All tasks that can be found; never throws for what the dump holds. */
export function describeTasks(session: Session): TasksJson {
  const { cpus, initTask, layout, list, missing } = kernelTasks(session);
  const runs = new Map(cpus.flatMap(({ current, number }) => (current === undefined ? [] : [[current, number] as const])));
  return {
    schema: schemaVersion,
    numbering: cpuNumbering(session.cpuSet.cpus),
    tasks: list.tasks.map((task) => taskJson(task, layout, runs.get(task.address))),
    complete: list.complete,
    ...(initTask === undefined ? {} : { initTask: { address: hex(initTask.address), source: initTask.source } }),
    ...(layout === undefined ? {} : { layout: { method: layout.method, offsets: { ...layout.offsets } } }),
    missing: [...missing],
  };
}
