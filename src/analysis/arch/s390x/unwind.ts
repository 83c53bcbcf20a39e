/**
 * Backtraces on s390x by the back chain (lowcore.md section 8; Linux arch/s390/kernel/stacktrace.c, unwind_bc.c). A frame at `sp` of a
 * packed stack holds at sp+136 where the function that its owner called returns to, at sp+152 the frame before it; without
 * CONFIG_PACK_STACK these are sp+112 and sp (struct stack_frame of asm/stacktrace.h). A chain that ends with 0 has a struct pt_regs at sp+160.
 */
import { hex } from '../../../shared/units.ts';
import {
  functionOf,
  isFirstFrame,
  maxFrames,
  noRegisters,
  noSavedStack,
  noTrace,
  stackOf,
  type Frame,
  type SavedRegisters,
  type StackRange,
  type Trace,
  type UnwindContext,
  type Unwinders,
} from '../backtrace.ts';
import type { KernelBytes, KernelNames } from '../kernel-view.ts';

/** Where a frame holds the return address and the frame before it. */
export interface FrameLayout {
  readonly returnSlot: bigint;
  readonly chainSlot: bigint;
}

const packed: FrameLayout = { returnSlot: 136n, chainSlot: 152n };
const unpacked: FrameLayout = { returnSlot: 112n, chainSlot: 0n };
const ptRegs = 160n;
/** As far as they are read. The whole has 184 bytes in 5.10 and 200 in 6.1, and ends where the stack ends. */
const ptRegsBytes = 152n;
const pswAt = 8n;
const gprsAt = 24n;
const problemState = 1n << 48n;
/** Both addressing-mode bits: 64-bit code. */
const mode64 = 0x1_8000_0000n;

export interface S390xStart {
  /** Where to begin: registers of a CPU or of pt_regs, or the saved stack pointer of a task that gave up its CPU. */
  readonly pswMask?: bigint;
  readonly pswAddress?: bigint;
  readonly link?: bigint;
  readonly stackPointer: bigint;
}

export interface S390xUnwinder {
  readonly memory: KernelBytes;
  readonly symbols: KernelNames | undefined;
  /** Stacks that the chain may go through. */
  readonly stacks: readonly StackRange[];
  /** Packed by default. */
  readonly frames?: FrameLayout;
}

/** The frames of a sleeping task up to a chain that ends in its own stack; 0 when it does not. */
function chainLength(memory: KernelBytes, { chainSlot }: FrameLayout, stack: StackRange, stackPointer: bigint): number {
  let length = 1;
  for (let sp = stackPointer; length <= maxFrames; length += 1) {
    const next = sp % 8n === 0n && sp >= stack.start && sp < stack.end ? memory.u64(sp + chainSlot) : undefined;
    if (next === 0n) return length;
    if (next === undefined || next <= sp) return 0;
    sp = next;
  }
  return 0;
}

/** Which frames a kernel makes: those by which more of its sleeping tasks have a chain of calls that ends. */
export function frameLayoutOf(memory: KernelBytes, sleepers: readonly { readonly stack: StackRange; readonly stackPointer: bigint }[]): FrameLayout {
  const chains = (layout: FrameLayout): number => sleepers.filter(({ stack, stackPointer }) => chainLength(memory, layout, stack, stackPointer) >= 3).length;
  return chains(unpacked) > chains(packed) ? unpacked : packed;
}

/** Bytes of an instruction, from its first two bits (Principles of Operation, Instruction Formats). */
const instructionBytes = (first: number): number => (first < 0x40 ? 2 : first < 0xc0 ? 4 : 6);

const maxPrologueBytes = 64 * 1024;

/**
 * Whether a function made a frame of its own before an address: some instruction from its start on lowered r15 (aghi %r15,-n, or
 * lay/la %r15,-n(%r15)). Undefined when its code is not at hand.
 */
