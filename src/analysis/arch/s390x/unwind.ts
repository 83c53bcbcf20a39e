/**
 * Backtraces on s390x by the back chain (lowcore.md section 8; Linux arch/s390/kernel/stacktrace.c, unwind_bc.c). A frame at `sp` of a
 * packed stack holds at sp+136 where the function that its owner called returns to, at sp+152 the frame before it; without
 * CONFIG_PACK_STACK these are sp+112 and sp (struct stack_frame of asm/stacktrace.h). A chain that ends with 0 has a struct pt_regs at sp+160.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
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
  tracedFrame,
  type StackRange,
  type Trace,
  type TracedReturns,
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
  readonly traced?: TracedReturns;
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

interface Prologue {
  /** Bytes by which r15 was lowered; 0 where the function made no frame of its own. */
  readonly frameBytes: number;
  /** Whether r14 was saved into the caller's frame. */
  readonly savesLink: boolean;
}

const signed20 = (low: number, high: number): number => ((high << 12) | low) - (high >= 0x80 ? 1 << 20 : 0);

/**
 * What a function did to its stack before an address: aghi %r15,-n, or lay/la %r15,-n(%r15), makes a frame; stmg %rN,%r14 or %r15,d(%r15), or
 * stg %r14,d(%r15), saves the way back. Undefined when its code is not at hand.
 */
function prologueOf(memory: KernelBytes, start: bigint, address: bigint): Prologue | undefined {
  const length = Number(address - start);
  if (length < 0 || length > maxPrologueBytes) return undefined;
  const code = memory.bytes(start, length);
  if (code === undefined) return undefined;
  let frameBytes = 0;
  let savesLink = false;
  for (let at = 0; at < code.length; at += instructionBytes(code[at] ?? 0)) {
    const [first = 0, second = 0, third = 0, fourth = 0, high = 0, last = 0] = code.subarray(at, at + 6);
    const displacement = signed20(((third & 0xf) << 8) | fourth, high);
    const toStack = third >> 4 === 0xf;
    if (frameBytes === 0 && first === 0xa7 && second === 0xfb && third >= 0x80) frameBytes = 0x10000 - ((third << 8) | fourth);
    else if (frameBytes === 0 && first === 0xe3 && second === 0xf0 && toStack && last === 0x71 && displacement < 0) frameBytes = -displacement;
    else if (first === 0xeb && (second & 0xf) >= 14 && toStack && last === 0x24) savesLink = true;
    else if (first === 0xe3 && second === 0xe0 && toStack && last === 0x24) savesLink = true;
  }
  return { frameBytes, savesLink };
}

/** Whether a call is before an address: brasl, bras, basr or bas. What cannot be read is believed. */
function followsCall(memory: KernelBytes, address: bigint): boolean {
  const code = memory.bytes(address - 6n, 6);
  if (code === undefined) return true;
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = code;
  return (first === 0xc0 && (second & 0xf) === 5) || (third === 0xa7 && (fourth & 0xf) === 5) || third === 0x4d || fifth === 0x0d;
}

/** How the function at a PSW is left: by which address, and where its caller's frame is. */
interface Leaving {
  /** The caller, where only the link register names it. */
  readonly link?: Frame;
  /** The caller's frame holds no return address of this function: what lies in its slot is from an earlier call. */
  readonly slotIsStale: boolean;
  readonly prologue: Prologue | undefined;
}

/** The link register names the caller while nothing was called with it: of code that is none, of a leaf, of a function that gave its frame back. */
function leavingOf({ memory, symbols, traced, frames = packed }: S390xUnwinder, start: S390xStart): Leaving {
  const { pswAddress, link, stackPointer } = start;
  const none: Leaving = { slotIsStale: false, prologue: undefined };
  if (pswAddress === undefined || symbols === undefined) return none;
  const here = functionOf(symbols, pswAddress, false);
  const replaced = link === undefined ? undefined : throughTracer(traced, memory, here?.start, start, link, frames);
  if (replaced !== undefined) return replaced;
  const caller = link === undefined || link === 0n || !followsCall(memory, link) ? undefined : functionOf(symbols, link, true);
  // A branch to where no code is: it went nowhere, so all is as the caller left it.
  if (here === undefined)
    return caller === undefined || link === undefined ? none : { link: { kind: 'link', address: link }, slotIsStale: false, prologue: undefined };
  const prologue = prologueOf(memory, here.start, pswAddress);
  if (prologue === undefined) return none;
  const isLeaf = prologue.frameBytes > 0 && !prologue.savesLink;
  if (caller === undefined || link === undefined || caller.start === here.start) return { slotIsStale: isLeaf, prologue };
  const gaveBack = prologue.frameBytes === 0 || isLeaf || memory.u64(stackPointer + frames.returnSlot) === link;
  return gaveBack ? { link: { kind: 'link', address: link }, slotIsStale: isLeaf, prologue } : { slotIsStale: false, prologue };
}

