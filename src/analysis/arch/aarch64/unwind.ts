/**
 * Backtraces on aarch64 by frame records (arch/arm64/kernel/stacktrace.c of 6.1): x29 points to { previous x29, return address }. Entry
 * from an exception leaves such a record too, whose return address is where the code was interrupted; the last record is { 0, 0 }.
 * Since 6.13 a record { 0, 0 } is followed by its kind: the last one, or one inside the struct pt_regs of an exception taken in the kernel
 * (struct frame_record_meta of arch/arm64/include/asm/stacktrace/frame.h).
 */
import { hex } from '../../../shared/units.ts';
import {
  contradictedMode,
  functionOf,
  isFirstFrame,
  maxFrames,
  noRegisters,
  noSavedStack,
  noTrace,
  stackOf,
  type Frame,
  tracedFrame,
  type StackRange,
  type Trace,
  type TracedReturns,
  type UnwindContext,
  type Unwinders,
} from '../backtrace.ts';
import type { KernelBytes, KernelNames } from '../kernel-view.ts';
import { isAarch64User } from './user-code.ts';
import { vmcoreinfoPrefixedHex } from '../vmcoreinfo-values.ts';

export interface Aarch64Start {
  readonly pc: bigint;
  readonly framePointer: bigint;
  /** x30 and the stack pointer of a CPU; a task that sleeps has none that count. */
  readonly link?: bigint;
  /** By PSTATE; without it by the half of the address space. */
  readonly isUser?: boolean | undefined;
}

export interface Aarch64Unwinder {
  readonly memory: KernelBytes;
  readonly symbols: KernelNames | undefined;
  readonly stacks: readonly StackRange[];
  /** Bits of a return address that pointer authentication uses (KERNELPACMASK); 0 for none. */
  readonly authenticationMask: bigint;
  readonly traced?: TracedReturns;
}

/** stp x29, x30, [sp, #...], with or without write-back: a function makes its frame record. */
const isFrameRecord = (instruction: number): boolean => (instruction & 0xff407fff) >>> 0 === 0xa9007bfd;
const maxPrologueBytes = 64 * 1024;

/** FRAME_META_TYPE_PT_REGS. */
const insideRegisters = 2n;
/** Where members of struct pt_regs lie, seen from the record in it: x29, sp, pc, pstate. */
const registersBefore = { x29: 296n - 232n, x30: 296n - 240n, sp: 296n - 248n, pc: 296n - 256n, pstate: 296n - 264n } as const;
const modeBits = 0xfn;
const aarch32 = 0x10n;

interface Interrupted {
  readonly pc: bigint;
  readonly framePointer: bigint;
  readonly link: bigint | undefined;
}

/** What was interrupted where a record { 0, 0 } lies inside saved registers; undefined where it is the last one. */
function interruptedAt({ memory, stacks }: Aarch64Unwinder, at: bigint): Interrupted | undefined {
  if (memory.u64(at + 16n) !== insideRegisters) return undefined;
  const [framePointer, sp, pc, pstate] = [registersBefore.x29, registersBefore.sp, registersBefore.pc, registersBefore.pstate].map((back) =>
    memory.u64(at - back),
  );
  if (framePointer === undefined || sp === undefined || pc === undefined || pstate === undefined) return undefined;
  // Such registers are of kernel code, at exception level 1 or 2, with a stack of the kernel.
  const level = (pstate & modeBits) >> 2n;
  if ((level !== 1n && level !== 2n) || (pstate & aarch32) !== 0n || stackOf(stacks, sp - 1n) === undefined) return undefined;
  return { pc, framePointer, link: memory.u64(at - registersBefore.x30) };
}

function hasFrame(memory: KernelBytes, start: bigint, address: bigint): boolean | undefined {
  const length = Number(address - start);
  if (length < 0 || length > maxPrologueBytes || length % 4 !== 0) return undefined;
  const code = memory.bytes(start, length);
  if (code === undefined) return undefined;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  // Instructions are little-endian whatever the data is.
  for (let at = 0; at < length; at += 4) if (isFrameRecord(view.getUint32(at, true))) return true;
  return false;
}

/** The caller of a function that makes no frame record, or has not made it yet. */
function linkFrame({ memory, symbols, traced }: Aarch64Unwinder, pc: bigint, framePointer: bigint, link: bigint | undefined): Frame | undefined {
  if (link === undefined || link === 0n) return undefined;
  const here = functionOf(symbols, pc, false);
  // With a frame record of its own it has the trampoline there, and x29 is no more the caller's.
  if (here === undefined || hasFrame(memory, here.start, pc) === false) {
    const tracer = traced?.at(link, framePointer, pc);
    if (tracer !== undefined) return tracedFrame({ kind: 'link', address: link }, tracer);
  }
  const caller = functionOf(symbols, link, true);
  if (caller === undefined) return undefined;
  // A branch to where no code is: nothing was done there with the link register.
  if (here === undefined) return symbols === undefined ? undefined : { kind: 'link', address: link };
  if (caller.start === here.start || hasFrame(memory, here.start, pc) !== false) return undefined;
  return { kind: 'link', address: link };
}

