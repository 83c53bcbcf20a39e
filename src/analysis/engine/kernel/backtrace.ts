/** `backtrace`: backtraces of CPUs and tasks, symbolised. */
import { append } from '../../../shared/append.ts';
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { type Missing, valueOf } from '../../../shared/result.ts';
import type { BacktraceJson, FrameJson, TraceJson } from '../../../shared/task-model.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { hex } from '../../../shared/units.ts';
import { functionOf, noTrace, stackOf, type Frame, type SavedState, type StackRange, type Trace, type Unwinders } from '../../arch/backtrace.ts';
import { architectures } from '../../arch/index.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import type { AnalysisStacks } from '../../kernel/analyses/analysis-kernel.ts';
import { crashPath } from '../../kernel/stacks/crash-path.ts';
import { tracedReturns } from '../../kernel/stacks/traced-returns.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { stackEndMagic, type TaskMember } from '../../kernel/tasks/task-layout.ts';
import type { KernelTask } from '../../kernel/tasks/kernel-task.ts';
import { panicCpu } from '../../kernel/facts/kernel-facts.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { reportedCpu, reportedTrace } from '../triage/reported-cpu.ts';
import { kdumpStarted } from '../triage/kdump-start.ts';
import { hangSource } from './hang-source.ts';
import { ran, type CpuContext } from './kernel-cpus.ts';
import { allNames } from './kernel-names.ts';
import type { KernelTasks } from './find-tasks.ts';
import { kernelTasks } from './kernel-tasks.ts';
import { selectCpu } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

export interface BacktraceRequest {
  readonly cpu?: number | undefined;
  readonly pid?: number | undefined;
  readonly task?: bigint | undefined;
  /** Tasks that run on no CPU too. */
  readonly all?: boolean | undefined;
  /** Addresses of code on a stack that cannot be followed, marked as guesses. */
  readonly guess?: boolean | undefined;
}

function frameJson(frame: Frame, symbols: SymbolTable | undefined): FrameJson {
  const { tracer } = frame;
  const isHidden = tracer !== undefined && 'hides' in tracer;
  // The name of a trampoline would be taken for the caller's.
  const found = isHidden ? undefined : functionOf(symbols, frame.address, frame.kind === 'return' || frame.kind === 'link');
  return {
    kind: frame.kind,
    address: hex(frame.address),
    ...(found === undefined ? {} : { symbol: `${found.name}+${hex(frame.address - found.start)}${found.module === undefined ? '' : ` [${found.module}]`}` }),
    ...(frame.stackPointer === undefined ? {} : { stackPointer: hex(frame.stackPointer) }),
    ...defined({ stack: frame.stack }),
    ...(tracer === undefined ? {} : { trampoline: tracer.trampoline }),
    ...(isHidden ? { hidden: tracer.hides } : {}),
  };
}

/** The CPU's number as doors have it, and its Linux number where that is another thing. */
function cpuOfTrace({ cpu, number }: CpuContext): Pick<TraceJson, 'cpu' | 'linuxCpu' | 'identity' | 'system'> {
  const { linuxCpu, identity, system } = cpu;
  return {
    cpu: number,
    ...defined({ linuxCpu, identity, system }),
  };
}

function traceJson(trace: Trace, symbols: SymbolTable | undefined, cpu: CpuContext | undefined, task: KernelTask | undefined): TraceJson {
  const { user } = trace;
  const frames = trace.frames.map((frame) => frameJson(frame, symbols));
  const path = crashPath(frames);
  return {
    ...(cpu === undefined ? {} : cpuOfTrace(cpu)),
    ...(task === undefined ? {} : { task: { address: hex(task.address), comm: task.comm, ...defined({ pid: task.pid }) } }),
    frames,
    ...(path === undefined || path.length >= frames.length ? {} : { crashFrames: path.length, ...(path.isCause ? { crashed: true } : {}) }),
    end: trace.end,
    detail: trace.detail,
    ...(user === undefined
      ? {}
      : {
          user: {
            ...(user.pswMask === undefined ? {} : { pswMask: hex(user.pswMask) }),
            address: hex(user.address),
            registers: Object.fromEntries(Object.entries(user.registers).map(([name, value]) => [name, hex(value)])),
          },
        }),
  };
}