/**
 * A link register that holds a tracer's trampoline: the function has called nothing yet, or is about to return. Undefined where its frame says
 * the same, so that the chain leads there.
 */
function throughTracer(
  traced: TracedReturns | undefined,
  memory: KernelBytes,
  functionStart: bigint | undefined,
  { pswAddress = 0n, stackPointer }: S390xStart,
  link: bigint,
  frames: FrameLayout,
): Leaving | undefined {
  const prologue = functionStart === undefined ? undefined : prologueOf(memory, functionStart, pswAddress);
  const callersFrame = stackPointer + BigInt(prologue?.frameBytes ?? 0);
  const tracer = traced?.at(link, callersFrame, pswAddress);
  if (tracer === undefined || (prologue?.savesLink === true && prologue.frameBytes > 0 && memory.u64(callersFrame + frames.returnSlot) === link))
    return undefined;
  const isLeaf = prologue !== undefined && prologue.frameBytes > 0 && !prologue.savesLink;
  return { link: tracedFrame({ kind: 'link', address: link }, tracer), slotIsStale: isLeaf, prologue };
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

/** General registers by their names, as an interruption saved them in struct pt_regs. */
export function s390xSavedRegisters(memory: KernelBytes, at: bigint, address: bigint): ReadonlyMap<string, bigint> | undefined {
  const regs = readPtRegs(memory, at);
  return regs === undefined || interruptedAt(memory, regs.address) !== address ? undefined : new Map(Object.entries(regs.registers));
}

const monitorCall = 0xaf00;
const monitorCallBytes = 4n;

/** BUG() and WARN() are a monitor call, which completes: the PSW points past it, at the next function where it is a function's last instruction. */
const interruptedAt = (memory: KernelBytes, address: bigint): bigint =>
  memory.u16(address - monitorCallBytes) === monitorCall ? address - monitorCallBytes : address;

/** Whether the function that switched stacks before a return address had made no frame: then the chain leads to its caller's, which holds its own way back. */
function switchedWithoutFrame({ memory, symbols }: S390xUnwinder, address: bigint): boolean {
  const here = functionOf(symbols, address, true);
  const prologue = here === undefined ? undefined : prologueOf(memory, here.start, address);
  return prologue?.frameBytes === 0 && prologue.savesLink;
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
      detail: `the chain ends at ${hex(sp)}, and the PSW after it, ${hex(regs.pswMask)} ${hex(regs.address)}, is not one of a 64-bit kernel`,
    };
  }
  const stackPointer = regs.registers.r15 ?? 0n;
  if (stackPointer === 0n) return first({ end: 'complete', detail: `the chain ends at ${hex(sp)}, the first frame of a kernel thread` });
  frames.push({ kind: 'interrupted', address: interruptedAt(unwinder.memory, regs.address), stackPointer: at, stack: stack.name });
  return { next: { pswMask: regs.pswMask, pswAddress: regs.address, link: regs.registers.r14 ?? 0n, stackPointer } };
}

