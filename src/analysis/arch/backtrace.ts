/** What a backtrace is, and what an unwinder works with, on any architecture. */
import type { CpuJson } from '../../shared/cpu-model.ts';
import { defined } from '../../shared/defined.ts';
import type { KernelBytes, KernelNames, StructTypes } from './kernel-view.ts';
import type { VmcoreinfoValues } from './vmcoreinfo-values.ts';

/** A tracer's trampoline that lies in the place of a return address: where the call really returns to, or why that is not known. */
export type TracedReturn = { readonly trampoline: string } & ({ readonly returnsTo: bigint } | { readonly hides: string });

/** Sees through the trampolines of tracers, for one trace from its innermost frame on. */
export interface TracedReturns {
  /**
   * @param place what the tracer's entry has with it: the address of the word that held the return address (x86_64), the caller's stack pointer
   *   (s390x) or frame pointer (aarch64)
   * @param callee address in the function that returns there
   * @returns undefined where the address is not a trampoline's
   */
  at(address: bigint, place: bigint, callee: bigint): TracedReturn | undefined;
}

export interface Frame {
  /**
   * running: where the CPU is · link: the caller, from the link register of a function that has no frame of its own · return: a return
   * address on the stack · interrupted: where an interruption or a restart stopped the code below · guess: code address that lies on the stack, perhaps from an earlier call.
   */
  readonly kind: 'running' | 'link' | 'return' | 'interrupted' | 'guess';
  /** Instruction, or where the call returns to. */
  readonly address: bigint;
  /** Frame that the address was read from. */
  readonly stackPointer?: bigint;
  /** Which stack that frame lies in. */
  readonly stack?: string;
  /** A tracer had replaced the return address: `address` is what it replaced, or the trampoline's where that is not known. */
  readonly tracer?: TracedReturn;
}

/** A frame by the return address that lies there, seen through a tracer's trampoline. */
export const tracedFrame = (frame: Frame, tracer: TracedReturn | undefined): Frame =>
  tracer === undefined ? frame : { ...frame, address: 'returnsTo' in tracer ? tracer.returnsTo : frame.address, tracer };

export interface SavedRegisters {
  readonly pswMask?: bigint;
  readonly address: bigint;
  readonly registers: Readonly<Record<string, bigint>>;
}

export interface Trace {
  readonly frames: readonly Frame[];
  /** entered-from-user: the chain led to user space · complete: to the first frame of the stack · broken: neither · partial: more is there, but this architecture's unwinder is missing · no-registers: of a CPU whose registers the dump has not. */
  readonly end: 'entered-from-user' | 'complete' | 'broken' | 'partial' | 'no-registers';
  /** Where and why it ended, in words. */
  readonly detail: string;
  /** Registers of user space, where the chain leads there. */
  readonly user?: SavedRegisters;
}

/** A stack that frames may lie in: half open. */
export interface StackRange {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
}

/** The first frame of a stack is at its end, after no more than saved registers: 0x18 to 0x168 bytes in kernels of 5.10 to 7.2. */
const mostBehindFirstFrame = 0x1a0n;

/** Whether a chain can end at a frame because nothing was before it: elsewhere its link was overwritten. */
export const isFirstFrame = (stack: StackRange, frame: bigint): boolean => stack.end - frame <= mostBehindFirstFrame;

export const stackOf = (stacks: readonly StackRange[], address: bigint): StackRange | undefined =>
  stacks.find(({ start, end }) => address >= start && address < end);

/** Frames beyond this are damage: a kernel stack of 64 KiB has room for 400. */
export const maxFrames = 512;

/** The function that an address belongs to. A call may be the last instruction of a function, so a return address counts as the byte before it. */
export function functionOf(
  symbols: KernelNames | undefined,
  address: bigint,
  isReturn: boolean,
): { readonly name: string; readonly start: bigint; readonly module?: string } | undefined {
  const at = isReturn ? address - 1n : address;
  const found = symbols?.at(at);
  // Marks of the linker script (arch/*/kernel/vmlinux.lds.S) begin no function: what lies after one is a gap.
  return found === undefined || /^(_etext|__\w*text_end)$/.test(found.name)
    ? undefined
    : { name: found.name, start: at - BigInt(found.offset), ...defined({ module: found.module }) };
}

/** What a task that gave up its CPU keeps in its task_struct, as far as it is known. */
export interface SavedState {
  readonly savedStack?: bigint | undefined;
  readonly savedFrame?: bigint | undefined;
  readonly savedPc?: bigint | undefined;
}

export interface UnwindContext {
  readonly memory: KernelBytes;
  /** The kernel's own names: in them a variable is distinguished from a module's of the same name. */
  readonly symbols: KernelNames | undefined;
  /** With those of modules: what addresses are called. */
  readonly names: KernelNames | undefined;
  readonly types: StructTypes | undefined;
  /** Why there are no types. */
  readonly noTypes: string;
  readonly modules: () => readonly { readonly name: string; readonly address: bigint }[];
  readonly vmcoreinfo: VmcoreinfoValues | undefined;
  /** Some of the tasks that sleep: from their stacks an unwinder may learn how this kernel makes frames. */
  readonly sleepers: () => readonly { readonly stack: StackRange; readonly stackPointer: bigint }[];
  /** What tracers hold of the return addresses of a task; without a task their trampolines are known by name alone. */
  readonly traced: (task: bigint | undefined) => TracedReturns;
  /** Whether addresses of code on a stack that cannot be followed are wanted, marked as guesses. */
  readonly guess: boolean;
}

/** How to follow stacks on one machine. Nothing here throws; what cannot be followed ends with the reason. */
export interface Unwinders {
  readonly running: (cpu: CpuJson, stacks: readonly StackRange[], task: bigint | undefined) => Trace;
  readonly sleeping: (saved: SavedState, stacks: readonly StackRange[], task: bigint) => Trace;
}

/** A trace that cannot begin. */
export const noTrace = (detail: string): Trace => ({ frames: [], end: 'broken', detail });
export const noRegisters = 'the registers of this CPU are not in the dump';
export const noSavedStack = 'the offset of the saved stack pointer in task_struct is not known, or it is not in the dump';

/** @param register that tells user code from the kernel's */
export const contradictedMode = (register: string): string =>
  `${register} says that the CPU ran user code, its instruction and its stack say that it ran the kernel's: one of them was changed, and which cannot be determined`;