/** The task's own stack, where it is not among the CPU's. */
function withTaskStack(stacks: readonly StackRange[], task: KernelTask | undefined, stackBytes: number): readonly StackRange[] {
  const start = task?.stack;
  if (start === undefined || stacks.some((stack) => stack.start === start)) return stacks;
  return [...stacks, { name: 'kernel stack', start, end: start + BigInt(stackBytes) }];
}

/** Tasks that are looked at to learn how a kernel makes its frames. */
const framesToLearnFrom = 64;

const members: readonly (keyof SavedState & TaskMember)[] = ['savedStack', 'savedFrame', 'savedPc'];

/** What a task that gave up its CPU keeps in its task_struct. */
function savedState({ memory, layout }: KernelTasks, task: KernelTask): SavedState {
  const word = (member: TaskMember): bigint | undefined => {
    const offset = layout?.offsets[member];
    return offset === undefined ? undefined : memory.pointer(task.address + BigInt(offset));
  };
  return Object.fromEntries(members.map((member) => [member, word(member)]));
}

function sleepersOf(tasks: KernelTasks): readonly { readonly stack: StackRange; readonly stackPointer: bigint }[] {
  const { layout, list, cpus } = tasks;
  const stackBytes = BigInt(layout?.stackBytes ?? 0);
  const running = new Set(cpus.map(({ current }) => current));
  const asleep: KernelTask[] = [];
  for (const task of list.tasks) {
    if (asleep.length === framesToLearnFrom) break;
    if (task.stack !== undefined && !running.has(task.address)) asleep.push(task);
  }
  return asleep.flatMap((task) => {
    const { savedStack: stackPointer } = savedState(tasks, task);
    const { stack: start = 0n } = task;
    return stackPointer === undefined ? [] : [{ stackPointer, stack: { name: 'kernel stack', start, end: start + stackBytes } }];
  });
}

function unwindersOf(tasks: KernelTasks, guess: boolean): Unwinders {
  const { kernel, memory, symbols, names, types, noTypes } = tasks;
  return architectures[memory.arch].unwind({
    memory,
    symbols,
    names,
    types: types === undefined ? undefined : structTypes(types.types),
    noTypes,
    modules: () => valueOf(kernel.modules)?.list.modules ?? [],
    vmcoreinfo: kernel.vmcoreinfo,
    sleepers: () => sleepersOf(tasks),
    traced: tracedReturns({ memory, symbols, names, types: types?.types, noTypes }),
    guess,
  });
}

interface Tracer {
  readonly tasks: KernelTasks;
  readonly unwinders: Unwinders;
  /** CPUs by the task that occupied them: each of hundreds of thousands of tasks is looked for. */
  readonly running: ReadonlyMap<bigint, CpuContext>;
  /** The first of which nothing tells the task. */
  readonly unknown: CpuContext | undefined;
  /** Of the system that crashed before. */
  readonly first?: Tracer;
}

function tracerOf(tasks: KernelTasks, guess: boolean): Tracer {
  const { first } = tasks;
  const running = new Map<bigint, CpuContext>();
  for (const context of tasks.cpus) if (context.current !== undefined && !running.has(context.current)) running.set(context.current, context);
  const unknown = tasks.cpus.find(({ cpu, current }) => current === undefined && ran(cpu) && cpu.system === undefined);
  const own: Tracer = { tasks, unwinders: unwindersOf(tasks, guess), running, unknown };
  return first === undefined ? own : { ...own, first: tracerOf(first, guess) };
}

/** The stack that a CPU's stack pointer lies in, where its task is not known: every kernel stack has the magic number at its bottom. */
function withMarkedStack(stacks: readonly StackRange[], { cpu }: CpuContext, memory: KernelMemory, stackBytes: number): readonly StackRange[] {
  const pointer = architectures[memory.arch].registers.stackPointer(cpu);
  if (pointer === undefined || stackBytes === 0 || stackOf(stacks, pointer) !== undefined) return stacks;
  const start = pointer - (pointer % BigInt(stackBytes));
  return memory.u64(start) === stackEndMagic ? [...stacks, { name: 'kernel stack', start, end: start + BigInt(stackBytes) }] : stacks;
}

/** What interruptions exchange lies in the CPU's own lowcore, wherever its record says that its prefix is. */
const withOwnPrefix = ({ cpu, lowcore }: CpuContext): CpuJson => (lowcore === undefined ? cpu : { ...cpu, prefix: hex(lowcore) });