function hasOwnFrame(memory: KernelBytes, start: bigint, address: bigint): boolean | undefined {
  const length = Number(address - start);
  if (length < 0 || length > maxPrologueBytes) return undefined;
  const code = memory.bytes(start, length);
  if (code === undefined) return undefined;
  for (let at = 0; at < code.length;) {
    const size = instructionBytes(code[at] ?? 0);
    const [first = 0, second = 0, third = 0, , high = 0, last = 0] = code.subarray(at, at + 6);
    if (first === 0xa7 && second === 0xfb && third >= 0x80) return true;
    if (first === 0xe3 && second === 0xf0 && third >> 4 === 0xf && last === 0x71 && high >= 0x80) return true;
    at += size;
  }
  return false;
}

/** The link register names the caller only while the function has not called anybody: it made no frame, or gave it back already. */
function linkFrame({ memory, symbols, frames = packed }: S390xUnwinder, start: S390xStart): Frame | undefined {
  const { pswAddress, link, stackPointer } = start;
  if (pswAddress === undefined || link === undefined || link === 0n) return undefined;
  const here = functionOf(symbols, pswAddress, false);
  const caller = functionOf(symbols, link, true);
  if (here === undefined || caller === undefined || caller.start === here.start) return undefined;
  const own = hasOwnFrame(memory, here.start, pswAddress);
  if (own === undefined) return undefined;
  if (own && memory.u64(stackPointer + frames.returnSlot) !== link) return undefined;
  return { kind: 'link', address: link };
}

interface PtRegs extends SavedRegisters {
  readonly pswMask: bigint;
}

function readPtRegs(memory: KernelBytes, at: bigint): PtRegs | undefined {
  const bytes = memory.bytes(at, Number(ptRegsBytes));
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const registers = Object.fromEntries(Array.from({ length: 16 }, (_, one) => [`r${one}`, view.getBigUint64(Number(gprsAt) + one * 8)]));
  return { pswMask: view.getBigUint64(Number(pswAt)), address: view.getBigUint64(Number(pswAt) + 8), registers };
}

/** One stretch of chain, up to a pt_regs or the end. */
type Stretch = { readonly next: S390xStart } | Omit<Trace, 'frames'>;

function ending(unwinder: S390xUnwinder, sp: bigint, stack: StackRange, frames: Frame[]): Stretch {
  const at = sp + ptRegs;
  if (at + ptRegsBytes > stack.end) return { end: 'complete', detail: `the chain ends at ${hex(sp)}, the first frame of the ${stack.name}` };
  const regs = readPtRegs(unwinder.memory, at);
  if (regs === undefined) {
    const why = unwinder.memory.absence(at, Number(ptRegsBytes))?.detail ?? 'no bytes';
    return { end: 'broken', detail: `the registers at the end of the chain, ${hex(at)}, cannot be read: ${why}` };
  }
  const first = (trace: Stretch): Stretch =>
    isFirstFrame(stack, sp) ? trace : { end: 'broken', detail: `the back chain ends at ${hex(sp)}, in the middle of the ${stack.name}` };
  if (regs.pswMask === 0n && regs.address === 0n)
    return first({ end: 'complete', detail: `the chain ends at ${hex(sp)}, the first frame of the ${stack.name}` });
  if ((regs.pswMask & problemState) !== 0n) return first({ end: 'entered-from-user', detail: `entered from user space at ${hex(regs.address)}`, user: regs });
  if ((regs.pswMask & mode64) !== mode64) {
    return {
      end: 'broken',
      detail: `the chain ends at ${hex(sp)}, and the PSW behind it, ${hex(regs.pswMask)} ${hex(regs.address)}, is none of a 64-bit kernel`,
    };
  }
  const stackPointer = regs.registers.r15 ?? 0n;
  if (stackPointer === 0n) return first({ end: 'complete', detail: `the chain ends at ${hex(sp)}, the first frame of a kernel thread` });
  frames.push({ kind: 'interrupted', address: regs.address, stackPointer: at, stack: stack.name });
  return { next: { pswMask: regs.pswMask, pswAddress: regs.address, link: regs.registers.r14 ?? 0n, stackPointer } };
}

