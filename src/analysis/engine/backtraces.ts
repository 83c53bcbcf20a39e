/** Backtraces of CPUs and tasks, symbolised. */
import { cpuNumbering } from '../../shared/cpu-registers.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { BacktraceJson, FrameJson, Missing, TraceJson } from '../../shared/task-model.ts';
import { hex } from '../../shared/units.ts';
import { functionOf, type Frame, type StackRange, type Trace } from '../kernel/backtrace.ts';
import { unwindS390x, type S390xStart } from '../kernel/backtrace-s390x.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { KernelTask } from '../kernel/tasks.ts';
import { kernelTasks, symbolsOf, type CpuContext, type KernelTasks } from './kernel-tasks.ts';
import { selectCpu } from './select-cpu.ts';
import type { Session } from './session.ts';

export interface BacktraceRequest {
  readonly cpu?: number | undefined;
  readonly pid?: number | undefined;
  readonly task?: bigint | undefined;
  /** Tasks that run on no CPU too. */
  readonly all?: boolean | undefined;
}

function frameJson(frame: Frame, symbols: SymbolTable | undefined): FrameJson {
  const found = functionOf(symbols, frame.address, frame.kind === 'return' || frame.kind === 'link');
  return {
    kind: frame.kind,
    address: hex(frame.address),
    ...(found === undefined ? {} : { symbol: `${found.name}+${hex(frame.address - found.start)}` }),
    ...(frame.stackPointer === undefined ? {} : { stackPointer: hex(frame.stackPointer) }),
    ...(frame.stack === undefined ? {} : { stack: frame.stack }),
  };
}

function traceJson(trace: Trace, symbols: SymbolTable | undefined, cpu: CpuContext | undefined, task: KernelTask | undefined): TraceJson {
  const { user } = trace;
  return {
    ...(cpu === undefined ? {} : { cpu: cpu.number }),
    ...(task === undefined ? {} : { task: { address: hex(task.address), comm: task.comm, ...(task.pid === undefined ? {} : { pid: task.pid }) } }),
    frames: trace.frames.map((frame) => frameJson(frame, symbols)),
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

function traceCpu(session: Session, tasks: KernelTasks, context: CpuContext): TraceJson {
  const symbols = symbolsOf(session);
  const { memory } = session.kernel;
  const { cpu } = context;
  const task = tasks.list.tasks.find(({ address }) => address === context.current);
  if (memory.arch !== 's390x') return traceJson(broken(`backtraces of ${memory.arch} are not made yet`), symbols, context, task);
  if (cpu.psw === undefined || cpu.gprs === undefined) return traceJson(broken('the registers of this CPU are not in the dump'), symbols, context, task);
  const start: S390xStart = {
    pswMask: BigInt(cpu.psw.mask),
    pswAddress: BigInt(cpu.psw.address),
    link: BigInt(cpu.gprs[14] ?? '0x0'),
    stackPointer: BigInt(cpu.gprs[15] ?? '0x0'),
  };
  const stacks = withTaskStack(context.stacks, task, tasks.layout?.stackBytes ?? 0);
  return traceJson(unwindS390x({ memory, symbols, stacks }, start), symbols, context, task);
}

function traceTask(session: Session, tasks: KernelTasks, task: KernelTask): TraceJson {
  const running = tasks.cpus.find(({ current }) => current === task.address);
  // The saved stack pointer of a running task is from its last switch.
  if (running !== undefined) return traceCpu(session, tasks, running);
  const symbols = symbolsOf(session);
  const { memory } = session.kernel;
  const { layout } = tasks;
  const give = (trace: Trace): TraceJson => traceJson(trace, symbols, undefined, task);
  if (layout?.offsets.savedStack === undefined) return give(broken('where the saved stack pointer lies in task_struct is not known'));
  if (task.stack === undefined) return give(broken('the task has no kernel stack any more, or its address is not known'));
  const stackPointer = memory.pointer(task.address + BigInt(layout.offsets.savedStack));
  if (stackPointer === undefined) return give(broken('the saved stack pointer is not in the dump'));
  return give(unwindS390x({ memory, symbols, stacks: withTaskStack([], task, layout.stackBytes) }, { stackPointer }));
}

function wanted(session: Session, tasks: KernelTasks, request: BacktraceRequest): readonly TraceJson[] {
  if (request.cpu !== undefined) {
    const { id } = selectCpu(session, request.cpu);
    const context = tasks.cpus.find(({ cpu }) => cpu.id === id);
    return context === undefined ? [] : [traceCpu(session, tasks, context)];
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
    return found.map((one) => traceTask(session, tasks, one));
  }
  const ofCpus = tasks.cpus.map((context) => traceCpu(session, tasks, context));
  if (request.all !== true) return ofCpus;
  const running = new Set(tasks.cpus.map(({ current }) => current));
  return [...ofCpus, ...tasks.list.tasks.filter(({ address }) => !running.has(address)).map((task) => traceTask(session, tasks, task))];
}

/**
 * Backtraces of one CPU, one task, or of every CPU.
 * @throws DumpError absent when there is no such CPU or task
 */
export function describeBacktrace(session: Session, request: BacktraceRequest): BacktraceJson {
  const tasks = kernelTasks(session);
  const missing: Missing[] = [];
  const search = session.kernel.symbols;
  if (!search.found) missing.push({ what: 'names of functions', why: search.why });
  if (tasks.list.tasks.length === 0) missing.push(...tasks.missing);
  return { schema: schemaVersion, numbering: cpuNumbering(session.cpuSet.cpus), traces: [...wanted(session, tasks, request)], missing };
}
