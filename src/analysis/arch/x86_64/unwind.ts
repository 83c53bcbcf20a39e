/**
 * Backtraces on x86_64 by the ORC tables (arch/x86/kernel/unwind_orc.c of 6.1 and 6.12): from instruction, stack pointer and frame pointer
 * of a function to those of its caller. Where an exception or system call entered, a struct pt_regs is on the stack.
 */
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import {
  functionOf,
  maxFrames,
  stackOf,
  tracedFrame,
  type Frame,
  type SavedRegisters,
  type StackRange,
  type Trace,
  type TracedReturn,
  type TracedReturns,
} from '../backtrace.ts';
import type { KernelBytes, KernelNames, StructTypes } from '../kernel-view.ts';
import type { OrcEntry, OrcTables } from './orc-tables.ts';
import { canBeReturnedTo } from './return-address.ts';

/** Registers by their names in struct pt_regs, as far as they are known. */
export type X86Registers = Readonly<Partial<Record<string, bigint>>>;

export interface X86Unwinder {
  readonly memory: KernelBytes;
  readonly symbols: KernelNames | undefined;
  readonly types: StructTypes;
  readonly tables: OrcTables;
  readonly stacks: readonly StackRange[];
  readonly traced?: TracedReturns;
}

interface State {
  readonly ip: bigint;
  readonly sp: bigint;
  /** Undefined after a function that may have changed it. */
  readonly bp: bigint | undefined;
  /** Of the frame below, where all of them were saved. */
  readonly registers: X86Registers;
  /** The instruction itself was reached, not the one after a call. */
  readonly isExact: boolean;
}

const registerNames = [
  'r15',
  'r14',
  'r13',
  'r12',
  'bp',
  'bx',
  'r11',
  'r10',
  'r9',
  'r8',
  'ax',
  'cx',
  'dx',
  'si',
  'di',
  'ip',
  'cs',
  'flags',
  'sp',
  'ss',
] as const;
const kernelBit = 63n;
const privilege = 3n;
/** THREAD_SIZE and IRQ_STACK_SIZE without KASAN: within one stack a chain leads up. */
const stackBytes = 0x4000n;

