/** How stacks of x86_64 are followed: by the ORC tables; without them the top is known, and the rest can be guessed. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { failed, isFailure, type Result, valueOf } from '../../../shared/result.ts';
import {
  contradictedMode,
  noRegisters,
  noSavedStack,
  noTrace,
  stackOf,
  type Frame,
  type StackRange,
  type Trace,
  type UnwindContext,
  type Unwinders,
} from '../backtrace.ts';
import { orcTables, type OrcTables } from './orc-tables.ts';
import { isNarrow } from './cpus.ts';
import { guessFrames } from './stack-guess.ts';
import { isX86User } from './user-code.ts';
import { unwindX86Cpu, unwindX86Task, type X86Registers, type X86Unwinder } from './unwind.ts';

function tablesOf({ memory, symbols, types, noTypes, modules }: UnwindContext): Result<OrcTables> {
  if (types === undefined) return failed('ORC tables', `types are needed for the ORC tables: ${noTypes}`);
  if (symbols === undefined) return failed('ORC tables', 'no symbols lead to the ORC tables');
  return orcTables(memory, symbols, types, modules());
}

/** "rax" is ax in struct pt_regs, r8 is r8. */
const registersOf = (cpu: CpuJson): X86Registers =>
  Object.fromEntries(
    Object.entries(cpu.registers ?? {}).flatMap(([name, value]) =>
      /^r(?:\d+|[abcd]x|[sd]i|[sb]p|ip)$/.test(name) ? [[/^r\d/.test(name) ? name : name.slice(1), BigInt(value)]] : [],
    ),
  );

export function x86Unwinders(context: UnwindContext): Unwinders {
  const { memory, names: symbols, types, guess, traced } = context;
  const found = tablesOf(context);
  const tables = valueOf(found);
  const why = isFailure(found) ? found.missing.why : '';
  const unwinder = (stacks: readonly StackRange[], task: bigint | undefined): X86Unwinder | undefined =>
    types === undefined || tables === undefined ? undefined : { memory, symbols, types, tables, stacks, traced: traced(task) };
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
    running(cpu, stacks, task) {
      const { rip, rsp } = cpu.registers ?? {};
      if (isNarrow(cpu)) return noTrace('the CPU was outside 64-bit mode (firmware, a boot loader or a 32-bit kernel): stacks of such code are not followed');
      if (rip === undefined) return noTrace(noRegisters);
      const running: Frame = { kind: 'running', address: BigInt(rip) };
      // User code may be at a kernel address (vsyscall), but not on a kernel's stack.
      if (isX86User(cpu) === true && BigInt(rip) >> 63n === 1n && BigInt(rsp ?? '0x0') >> 63n === 1n)
        return { frames: [running], end: 'broken', detail: contradictedMode('CS') };
      if (isX86User(cpu) ?? BigInt(rip) >> 63n === 0n) return { frames: [running], end: 'entered-from-user', detail: 'the CPU runs user code' };
      const orc = unwinder(stacks, task);
      const trace = orc === undefined ? undefined : unwindX86Cpu(orc, registersOf(cpu));
      const partial: Trace = { frames: [running], end: 'partial', detail: `the frames below are not known: ${orc === undefined ? why : noRegisters}` };
      return withGuesses(trace ?? partial, stacks, rsp === undefined ? undefined : BigInt(rsp));
    },
    sleeping({ savedStack }, stacks, task) {
      if (savedStack === undefined) return noTrace(noSavedStack);
      const orc = unwinder(stacks, task);
      const trace: Trace = orc === undefined ? { frames: [], end: 'partial', detail: `the frames are not known: ${why}` } : unwindX86Task(orc, savedStack);
      return withGuesses(trace, stacks, savedStack);
    },
  };
}
