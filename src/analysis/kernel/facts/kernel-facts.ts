/** Facts that the kernel keeps about itself in variables of its own; each is checked by what must be there. */
import { cpuMasks, maxCpus } from '../cpus/cpu-masks.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { logName, type LogSearch } from '../log/log-record.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';
import { isFailure } from '../../../shared/result.ts';

export interface SourcedText {
  readonly value: string;
  readonly source: string;
}

const maxCommandLine = 8192;

const printable = (text: string): boolean => /^[\t\n\u0020-\u007e\u00a0-\u00ff]+$/.test(text);

/** saved_command_line (init/main.c): a pointer to the text that /proc/cmdline shows. */
export function savedCommandLine(memory: KernelMemory, symbols: SymbolTable): SourcedText | undefined {
  const at = soleAddress(symbols, 'saved_command_line');
  const pointer = at === undefined ? undefined : memory.pointer(at);
  const text = pointer === undefined ? undefined : memory.cstring(pointer, maxCommandLine);
  return text === undefined || !printable(text) ? undefined : { value: text, source: 'saved_command_line' };
}

/** COMMAND_LINE of the parameter area (arch/s390/include/asm/setup.h): same place from 2.6 to 6.12, reserved for good. */
const parameterAreaText = 0x10480n;
/** COMMAND_LINE_SIZE: 896 before 5.19, 4096 since; a text that is not ended within is none. */
const parameterAreaBytes = 4096;

/** What the boot loader passed to an s390x kernel. */
export function parameterAreaCommandLine(absolute: AbsoluteMemory): SourcedText | undefined {
  if (absolute.end < parameterAreaText + BigInt(parameterAreaBytes)) return undefined;
  const bytes = absolute.readPresent(parameterAreaText, parameterAreaBytes);
  const end = bytes?.indexOf(0) ?? -1;
  if (bytes === undefined || end < 1) return undefined;
  const text = Buffer.from(bytes.subarray(0, end)).toString('latin1');
  return printable(text) ? { value: text, source: 'parameter area at absolute 0x10480' } : undefined;
}

/** The rest of the first record of the log that begins with a text; boot messages are the first to go when the log wraps. */
function logged(log: LogSearch, start: string): SourcedText | undefined {
  const record = !isFailure(log) ? log.value.records.find(({ text, cut }) => cut !== true && text.startsWith(start)) : undefined;
  const value = record?.text.slice(start.length).split('\n')[0];
  return value === undefined || value === '' ? undefined : { value, source: `${logName(!isFailure(log) ? log.value.file : undefined)}: "${start.trimEnd()}"` };
}

/** start_kernel (init/main.c) logs the command line; a record holds about 1000 characters of it. */
export function loggedCommandLine(log: LogSearch): SourcedText | undefined {
  const found = logged(log, 'Kernel command line: ');
  return found === undefined || found.value.length > 900 ? undefined : found;
}

/** setup_arch (arch/s390/kernel/setup.c) says under what it runs: "as a z/VM guest operating system in 64-bit mode", "under KVM", "natively". */
export const loggedEnvironment = (log: LogSearch): SourcedText | undefined => logged(log, 'setup: Linux is running ');

/** dump_stack_arch_desc_str (lib/dump_stack.c): the "Hardware name" of an oops; on s390x STSI texts and the hypervisor. */
export function hardwareName(memory: KernelMemory, symbols: SymbolTable): SourcedText | undefined {
  const at = soleAddress(symbols, 'dump_stack_arch_desc_str');
  const text = at === undefined ? undefined : memory.cstring(at, 128);
  return text === undefined || !printable(text) ? undefined : { value: text.trim(), source: 'dump_stack_arch_desc_str' };
}

export interface SourcedNumber {
  readonly value: bigint;
  readonly source: string;
}

/** tainted_mask (kernel/panic.c): bits of the kernel's taint. */
export function taintMask(memory: KernelMemory, symbols: SymbolTable): SourcedNumber | undefined {
  const at = soleAddress(symbols, 'tainted_mask');
  const value = at === undefined ? undefined : memory.pointer(at);
  return value === undefined ? undefined : { value, source: 'tainted_mask' };
}

/** PANIC_CPU_INVALID (kernel/panic.c): no CPU panicked, and none began kdump. */
const panicCpuInvalid = -1;