function savedRegisters({ memory, types }: X86Unwinder, at: bigint, names: readonly string[], shift = 0n): X86Registers | undefined {
  const values: Record<string, bigint> = {};
  for (const name of names) {
    const offset = types.offset('pt_regs', name);
    const value = offset === undefined ? undefined : memory.u64(at + BigInt(offset) - shift);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  return values;
}

const shownName = (name: string): string => (/^r\d/.test(name) ? name : name === 'flags' || name === 'cs' || name === 'ss' ? name : `r${name}`);

const userOf = (registers: X86Registers): SavedRegisters => ({
  address: registers.ip ?? 0n,
  registers: Object.fromEntries(Object.entries(registers).flatMap(([name, value]) => (value === undefined || name === 'ip' ? [] : [[shownName(name), value]]))),
});

const unknownBp = "the caller's frame is determined by rbp, which is not known after a function without ORC entries";

/** Where the caller's frame begins, or why that cannot be determined. */
function previousStack({ memory }: X86Unwinder, { sp, bp, registers }: State, orc: OrcEntry): bigint | string {
  const offset = BigInt(orc.spOffset);
  const held = (name: 'ax' | 'dx' | 'di' | 'r10' | 'r13'): bigint | string =>
    registers[name] ?? `the caller's frame is determined by ${name}, which is not known here`;
  const behind = (at: bigint, more: bigint): bigint | string => {
    const value = memory.u64(at);
    return value === undefined ? `the word at ${hex(at)} cannot be read: ${memory.absence(at, 8)?.detail ?? 'no bytes'}` : BigInt.asUintN(64, value + more);
  };
  switch (orc.sp) {
    case 'sp':
      return BigInt.asUintN(64, sp + offset);
    case 'bp':
      return bp === undefined ? unknownBp : BigInt.asUintN(64, bp + offset);
    case 'sp indirect':
      return behind(sp, offset);
    case 'bp indirect':
      return bp === undefined ? unknownBp : behind(BigInt.asUintN(64, bp + offset), 0n);
    case 'ax':
    case 'dx':
    case 'di':
    case 'r10':
    case 'r13':
      return held(orc.sp);
    default:
      return 'the ORC entry names no register for the stack';
  }
}

type Step =
  { readonly state: State; readonly kind: 'return' | 'interrupted'; readonly at: bigint; readonly tracer?: TracedReturn | undefined } | Omit<Trace, 'frames'>;

const broken = (detail: string): Omit<Trace, 'frames'> => ({ end: 'broken', detail });

/** A frame of __crash_kexec has 0xb8 bytes; larger ones hold nothing that counts. */
const searchedBytes = 0x400n;
const callBytes = 5n;
const callOpcode = 0xe8;
const pushBp = 0x55;
const maxFunctionBytes = 0x10000n;

/**
 * The caller of a function that is marked as not to be unwound (STACK_FRAME_NON_STANDARD; __crash_kexec, where every kdump begins): the one
 * word of its frame that is after a call of this function. A function that pushes no rbp has not changed it.
 */
function withoutEntry({ memory, symbols }: X86Unwinder, { ip, sp, bp }: State): Step | undefined {
  const start = functionOf(symbols, ip, false)?.start;
  if (start === undefined || ip - start > maxFunctionBytes) return undefined;
  const found: bigint[] = [];
  for (let at = sp; at < sp + searchedBytes; at += 8n) {
    const word = memory.u64(at);
    if (word === undefined) break;
    if (word >> kernelBit === 0n || memory.u8(word - callBytes) !== callOpcode) continue;
    const distance = memory.s32(word - 4n);
    if (distance !== undefined && BigInt.asUintN(64, word + BigInt(distance)) === start) found.push(at);
  }
  const [at] = found;
  const caller = at === undefined || found.length > 1 ? undefined : memory.u64(at);
  if (at === undefined || caller === undefined) return undefined;
  const changesBp = memory.bytes(start, Number(ip - start))?.includes(pushBp) ?? true;
  return { state: { ip: caller, sp: at + 8n, bp: changesBp ? undefined : bp, registers: {}, isExact: false }, kind: 'return', at };
}

function step(unwinder: X86Unwinder, state: State): Step {
  const { memory, symbols, tables } = unwinder;
  const looked = state.isExact ? state.ip : state.ip - 1n;
  const orc = tables.find(looked, functionOf(symbols, looked, false)?.module);
  if (typeof orc === 'string') return broken(orc);
  if (orc.type === 'end') return { end: 'complete', detail: `the chain ends at ${hex(state.sp)}, where the kernel began this stack` };
  if (orc.type === 'undefined') return withoutEntry(unwinder, state) ?? broken(`the ORC entry of ${hex(looked)} says that no caller can be determined there`);
  const sp = previousStack(unwinder, state, orc);
  if (typeof sp === 'string') return broken(sp);
  const lost = (at: bigint, what: string): Step => broken(`${what} at ${hex(at)} cannot be read: ${memory.absence(at, 8)?.detail ?? 'no bytes'}`);
  if (orc.type === 'call') {
    const ip = memory.u64(sp - 8n);
    if (ip === undefined) return lost(sp - 8n, 'the return address');
    const base = orc.bp === 'previous sp' ? sp : orc.bp === 'bp' ? state.bp : undefined;
    const bp = base === undefined ? state.bp : memory.u64(BigInt.asUintN(64, base + BigInt(orc.bpOffset)));
    if (base !== undefined && bp === undefined) return lost(BigInt.asUintN(64, base + BigInt(orc.bpOffset)), 'the saved frame pointer');
    if (orc.bp === 'bp' && state.bp === undefined) return broken(unknownBp);
    const tracer = unwinder.traced?.at(ip, sp - 8n, state.ip);
    const returnsTo = tracer !== undefined && 'returnsTo' in tracer ? tracer.returnsTo : ip;
    return { state: { ip: returnsTo, sp, bp, registers: {}, isExact: orc.isSignal }, kind: 'return', at: sp - 8n, tracer };
  }
  const first = unwinder.types.offset('pt_regs', 'ip');
  if (first === undefined) return broken('the type pt_regs is not known');
  const isWhole = orc.type === 'registers';
  const registers = isWhole ? savedRegisters(unwinder, sp, registerNames) : savedRegisters(unwinder, sp, ['ip', 'cs', 'flags', 'sp', 'ss'], BigInt(first));
  const { ip, cs, sp: below, bp } = registers ?? {};
  if (registers === undefined || ip === undefined || cs === undefined || below === undefined) return lost(sp, 'the saved registers');
  if ((cs & privilege) !== 0n) return { end: 'entered-from-user', detail: `entered from user space at ${hex(ip)}`, user: userOf(registers) };
  return {
    state: { ip, sp: below, bp: bp ?? state.bp, registers: isWhole ? registers : {}, isExact: true },
    kind: 'interrupted',
    at: sp,
  };
}

/** Whether no code covers an instruction: a call through a bad pointer went there. */
const isNowhere = (symbols: KernelNames | undefined, ip: bigint): boolean =>
  ip >> kernelBit === 0n || (symbols !== undefined && functionOf(symbols, ip, false) === undefined);

/** After a call to where no code is: the return address that the call pushed is still the last word. */
function fromNowhere({ memory, symbols }: X86Unwinder, { ip, sp, bp }: State): Step {
  const caller = memory.u64(sp);
  if (caller === undefined)
    return broken(`no code covers ${hex(ip)}, and the word at ${hex(sp)} cannot be read: ${memory.absence(sp, 8)?.detail ?? 'no bytes'}`);
  if (isNowhere(symbols, caller - 1n) || !canBeReturnedTo(memory, symbols, caller))
    return broken(`no code covers ${hex(ip)}, and the word at ${hex(sp)} is no return address: ${hex(caller)}`);
  return { state: { ip: caller, sp: sp + 8n, bp, registers: {}, isExact: false }, kind: 'return', at: sp };
}

const noCall = (at: bigint, ip: bigint): string => `the word at ${hex(at)} is no return address: there is no call before ${hex(ip)}`;

const stackName = ({ stacks }: X86Unwinder, at: bigint): { readonly stack?: string } => defined({ stack: stackOf(stacks, at)?.name });

/** Follows the chain from a state. Never throws; a damaged one ends with the reason. */
function unwind(unwinder: X86Unwinder, start: State, kind: Frame['kind']): Trace {
  const frames: Frame[] = [{ kind, address: start.ip }];
  const seen = new Set<bigint>();
  for (let state = start; ;) {
    if (frames.length >= maxFrames) return { frames, ...broken(`more than ${maxFrames} frames`) };
    const next = state.isExact && isNowhere(unwinder.symbols, state.ip) ? fromNowhere(unwinder, state) : step(unwinder, state);
    if ('end' in next) return { frames, ...next };
    const { sp } = next.state;
    if (sp % 8n !== 0n || seen.has(sp)) return { frames, ...broken(`the chain leads to ${hex(sp)}${seen.has(sp) ? ' a second time' : ', which is no stack'}`) };
    if (sp <= state.sp && sp / stackBytes === state.sp / stackBytes) return { frames, ...broken(`the chain leads down, from ${hex(state.sp)} to ${hex(sp)}`) };
    if (next.tracer !== undefined && 'hides' in next.tracer) {
      const { trampoline, hides } = next.tracer;
      frames.push(tracedFrame({ kind: next.kind, address: next.state.ip, stackPointer: next.at, ...stackName(unwinder, next.at) }, next.tracer));
      return { frames, ...broken(`${trampoline}, a tracer's trampoline, hides the caller at ${hex(next.at)}: ${hides}`) };
    }
    if (!next.state.isExact && next.state.ip >> kernelBit === 0n)
      return { frames, ...broken(`the word at ${hex(next.at)} is no return address: ${hex(next.state.ip)}`) };
    if (!next.state.isExact && !canBeReturnedTo(unwinder.memory, unwinder.symbols, next.state.ip)) return { frames, ...broken(noCall(next.at, next.state.ip)) };
    seen.add(sp);
    frames.push(tracedFrame({ kind: next.kind, address: next.state.ip, stackPointer: next.at, ...stackName(unwinder, next.at) }, next.tracer));
    ({ state } = next);
  }
}

/** From the registers of a CPU, by their names in struct pt_regs. */
export function unwindX86Cpu(unwinder: X86Unwinder, registers: X86Registers): Trace | undefined {
  const { ip, sp, bp } = registers;
  if (ip === undefined || sp === undefined || bp === undefined) return undefined;
  return unwind(unwinder, { ip, sp, bp, registers, isExact: true }, 'running');
}

/** From the stack pointer that a task saved when it gave up its CPU: struct inactive_task_frame (arch/x86/include/asm/switch_to.h). */
export function unwindX86Task(unwinder: X86Unwinder, saved: bigint): Trace {
  const { memory, types, symbols } = unwinder;
  const size = types.size('inactive_task_frame');
  const [returnAt, bpAt] = ['ret_addr', 'bp'].map((name) => types.offset('inactive_task_frame', name));
  if (size === undefined || returnAt === undefined || bpAt === undefined) return { frames: [], ...broken('the type inactive_task_frame is not known') };
  const ip = memory.u64(saved + BigInt(returnAt));
  const bp = memory.u64(saved + BigInt(bpAt));
  if (ip === undefined || bp === undefined)
    return { frames: [], ...broken(`what was saved at ${hex(saved)} cannot be read: ${memory.absence(saved, size)?.detail ?? 'no bytes'}`) };
  // A child that never ran would begin there; it did not call.
  const isExact = functionOf(symbols, ip, false)?.start === ip;
  if (!isExact && !canBeReturnedTo(memory, symbols, ip)) return { frames: [], ...broken(noCall(saved + BigInt(returnAt), ip)) };
  return unwind(unwinder, { ip, sp: saved + BigInt(size), bp, registers: {}, isExact }, 'return');
}