/** A CPU of the system that crashed before: its registers, in that system's memory. */
function traceOfFirst({ first }: Tracer, context: CpuContext): TraceJson | undefined {
  const own = first?.tasks.cpus.find(({ cpu }) => cpu.prefix !== undefined && cpu.prefix === context.cpu.prefix);
  if (first === undefined || own === undefined) return undefined;
  // Its number is one of the other system's.
  const { linuxCpu: _, ...trace } = traceCpu(first, { ...own, cpu: { ...own.cpu, ...context.cpu } });
  return { ...trace, ...cpuOfTrace(context) };
}

function traceCpu(tracer: Tracer, context: CpuContext): TraceJson {
  const { tasks, unwinders } = tracer;
  const { system, withoutRegisters } = context.cpu;
  if (system !== undefined && tracer.first !== undefined) {
    const found = traceOfFirst(tracer, context);
    if (found !== undefined) return found;
  }
  const task = context.current === undefined ? undefined : tasks.list.tasks.at(context.current);
  const stackBytes = tasks.layout?.stackBytes ?? 0;
  if (withoutRegisters !== undefined) return traceJson({ frames: [], end: 'no-registers', detail: withoutRegisters.detail }, tasks.names, context, task);
  const stacks = withMarkedStack(withTaskStack(context.stacks, task, stackBytes), context, tasks.memory, stackBytes);
  return traceJson(unwinders.running(withOwnPrefix(context), stacks, context.current), tasks.names, context, task);
}

function traceTask(tracer: Tracer, task: KernelTask): TraceJson {
  const { tasks, unwinders, unknown } = tracer;
  const running = tracer.running.get(task.address);
  // The saved stack pointer of a running task is from its last switch.
  if (running !== undefined) return traceCpu(tracer, running);
  const { layout } = tasks;
  const give = (trace: Trace): TraceJson => traceJson(trace, tasks.names, undefined, task);
  if (layout === undefined || task.stack === undefined) return give(noTrace('the task no longer has a kernel stack, or its address is not known'));
  if (unknown !== undefined && (task.kind === 'idle' || task.state === undefined || task.state.letter === 'R'))
    return give(noTrace(`the task may have run on CPU ${unknown.number}, whose task is not known; then what it saved is from an earlier switch`));
  if (task.onCpu === true) return give(noTrace('the task runs on a CPU whose registers cannot be told apart; what it saved is from its last switch'));
  return give(unwinders.sleeping(savedState(tasks, task), withTaskStack([], task, layout.stackBytes), task.address));
}

function wanted(session: Session, tracer: Tracer, request: BacktraceRequest): readonly TraceJson[] {
  const { tasks } = tracer;
  if (request.cpu !== undefined) {
    const { id } = selectCpu(session, request.cpu);
    const context = tasks.cpus.find(({ cpu }) => cpu.id === id);
    return context === undefined ? [] : [traceCpu(tracer, context)];
  }
  const { pid, task } = request;
  if (pid !== undefined || task !== undefined) {
    const found = tasks.list.tasks.filter((one) => (task === undefined ? one.pid === pid : one.address === task));
    if (found.length === 0) {
      const what = task === undefined ? `no task has pid ${pid}` : `no task_struct is known at ${hex(task)}`;
      throw new DumpError(
        'absent',
        { file: session.path },
        `${what}: ${tasks.missing[0]?.why ?? 'it is not on the list of tasks'}`,
        'a pid or an address that "tasks" lists',
      );
    }
    return found.map((one) => traceTask(tracer, one));
  }
  const ofCpus = tasks.cpus.map((context) => traceCpu(tracer, context));
  if (request.all !== true) return ofCpus;
  const running = new Set(tasks.cpus.map(({ current }) => current));
  return [...ofCpus, ...tasks.list.tasks.filter(({ address }) => !running.has(address)).map((task) => traceTask(tracer, task))];
}

/** With the names of modules that have to be searched for. @throws Cancelled */
export async function withAllNames(tasks: KernelTasks, session: Session, signal: AbortSignal): Promise<KernelTasks> {
  const names = await allNames(session, signal);
  const { first } = tasks;
  const ofFirst = first === undefined ? {} : { first: await withAllNames(first, session.inView('prod'), signal) };
  return { ...tasks, names: 'why' in names ? undefined : names, ...ofFirst };
}

/** Stacks of tasks that run on no CPU, each when it is asked for. @param tasks with the names that frames get */
export function tracesOfTasks(tasks: KernelTasks): (task: KernelTask) => TraceJson {
  const tracer = tracerOf(tasks, false);
  return (task) => traceTask(tracer, task);
}