/** An authenticated address with its bits put back: kernel addresses begin with ones. */
const plain = (address: bigint, mask: bigint): bigint => (address >> 55n === 0n ? address : address | mask);

/** Follows the frame records. Never throws; a damaged chain ends with the reason. */
export function unwindAarch64(unwinder: Aarch64Unwinder, start: Aarch64Start): Trace {
  const { memory, stacks, authenticationMask } = unwinder;
  const frames: Frame[] = [{ kind: start.link === undefined ? 'return' : 'running', address: start.pc }];
  // User code may have jumped to the kernel's half, and is about to fault there; a frame of the kernel's it has not.
  if (start.isUser === true && start.pc >> 55n !== 0n && start.framePointer >> 55n !== 0n) return { frames, end: 'broken', detail: contradictedMode('PSTATE') };
  if (start.isUser ?? start.pc >> 55n === 0n) return { frames, end: 'entered-from-user', detail: 'the CPU runs user code' };
  const link = linkFrame(unwinder, start.pc, start.framePointer, start.link === undefined ? undefined : plain(start.link, authenticationMask));
  if (link !== undefined) frames.push(link);
  const seen = new Set<bigint>();
  const broken = (detail: string): Trace => ({ frames, end: 'broken', detail });
  let stack: StackRange | undefined;
  for (let at = start.framePointer; ;) {
    const here = stackOf(stacks, at);
    if (at === 0n) return { frames, end: 'complete', detail: 'the chain of frame records ends' };
    if (here === undefined) return broken(`the frame pointer ${hex(at)} is not in a known stack`);
    if (at % 8n !== 0n || seen.has(at)) return broken(`the chain leads to ${hex(at)}${seen.has(at) ? ' a second time' : ', which is not a frame record'}`);
    if (frames.length >= maxFrames) return broken(`more than ${maxFrames} frames`);
    seen.add(at);
    const next = memory.u64(at);
    const address = memory.u64(at + 8n);
    if (next === undefined || address === undefined)
      return broken(`the frame record at ${hex(at)} cannot be read: ${memory.absence(at, 16)?.detail ?? 'no bytes'}`);
    const interrupted = next === 0n && address === 0n ? interruptedAt(unwinder, at) : undefined;
    if (interrupted !== undefined) {
      frames.push({ kind: 'interrupted', address: interrupted.pc, stackPointer: at, stack: here.name });
      const caller = linkFrame(
        unwinder,
        interrupted.pc,
        interrupted.framePointer,
        interrupted.link === undefined ? undefined : plain(interrupted.link, authenticationMask),
      );
      if (caller !== undefined) frames.push(caller);
      stack = here;
      at = interrupted.framePointer;
      continue;
    }
    const isLost = next === 0n && !isFirstFrame(here, at);
    if (next === 0n && address === 0n && !isLost)
      return { frames, end: 'complete', detail: `the chain ends at ${hex(at)}, the first frame record of the ${here.name}` };
    if (stack === here && next !== 0n && stackOf(stacks, next) === here && next <= at)
      return broken(`the frame record at ${hex(at)} leads down, to ${hex(next)}`);
    const returnsTo = plain(address, authenticationMask);
    // The function made a record after all: its own return address is not a further caller.
    if (seen.size === 1 && link?.address === returnsTo) frames.pop();
    if (address !== 0n) {
      const tracer = unwinder.traced?.at(returnsTo, next, frames.at(-1)?.address ?? 0n);
      frames.push(tracedFrame({ kind: 'return', address: returnsTo, stackPointer: at, stack: here.name }, tracer));
    }
    if (isLost) return broken(`the chain ends at ${hex(at)}, in the middle of the ${here.name}`);
    stack = here;
    at = next;
  }
}

export function aarch64Unwinders({ memory, names: symbols, vmcoreinfo, traced: tracedOf }: UnwindContext): Unwinders {
  const authenticationMask = vmcoreinfoPrefixedHex(vmcoreinfo, 'NUMBER(KERNELPACMASK)') ?? 0n;
  return {
    running(cpu, stacks, task) {
      const { pc, x29, x30 } = cpu.registers ?? {};
      if (pc === undefined || x29 === undefined || x30 === undefined) return noTrace(noRegisters);
      return unwindAarch64(
        { memory, symbols, stacks, authenticationMask, traced: tracedOf(task) },
        { pc: BigInt(pc), framePointer: BigInt(x29), link: BigInt(x30), isUser: isAarch64User(cpu) },
      );
    },
    sleeping: ({ savedPc, savedFrame }, stacks, task) =>
      savedPc === undefined || savedFrame === undefined
        ? noTrace(noSavedStack)
        : unwindAarch64({ memory, symbols, stacks, authenticationMask, traced: tracedOf(task) }, { pc: savedPc, framePointer: savedFrame }),
  };
}