function stretch(unwinder: S390xUnwinder, start: S390xStart, frames: Frame[], seen: Set<bigint>): Stretch {
  const { memory, stacks } = unwinder;
  const { returnSlot, chainSlot } = unwinder.frames ?? packed;
  const isRunning = start.pswAddress !== undefined;
  let sp = start.stackPointer;
  let stack = stackOf(stacks, sp);
  if (stack === undefined)
    return {
      end: 'broken',
      detail: `the stack pointer ${hex(sp)} is in no known stack${stacks.length === 0 ? '' : ` (${stacks.map(({ name }) => name).join(', ')})`}`,
    };
  // What the youngest function's frame holds at the return slot is left from an earlier call, unless it gave up the CPU in one.
  let slotHolds = !isRunning;
  for (;;) {
    if (seen.has(sp)) return { end: 'broken', detail: `the back chain leads to ${hex(sp)} a second time` };
    if (sp % 8n !== 0n) return { end: 'broken', detail: `the back chain leads to ${hex(sp)}, which is no frame` };
    if (frames.length >= maxFrames) return { end: 'broken', detail: `more than ${maxFrames} frames` };
    seen.add(sp);
    const slot = memory.u64(sp + returnSlot);
    const next = memory.u64(sp + chainSlot);
    if (slot === undefined || next === undefined)
      return {
        end: 'broken',
        detail: `the frame at ${hex(sp)} cannot be read: ${(memory.absence(sp + returnSlot, 8) ?? memory.absence(sp + chainSlot, 8))?.detail ?? 'no bytes'}`,
      };
    if (slotHolds) frames.push({ kind: 'return', address: slot, stackPointer: sp, stack: stack.name });
    if (next === 0n) return ending(unwinder, sp, stack, frames);
    const nextStack = stackOf(stacks, next);
    if (nextStack === undefined) return { end: 'broken', detail: `the back chain at ${hex(sp + chainSlot)} leads to ${hex(next)}, in no known stack` };
    if (nextStack === stack && next <= sp) return { end: 'broken', detail: `the back chain at ${hex(sp + chainSlot)} leads down, to ${hex(next)}` };
    // A function is called onto another stack without leaving a return address in the frame that it came from.
    slotHolds = nextStack === stack;
    stack = nextStack;
    sp = next;
  }
}

/** Follows the chain through every stack and interruption. Never throws; damaged chains end with the reason. */
export function unwindS390x(unwinder: S390xUnwinder, start: S390xStart): Trace {
  const frames: Frame[] = [];
  const seen = new Set<bigint>();
  if (start.pswAddress !== undefined) frames.push({ kind: 'running', address: start.pswAddress });
  for (let from = start; ;) {
    if (from.pswMask !== undefined && (from.pswMask & problemState) !== 0n) return { frames, end: 'entered-from-user', detail: 'the CPU runs user code' };
    const link = linkFrame(unwinder, from);
    if (link !== undefined) frames.push(link);
    const found = stretch(unwinder, from, frames, seen);
    if ('next' in found) from = found.next;
    else return { frames, ...found };
  }
}

export function s390xUnwinders({ memory, names: symbols, sleepers }: UnwindContext): Unwinders {
  const frames = frameLayoutOf(memory, sleepers());
  return {
    running(cpu, stacks) {
      if (cpu.psw === undefined || cpu.gprs === undefined) return noTrace(noRegisters);
      const start: S390xStart = {
        pswMask: BigInt(cpu.psw.mask),
        pswAddress: BigInt(cpu.psw.address),
        link: BigInt(cpu.gprs[14] ?? '0x0'),
        stackPointer: BigInt(cpu.gprs[15] ?? '0x0'),
      };
      return unwindS390x({ memory, symbols, stacks, frames }, start);
    },
    sleeping: ({ savedStack }, stacks) =>
      savedStack === undefined ? noTrace(noSavedStack) : unwindS390x({ memory, symbols, stacks, frames }, { stackPointer: savedStack }),
  };
}