/** Every stack, those of the CPUs first; each is followed when it is asked for. @param tasks with the names that frames get */
export function stacksOf(session: Session, tasks: KernelTasks): AnalysisStacks {
  const tracer = tracerOf(tasks, false);
  const running = new Set(tasks.cpus.map(({ current }) => current));
  const search = tasks.kernel.symbols;
  return {
    *all() {
      for (const context of tasks.cpus) yield traceCpu(tracer, context);
      for (const task of tasks.list.tasks) if (!running.has(task.address)) yield traceTask(tracer, task);
    },
    hangSource() {
      // Of two systems the registers may be those of CPUs that the first left stopped: their stacks say nothing of the second.
      const isOther = session.twoSystems !== undefined && session.view !== 'prod';
      return hangSource(tasks, isOther ? [] : tasks.cpus.map((context) => traceCpu(tracer, context)), (task) => traceTask(tracer, task));
    },
    missing: !isFailure(search) ? tasks.missing : [{ what: 'names of functions', why: search.missing.why }, ...tasks.missing],
  };
}

/**
 * Backtraces of one CPU, one task, or of every CPU.
 * @throws DumpError absent when there is no such CPU or task; Cancelled
 */
export async function describeBacktrace(session: Session, request: BacktraceRequest, signal: AbortSignal): Promise<BacktraceJson> {
  const tasks = await kernelTasks(session, signal);
  await session.knownKernel.ready(['log'], signal);
  return tracesOf(session, await withAllNames(tasks, session, signal), request);
}

/**
 * The CPU that panic_cpu names, where its registers are those that it crashed with, as kdump saves them on x86_64 and aarch64: no frame of the crash is
 * on its stack then. crash_kexec() sets panic_cpu just before it records CRASHTIME (kernel/crash_core.c, kernel/kexec_core.c before 6.9), also for a PSW
 * restart, whose stack shows it. Where the log's report of the oops names another CPU, that one, as triage says it.
 */
function withCrashed(session: Session, { cpus, memory, symbols }: KernelTasks, traces: readonly TraceJson[]): readonly TraceJson[] {
  const noted = symbols === undefined || kdumpStarted(session) === undefined ? undefined : panicCpu(memory, symbols);
  if (noted === undefined || architectures[memory.arch].features.has('psw') || traces.some(({ crashed }) => crashed === true)) return traces;
  const reported = reportedCpu(session);
  if (reported !== undefined && reported.number !== noted) {
    const trace = reportedTrace(reported, cpus, traces);
    return traces.map((one) => (one === trace ? { ...one, crashed: true } : one));
  }
  // panic_cpu is a Linux number; doors may number CPUs by their positions.
  const [context, ...more] = cpus.filter(({ cpu, number }) => (cpu.linuxCpu ?? number) === noted);
  if (context === undefined || more.length > 0 || context.cpu.identity?.contradicted !== undefined) return traces;
  const isThere = ({ cpu, frames, crashFrames }: TraceJson): boolean =>
    cpu === context.number && frames[0]?.kind === 'running' && frames[0].symbol !== undefined && crashFrames === undefined && crashPath(frames) === undefined;
  return traces.map((trace) => (isThere(trace) ? { ...trace, crashed: true } : trace));
}

/** @throws DumpError absent when there is no such CPU or task among these */
export function tracesOf(session: Session, tasks: KernelTasks, request: BacktraceRequest): BacktraceJson {
  const missing: Missing[] = [];
  const search = tasks.kernel.symbols;
  if (isFailure(search)) missing.push({ what: 'names of functions', why: search.missing.why });
  if (tasks.list.tasks.length === 0) append(missing, tasks.missing);
  const tracer = tracerOf(tasks, request.guess === true);
  const asked = wanted(session, tracer, request);
  // Which CPU crashed is determined from the stacks of all of them.
  const traces =
    request.cpu === undefined
      ? withCrashed(session, tasks, asked)
      : withCrashed(session, tasks, wanted(session, tracer, {})).filter(({ cpu }) => asked.some((one) => one.cpu === cpu));
  if (!isFailure(search) && traces.some(({ frames }) => frames.some(({ symbol }) => symbol === undefined))) append(missing, tasks.kernel.moduleSymbols.missing);
  return { schema: schemaVersion, numbering: cpuNumbering(machineCpus(session).cpus), traces: [...traces], missing };
}
