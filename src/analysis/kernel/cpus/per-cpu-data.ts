/** What the kernel keeps about each of its CPUs in per-CPU variables (include/linux/percpu.h): its task, its stacks, the registers that it saved. */
import type { PerCpuVariable } from '../../arch/architecture.ts';
import type { StackRange } from '../../arch/backtrace.ts';
import { architectures } from '../../arch/index.ts';
import type { StructTypes } from '../../arch/kernel-view.ts';
import { defined } from '../../../shared/defined.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { PerCpuArea } from '../object/containers/per-cpu.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';
import type { CpuMasks } from './cpu-masks.ts';
import { crashNotesOf, type CrashNote } from './crash-notes.ts';

export interface KernelCpu {
  /** Linux CPU number. */
  readonly number: number;
  /** Added to the address of a per-CPU variable. */
  readonly perCpuOffset: bigint | undefined;
  /** task_struct that its scheduler runs. */
  readonly current: bigint | undefined;
  /** Stack of that task, and those that interrupts and exceptions are taken on. */
  readonly stacks: readonly StackRange[];
  readonly note: CrashNote | undefined;
  /** What the register that leads to per-CPU data holds in the kernel. */
  readonly base: bigint | undefined;
}

export interface KernelParts {
  readonly memory: KernelMemory;
  readonly symbols: SymbolTable;
  readonly types: StructTypes | undefined;
  readonly masks: CpuMasks | undefined;
}

/** THREAD_SIZE without types: 16 KiB on x86_64 and aarch64 without KASAN. */
const usualStack = 0x4000;
const maxStack = 0x40000;
/** Tried where the masks do not say how many there are. */
const mostUnknown = 512;

const nonZero = (value: bigint | undefined): bigint | undefined => (value === 0n ? undefined : value);

/** Address of a per-CPU variable, still without a CPU's offset; the first of several that the kernel has. */
export function perCpuVariable(variables: readonly PerCpuVariable[], symbols: SymbolTable, types: StructTypes | undefined): bigint | undefined {
  for (const { symbol, member } of variables) {
    const variable = soleAddress(symbols, symbol);
    const offset = member === undefined ? 0 : types?.offset(...member);
    if (variable !== undefined && offset !== undefined) return variable + BigInt(offset);
  }
  return undefined;
}

/** Bytes of a task's stack. */
function stackBytesOf(types: StructTypes | undefined): number {
  const size = types?.size('thread_union');
  return size === undefined || size < 0x1000 || size > maxStack || (size & (size - 1)) !== 0 ? usualStack : size;
}

/** __per_cpu_offset: an array by CPU number; numbers that may exist, or as far as it makes sense. */
function* offsets({
  memory,
  symbols,
  masks,
}: Pick<KernelParts, 'memory' | 'symbols' | 'masks'>): Generator<readonly [number: number, offset: bigint | undefined]> {
  const table = soleAddress(symbols, '__per_cpu_offset');
  if (table === undefined) return;
  const at = (number: number): bigint | undefined => memory.pointer(table + BigInt(number * memory.pointerBytes));
  if (masks !== undefined) {
    for (const number of masks.possible) yield [number, at(number)];
    return;
  }
  // Unused slots hold what the first one held before there were areas: the same for all.
  const seen = new Set<bigint>();
  for (let number = 0; number < mostUnknown; number += 1) {
    const offset = at(number);
    if (offset === undefined || seen.has(offset)) return;
    seen.add(offset);
    yield [number, offset];
  }
}

/** Where the per-CPU data of each CPU that may exist lies: those that are offline have counted too. None where no symbol leads to it. */
export const perCpuAreas = (parts: Pick<KernelParts, 'memory' | 'symbols' | 'masks'>): readonly PerCpuArea[] =>
  [...offsets(parts)].map(([number, perCpuOffset]) => ({ number, ...defined({ perCpuOffset }) }));

/** Every CPU that the kernel may have; none where no symbol leads to per-CPU data. */
export function perCpuData(parts: KernelParts): readonly KernelCpu[] {
  const { memory, symbols, types } = parts;
  const { running, stackTop, stacks, base } = architectures[memory.arch].tasks;
  const current = running.in === 'lowcore' ? undefined : perCpuVariable(running.variables, symbols, types);
  const top = perCpuVariable(stackTop, symbols, types);
  const taskStack = types?.offset('task_struct', 'stack');
  const taskBytes = stackBytesOf(types);
  const noteOf = crashNotesOf(memory, symbols);
  const bases = base === undefined ? undefined : soleAddress(symbols, base.table);
  const firstBase = bases === undefined || base?.isPointer !== true ? bases : memory.pointer(bases);
  const others = stacks.flatMap(({ variables, ...stack }) => {
    const variable = perCpuVariable(variables, symbols, types);
    return variable === undefined ? [] : [{ ...stack, variable }];
  });
  return [...offsets(parts)].map(([number, perCpuOffset]): KernelCpu => {
    const pointer = (variable: bigint | undefined): bigint | undefined =>
      variable === undefined || perCpuOffset === undefined ? undefined : nonZero(memory.pointer(BigInt.asUintN(64, variable + perCpuOffset)));
    const task = pointer(current);
    const end = pointer(top);
    const start =
      end === undefined
        ? task === undefined || taskStack === undefined
          ? undefined
          : nonZero(memory.pointer(task + BigInt(taskStack)))
        : ((end - 1n) / BigInt(taskBytes)) * BigInt(taskBytes);
    const ranges: StackRange[] = start === undefined ? [] : [{ name: 'kernel stack', start, end: start + BigInt(taskBytes) }];
    for (const { name, variable, points, bytes } of others) {
      const size = bytes === 'task' ? taskBytes : typeof bytes === 'number' ? bytes : types?.size(bytes.struct);
      const found = points === 'is' ? (perCpuOffset === undefined ? undefined : BigInt.asUintN(64, variable + perCpuOffset)) : pointer(variable);
      if (size === undefined || found === undefined || found % 8n !== 0n) continue;
      // A pointer to the top of a stack leaves room for a word.
      const from = points === 'top' ? found + 8n - BigInt(size) : found;
      ranges.push({ name, start: from, end: from + BigInt(size) });
    }
    return {
      number,
      perCpuOffset,
      current: task,
      stacks: ranges,
      note: perCpuOffset === undefined ? undefined : noteOf(perCpuOffset),
      base: base === undefined ? undefined : firstBase === undefined ? undefined : memory.pointer(firstBase + BigInt(number * memory.pointerBytes)),
    };
  });
}
