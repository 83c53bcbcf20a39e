/** What the kernel keeps about each CPU: the task that occupied it, the stacks it may use, where its per-CPU data lies. */
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { RunningTask } from '../../arch/architecture.ts';
import { architectures } from '../../arch/index.ts';
import type { LowcoreKernel } from '../../arch/s390x/lowcore/fields.ts';
import { lowcoreValue } from '../../arch/s390x/lowcore/layouts.ts';
import type { StackRange } from '../../arch/backtrace.ts';
import { offsetOf } from '../../kernel/btf/type-layout.ts';
import type { KernelTypes } from '../../kernel/btf/find-types.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { soleAddress, type SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { lowcoreChoiceAt } from '../machine/lowcore.ts';
import type { Session } from '../session/session.ts';

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

export interface CpuContexts {
  readonly cpus: readonly CpuContext[];
  /** Bytes of a kernel stack, where lowcores tell. */
  readonly stackBytes?: number;
  readonly lowcoreKernel?: LowcoreKernel;
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

function s390xCpus(session: Session): CpuContexts {
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
  const kernel = lowcores.find((one) => one !== undefined)?.kernel;
  return { cpus: contexts, stackBytes, ...(kernel === undefined ? {} : { lowcoreKernel: kernel }) };
}

/** Where the per-CPU pointer to the running task lies. */
function runningVariable(running: RunningTask, symbols: SymbolTable, types: KernelTypes | undefined): bigint | undefined {
  if (running.in === 'lowcore') return undefined;
  for (const { symbol, member } of running.variables) {
    const variable = soleAddress(symbols, symbol);
    const offset = member === undefined ? 0 : types === undefined ? undefined : offsetOf(types.types, ...member);
    if (variable !== undefined && offset !== undefined) return variable + BigInt(offset);
  }
  return undefined;
}

/** Other machines: __per_cpu_offset by CPU number, which is the position in the dump. */
function otherCpus(session: Session, { memory, symbols }: Kernel, types: KernelTypes | undefined): CpuContexts {
  const table = symbols.found ? soleAddress(symbols.symbols, '__per_cpu_offset') : undefined;
  const variable = symbols.found ? runningVariable(architectures[memory.arch].tasks.running, symbols.symbols, types) : undefined;
  return {
    cpus: session.cpuSet.cpus.map((cpu): CpuContext => {
      const perCpuOffset = table === undefined ? undefined : memory.pointer(table + BigInt(cpu.id * 8));
      const current = variable === undefined || perCpuOffset === undefined ? undefined : nonZero(memory.pointer(BigInt.asUintN(64, variable + perCpuOffset)));
      return { cpu, number: cpu.id, stacks: [], ...(current === undefined ? {} : { current }), ...(perCpuOffset === undefined ? {} : { perCpuOffset }) };
    }),
  };
}

export const cpuContexts = (session: Session, kernel: Kernel, types: KernelTypes | undefined): CpuContexts =>
  architectures[session.image.machine.arch].tasks.running.in === 'lowcore' ? s390xCpus(session) : otherCpus(session, kernel, types);