/** What panic_cpu (kernel/panic.c) says; crash_kexec() sets it too. A value that is not a CPU of the kernel was overwritten, and names none. */
export type PanicCpu = { readonly kind: 'unset' } | { readonly kind: 'cpu' | 'impossible'; readonly value: number };

/** @returns undefined where it cannot be read */
export function readPanicCpu(memory: KernelMemory, symbols: SymbolTable): PanicCpu | undefined {
  const at = soleAddress(symbols, 'panic_cpu');
  const value = at === undefined ? undefined : memory.s32(at);
  if (value === undefined) return undefined;
  if (value === panicCpuInvalid) return { kind: 'unset' };
  const isPossible = cpuMasks(memory, symbols)?.possible.includes(value) ?? (value >= 0 && value < maxCpus);
  return { kind: isPossible ? 'cpu' : 'impossible', value };
}

/** Linux number of the CPU that panicked or began kdump. */
export function panicCpu(memory: KernelMemory, symbols: SymbolTable): number | undefined {
  const found = readPanicCpu(memory, symbols);
  return found?.kind === 'cpu' ? found.value : undefined;
}

const triggers = ['on_panic', 'on_restart', 'on_halt', 'on_poff', 'on_reboot'] as const;
/** Names of shutdown actions (arch/s390/kernel/ipl.c of 6.1 and 6.12). */
const actions = new Set(['reipl', 'dump', 'dump_reipl', 'vmcmd', 'stop']);

export interface ShutdownAction {
  readonly trigger: string;
  readonly action: string;
}

/**
 * The s390x shutdown triggers: struct shutdown_trigger { char *name; struct shutdown_action *action }, whose action begins with its
 * name (arch/s390/kernel/ipl.c, the same from 2.6.29 to 6.12). Both names must be those that are expected.
 */
export function shutdownActions(memory: KernelMemory, symbols: SymbolTable): readonly ShutdownAction[] {
  const text = (at: bigint | undefined): string | undefined => {
    const pointer = at === undefined ? undefined : memory.pointer(at);
    return pointer === undefined ? undefined : memory.cstring(pointer, 32);
  };
  return triggers.flatMap((trigger) => {
    const at = soleAddress(symbols, `${trigger}_trigger`);
    if (at === undefined || text(at) !== trigger) return [];
    const action = text(memory.pointer(at + 8n));
    return action !== undefined && actions.has(action) ? [{ trigger, action }] : [];
  });
}

/** enum dump_type and enum ipl_type (arch/s390/include/asm/ipl.h): one bit each. */
const dumpTypes: ReadonlyMap<number, string> = new Map([
  [1, 'none'],
  [2, 'ccw'],
  [4, 'fcp'],
  [8, 'nvme'],
  [16, 'eckd'],
]);
const iplTypes: ReadonlyMap<number, string> = new Map([
  [1, 'unknown'],
  [2, 'ccw'],
  [4, 'fcp'],
  [8, 'fcp_dump'],
  [16, 'nss'],
  [32, 'nvme'],
  [64, 'nvme_dump'],
  [128, 'eckd'],
  [256, 'eckd_dump'],
]);

/** A configured device kind; it must be one of those that the kernel found possible. */
function deviceKind(memory: KernelMemory, symbols: SymbolTable, name: 'dump' | 'reipl', kinds: ReadonlyMap<number, string>): SourcedText | undefined {
  const at = soleAddress(symbols, `${name}_type`);
  const possible = soleAddress(symbols, `${name}_capabilities`);
  const value = at === undefined ? undefined : memory.u32(at);
  const capabilities = possible === undefined ? undefined : memory.u32(possible);
  const kind = value === undefined ? undefined : kinds.get(value);
  if (kind === undefined || value === undefined || capabilities === undefined || (capabilities & value) === 0) return undefined;
  return { value: kind, source: `${name}_type` };
}

export const dumpDevice = (memory: KernelMemory, symbols: SymbolTable): SourcedText | undefined => deviceKind(memory, symbols, 'dump', dumpTypes);
export const reiplDevice = (memory: KernelMemory, symbols: SymbolTable): SourcedText | undefined => deviceKind(memory, symbols, 'reipl', iplTypes);