function stretch(unwinder: S390xUnwinder, start: S390xStart, { prologue, slotIsStale }: Leaving, frames: Frame[], seen: Set<bigint>): Stretch {
  const { memory, stacks } = unwinder;
  const { returnSlot, chainSlot } = unwinder.frames ?? packed;
  const isRunning = start.pswAddress !== undefined;
  let sp = start.stackPointer;
  let stack = stackOf(stacks, sp);
  let slotHolds = !isRunning;
  // A function that ran over the end of its stack: its caller's frame lies where the stack pointer was before it was lowered.
  const before = stack === undefined && prologue !== undefined && prologue.frameBytes > 0 ? sp + BigInt(prologue.frameBytes) : undefined;
  if (before !== undefined && stackOf(stacks, before) !== undefined) {
    sp = before;
    stack = stackOf(stacks, sp);
    slotHolds = prologue?.savesLink === true;
  }
  let isStale = slotIsStale;
  if (stack === undefined)
    return {
      end: 'broken',
      detail: `the stack pointer ${hex(sp)} is not in a known stack${stacks.length === 0 ? '' : ` (${stacks.map(({ name }) => name).join(', ')})`}`,
    };
  // What the youngest function's frame holds at the return slot is left from an earlier call, unless it gave up the CPU in one.
  for (;;) {
    if (seen.has(sp)) return { end: 'broken', detail: `the back chain leads to ${hex(sp)} a second time` };
    if (sp % 8n !== 0n) return { end: 'broken', detail: `the back chain leads to ${hex(sp)}, which is not a frame` };
    if (frames.length >= maxFrames) return { end: 'broken', detail: `more than ${maxFrames} frames` };
    seen.add(sp);
    const slot = memory.u64(sp + returnSlot);
    const next = memory.u64(sp + chainSlot);
    if (slot === undefined || next === undefined)
      return {
        end: 'broken',
        detail: `the frame at ${hex(sp)} cannot be read: ${(memory.absence(sp + returnSlot, 8) ?? memory.absence(sp + chainSlot, 8))?.detail ?? 'no bytes'}`,
      };
    const isEntry = next === 0n && unwinder.symbols !== undefined && functionOf(unwinder.symbols, slot, true) === undefined;
    // The code that handles a stack overflow is jumped to: nothing was called from the frame that holds the registers.
    if (slotHolds && !isEntry) {
      const tracer = unwinder.traced?.at(slot, sp, frames.at(-1)?.address ?? 0n);
      frames.push(tracedFrame({ kind: 'return', address: slot, stackPointer: sp, stack: stack.name }, tracer));
    }
    if (next === 0n) return ending(unwinder, sp, stack, frames);
    const nextStack = stackOf(stacks, next);
    if (nextStack === undefined)
      return { end: 'broken', detail: `the back chain at ${hex(sp + chainSlot)} leads to ${hex(next)}, which is not in a known stack` };
    if (nextStack === stack && next <= sp) return { end: 'broken', detail: `the back chain at ${hex(sp + chainSlot)} leads down, to ${hex(next)}` };
    // A function is called onto another stack without leaving a return address in the frame that it came from, unless that is its caller's.
    slotHolds = nextStack === stack ? !isStale : switchedWithoutFrame(unwinder, slot);
    isStale = false;
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
    const leaving = leavingOf(unwinder, from);
    if (leaving.link !== undefined) frames.push(leaving.link);
    const found = stretch(unwinder, from, leaving, frames, seen);
    if ('next' in found) from = found.next;
    else return { frames, ...found };
  }
}

/** New PSWs in the lowcore and the old ones that they are exchanged with: external, program, machine check, I/O (Principles of Operation, chapter 3). */
const exchanges = [
  [0x1b0n, 0x130n],
  [0x1d0n, 0x150n],
  [0x1e0n, 0x160n],
  [0x1f0n, 0x170n],
] as const;

/**
 * A CPU that was stopped before the first instruction of an interruption handler: nothing is saved yet, and the lowcore has where it was. All
 * general registers are still those of the code that was interrupted.
 */
function atEntry(memory: KernelBytes, cpu: CpuJson, start: S390xStart): S390xStart | undefined {
  const prefix = cpu.prefix === undefined ? undefined : BigInt(cpu.prefix);
  const found = prefix === undefined ? undefined : exchanges.find(([entered]) => memory.u64(prefix + entered + 8n) === start.pswAddress);
  if (prefix === undefined || found === undefined) return undefined;
  const [pswMask, pswAddress] = [memory.u64(prefix + found[1]), memory.u64(prefix + found[1] + 8n)];
  return pswMask === undefined || pswAddress === undefined || pswAddress === 0n ? undefined : { ...start, pswMask, pswAddress };
}

export function s390xUnwinders({ memory, names: symbols, sleepers, traced: tracedOf }: UnwindContext): Unwinders {
  const frames = frameLayoutOf(memory, sleepers());
  return {
    running(cpu, stacks, task) {
      if (cpu.psw === undefined || cpu.gprs === undefined) return noTrace(noRegisters);
      const start: S390xStart = {
        pswMask: BigInt(cpu.psw.mask),
        pswAddress: BigInt(cpu.psw.address),
        link: BigInt(cpu.gprs[14] ?? '0x0'),
        stackPointer: BigInt(cpu.gprs[15] ?? '0x0'),
      };
      const unwinder = { memory, symbols, stacks, frames, traced: tracedOf(task) };
      const interrupted = atEntry(memory, cpu, start);
      if (interrupted?.pswAddress === undefined) return unwindS390x(unwinder, start);
      const before = unwindS390x(unwinder, interrupted);
      const entry: readonly Frame[] = [
        { kind: 'running', address: BigInt(cpu.psw.address) },
        { kind: 'interrupted', address: interrupted.pswAddress },
      ];
      return { ...before, frames: [...entry, ...before.frames.slice(1)] };
    },
    sleeping: ({ savedStack }, stacks, task) =>
      savedStack === undefined ? noTrace(noSavedStack) : unwindS390x({ memory, symbols, stacks, frames, traced: tracedOf(task) }, { stackPointer: savedStack }),
  };
}
