/** Backtraces of CPUs and tasks, symbolised. */
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { type CpuJson } from '../../../shared/cpu-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { BacktraceJson, FrameJson, Missing, TraceJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { functionOf, stackOf, type Frame, type StackRange, type Trace } from '../../kernel/stacks/backtrace.ts';
import { unwindAarch64 } from '../../kernel/stacks/backtrace-aarch64.ts';
import { unwindX86Cpu, unwindX86Task, type X86Registers, type X86Unwinder } from '../../kernel/stacks/backtrace-x86_64.ts';
import { orcTables, type OrcTables } from '../../kernel/stacks/orc-tables.ts';
import { crashPath } from '../../kernel/stacks/crash-path.ts';
import { frameLayoutOf, unwindS390x, type S390xStart } from '../../kernel/stacks/backtrace-s390x.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import { guessFrames } from '../../kernel/stacks/stack-guess.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { stackEndMagic, type TaskLayout, type TaskMember } from '../../kernel/tasks/task-layout.ts';
import type { KernelTask } from '../../kernel/tasks/tasks.ts';
import type { CpuContext } from './kernel-cpus.ts';
import { namesOf } from '../session/kernel-sources.ts';
import { kernelTasks, type KernelTasks } from './kernel-tasks.ts';
import { selectCpu } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';

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
  const found = functionOf(symbols, frame.address, frame.kind === 'return' || frame.kind === 'link');
  return {
    kind: frame.kind,
    address: hex(frame.address),
    ...(found === undefined ? {} : { symbol: `${found.name}+${hex(frame.address - found.start)}${found.module === undefined ? '' : ` [${found.module}]`}` }),
    ...(frame.stackPointer === undefined ? {} : { stackPointer: hex(frame.stackPointer) }),
    ...(frame.stack === undefined ? {} : { stack: frame.stack }),
  };
}

function traceJson(trace: Trace, symbols: SymbolTable | undefined, cpu: CpuContext | undefined, task: KernelTask | undefined): TraceJson {
  const { user } = trace;
  const frames = trace.frames.map((frame) => frameJson(frame, symbols));
  const path = crashPath(frames);
  return {
    ...(cpu === undefined ? {} : { cpu: cpu.number }),
    ...(task === undefined ? {} : { task: { address: hex(task.address), comm: task.comm, ...(task.pid === undefined ? {} : { pid: task.pid }) } }),
    frames,
    ...(path === undefined || path.length >= frames.length ? {} : { crashFrames: path.length }),
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

const broken = (detail: string): Trace => ({ frames: [], end: 'broken', detail });

/** The task's own stack, where it is not among the CPU's. */
function withTaskStack(stacks: readonly StackRange[], task: KernelTask | undefined, stackBytes: number): readonly StackRange[] {
  const start = task?.stack;
  if (start === undefined || stacks.some((stack) => stack.start === start)) return stacks;
  return [...stacks, { name: 'kernel stack', start, end: start + BigInt(stackBytes) }];
}

/** How to follow stacks on this machine; undefined where no unwinder is at hand. */
interface Unwinders {
  readonly running: (cpu: CpuJson, stacks: readonly StackRange[]) => Trace;
  readonly sleeping: (task: KernelTask, stacks: readonly StackRange[]) => Trace;
}

const noRegisters = 'the registers of this CPU are not in the dump';
const noSavedStack = 'where the saved stack pointer lies in task_struct is not known, or it is not in the dump';

/** Tasks that are looked at to learn how a kernel makes its frames. */
const framesToLearnFrom = 64;

function s390xUnwinders({ memory, names: symbols, layout, list, cpus }: KernelTasks): Unwinders {
  const stackBytes = BigInt(layout?.stackBytes ?? 0);
  const sleepers = list.tasks
    .filter(({ address, stack }) => stack !== undefined && !cpus.some(({ current }) => current === address))
    .slice(0, framesToLearnFrom)
    .flatMap((task) => {
      const stackPointer = savedWord(memory, layout, task, 'savedStack');
      const { stack: start = 0n } = task;
      return stackPointer === undefined ? [] : [{ stackPointer, stack: { name: 'kernel stack', start, end: start + stackBytes } }];
    });
  const frames = frameLayoutOf(memory, sleepers);
  return {
    running(cpu, stacks) {
      if (cpu.psw === undefined || cpu.gprs === undefined) return broken(noRegisters);
      const start: S390xStart = {
        pswMask: BigInt(cpu.psw.mask),
        pswAddress: BigInt(cpu.psw.address),
        link: BigInt(cpu.gprs[14] ?? '0x0'),
        stackPointer: BigInt(cpu.gprs[15] ?? '0x0'),
      };
      return unwindS390x({ memory, symbols, stacks, frames }, start);
    },
    sleeping(task, stacks) {
      const stackPointer = savedWord(memory, layout, task, 'savedStack');
      return stackPointer === undefined ? broken(noSavedStack) : unwindS390x({ memory, symbols, stacks, frames }, { stackPointer });
    },
  };
}

function aarch64Unwinders({ kernel, memory, names: symbols, layout }: KernelTasks): Unwinders {
  const mask = kernel.vmcoreinfo?.entries.get('NUMBER(KERNELPACMASK)') ?? '';
  const authenticationMask = /^0x[0-9a-f]{1,16}$/i.test(mask) ? BigInt(mask) : 0n;
  return {
    running(cpu, stacks) {
      const { pc, x29, x30 } = cpu.registers ?? {};
      if (pc === undefined || x29 === undefined || x30 === undefined) return broken(noRegisters);
      return unwindAarch64({ memory, symbols, stacks, authenticationMask }, { pc: BigInt(pc), framePointer: BigInt(x29), link: BigInt(x30) });
    },
    sleeping(task, stacks) {
      const pc = savedWord(memory, layout, task, 'savedPc');
      const framePointer = savedWord(memory, layout, task, 'savedFrame');
      return pc === undefined || framePointer === undefined
        ? broken(noSavedStack)
        : unwindAarch64({ memory, symbols, stacks, authenticationMask }, { pc, framePointer });
    },
  };
}

/** By the ORC tables; without them the top is known, and the rest can be guessed. */
function x86Unwinders(tasks: KernelTasks, guess: boolean): Unwinders {
  const { memory, names: symbols, layout } = tasks;
  const tables = x86Tables(tasks);
  const types = tasks.types?.types;
  const why = typeof tables === 'string' ? tables : '';
  const unwinder = (stacks: readonly StackRange[]): X86Unwinder | undefined =>
    types === undefined || typeof tables === 'string' ? undefined : { memory, symbols, types, tables, stacks };
  /** What a chain that cannot be followed leaves open, where that is asked for. */
  const withGuesses = (trace: Trace, stacks: readonly StackRange[], from: bigint | undefined): Trace => {
    if (!guess || (trace.end !== 'broken' && trace.end !== 'partial')) return trace;
    const last = trace.frames.findLast(({ stackPointer }) => stackPointer !== undefined)?.stackPointer;
    const pointer = last === undefined ? from : last + 8n;
    const stack = pointer === undefined ? undefined : stackOf(stacks, pointer);
    const guesses = stack === undefined || pointer === undefined ? [] : guessFrames(memory, symbols, stack, pointer);
    return { ...trace, frames: [...trace.frames, ...guesses], detail: `${trace.detail}; addresses of code that lie on the stack are guesses` };
  };
  return {
    running(cpu, stacks) {
      const { rip, rsp } = cpu.registers ?? {};
      if (rip === undefined) return broken(noRegisters);
      const running: Frame = { kind: 'running', address: BigInt(rip) };
      if (BigInt(rip) >> 63n === 0n) return { frames: [running], end: 'entered-from-user', detail: 'the CPU runs user code' };
      const orc = unwinder(stacks);
      const trace = orc === undefined ? undefined : unwindX86Cpu(orc, x86Registers(cpu));
      const partial: Trace = { frames: [running], end: 'partial', detail: `the frames below are not known: ${orc === undefined ? why : noRegisters}` };
      return withGuesses(trace ?? partial, stacks, rsp === undefined ? undefined : BigInt(rsp));
    },
    sleeping(task, stacks) {
      const pointer = savedWord(memory, layout, task, 'savedStack');
      if (pointer === undefined) return broken(noSavedStack);
      const orc = unwinder(stacks);
      const trace: Trace = orc === undefined ? { frames: [], end: 'partial', detail: `the frames are not known: ${why}` } : unwindX86Task(orc, pointer);
      return withGuesses(trace, stacks, pointer);
    },
  };
}

function x86Tables({ memory, symbols, types, noTypes, kernel }: KernelTasks): OrcTables | string {
  if (types === undefined) return `types are needed for the ORC tables: ${noTypes}`;
  if (symbols === undefined) return 'no symbols lead to the ORC tables';
  const { modules } = kernel;
  return orcTables(memory, symbols, types.types, typeof modules === 'string' ? [] : modules.list.modules);
}

/** "rax" is ax in struct pt_regs, r8 is r8. */
const x86Registers = (cpu: CpuJson): X86Registers =>
  Object.fromEntries(
    Object.entries(cpu.registers ?? {}).flatMap(([name, value]) =>
      /^r(?:\d+|[abcd]x|[sd]i|[sb]p|ip)$/.test(name) ? [[/^r\d/.test(name) ? name : name.slice(1), BigInt(value)]] : [],
    ),
  );

function savedWord(memory: KernelMemory, layout: TaskLayout | undefined, task: KernelTask, member: TaskMember): bigint | undefined {
  const offset = layout?.offsets[member];
  return offset === undefined ? undefined : memory.pointer(task.address + BigInt(offset));
}

function unwindersOf(tasks: KernelTasks, guess: boolean): Unwinders {
  const { arch } = tasks.memory;
  switch (arch) {
    case 's390x':
      return s390xUnwinders(tasks);
    case 'aarch64':
      return aarch64Unwinders(tasks);
    case 'x86_64':
      return x86Unwinders(tasks, guess);
    case 'ppc64':
    case 'ppc64le': {
      const trace = broken(`stacks of ${arch} are not followed`);
      return { running: () => trace, sleeping: () => trace };
    }
  }
}

interface Tracer {
  readonly tasks: KernelTasks;
  readonly unwinders: Unwinders;
}

/** The stack that a CPU's stack pointer lies in, where its task is not known: every kernel stack has the magic number at its bottom. */
function withMarkedStack(stacks: readonly StackRange[], { cpu }: CpuContext, memory: KernelMemory, stackBytes: number): readonly StackRange[] {
  const text = cpu.gprs?.[15] ?? cpu.registers?.sp ?? cpu.registers?.rsp;
  if (text === undefined || stackBytes === 0 || stackOf(stacks, BigInt(text)) !== undefined) return stacks;
  const start = BigInt(text) - (BigInt(text) % BigInt(stackBytes));
  return memory.u64(start) === stackEndMagic ? [...stacks, { name: 'kernel stack', start, end: start + BigInt(stackBytes) }] : stacks;
}

function traceCpu({ tasks, unwinders }: Tracer, context: CpuContext): TraceJson {
  const task = tasks.list.tasks.find(({ address }) => address === context.current);
  const stackBytes = tasks.layout?.stackBytes ?? 0;
  const stacks = withMarkedStack(withTaskStack(context.stacks, task, stackBytes), context, tasks.memory, stackBytes);
  return traceJson(unwinders.running(context.cpu, stacks), tasks.names, context, task);
}

function traceTask(tracer: Tracer, task: KernelTask): TraceJson {
  const { tasks, unwinders } = tracer;
  const running = tasks.cpus.find(({ current }) => current === task.address);
  // The saved stack pointer of a running task is from its last switch.
  if (running !== undefined) return traceCpu(tracer, running);
  const { layout } = tasks;
  const give = (trace: Trace): TraceJson => traceJson(trace, tasks.names, undefined, task);
  if (layout === undefined || task.stack === undefined) return give(broken('the task has no kernel stack any more, or its address is not known'));
  const unknown = tasks.cpus.find(({ current }) => current === undefined);
  if (unknown !== undefined && (task.kind === 'idle' || task.state === undefined || task.state.letter === 'R'))
    return give(broken(`the task may have run on CPU ${unknown.number}, whose task is not known; then what it saved is from an earlier switch`));
  if (task.onCpu === true) return give(broken('the task runs on a CPU whose registers cannot be told apart; what it saved is from its last switch'));
  return give(unwinders.sleeping(task, withTaskStack([], task, layout.stackBytes)));
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

const named = new WeakMap<KernelTasks, SymbolTable>();

/** With those of modules that have to be searched for; the table is made once. */
function namesFor(tasks: KernelTasks): SymbolTable | undefined {
  const known = named.get(tasks);
  if (known !== undefined) return known;
  const table = namesOf(tasks.kernel, true);
  if ('why' in table) return undefined;
  named.set(tasks, table);
  return table;
}

/**
 * Backtraces of one CPU, one task, or of every CPU.
 * @throws DumpError absent when there is no such CPU or task; Cancelled
 */
export async function describeBacktrace(session: Session, request: BacktraceRequest, signal: AbortSignal): Promise<BacktraceJson> {
  const tasks = await kernelTasks(session, signal);
  return tracesOf(session, { ...tasks, names: namesFor(tasks) }, request);
}

/** @throws DumpError absent when there is no such CPU or task among these */
export function tracesOf(session: Session, tasks: KernelTasks, request: BacktraceRequest): BacktraceJson {
  const missing: Missing[] = [];
  const search = tasks.kernel.symbols;
  if (!search.found) missing.push({ what: 'names of functions', why: search.why });
  if (tasks.list.tasks.length === 0) missing.push(...tasks.missing);
  const traces = wanted(session, { tasks, unwinders: unwindersOf(tasks, request.guess === true) }, request);
  if (search.found && traces.some(({ frames }) => frames.some(({ symbol }) => symbol === undefined))) missing.push(...tasks.kernel.moduleSymbols.missing);
  return { schema: schemaVersion, numbering: cpuNumbering(session.cpuSet.cpus), traces: [...traces], missing };
}
