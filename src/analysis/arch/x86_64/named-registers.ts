/**
 * Registers of x86_64 as people read them, and their flags: Intel SDM volume 1 section 3.4.3 (EFLAGS), volume 3 section 2.5 (control
 * registers); the kernel names the same bits in arch/x86/include/uapi/asm/processor-flags.h.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { registerOf } from '../register-value.ts';
import { setBits, type BitNames, type NamedRegister } from '../named-register.ts';
import { isX86User } from './user-code.ts';

const interruptFlag = 9n;
const privilegeLevel = 12n;
/** CR4.PCIDE: the low bits of CR3 are a process-context identifier. */
const contextIdentifiers = 17n;

export const rflagsBits: BitNames = [
  [21, 'ID'], [20, 'VIP'], [19, 'VIF'], [18, 'AC'], [17, 'VM'], [16, 'RF'], [14, 'NT'], [11, 'OF'], [10, 'DF'], [9, 'IF'], [8, 'TF'], [7, 'SF'],
  [6, 'ZF'], [4, 'AF'], [2, 'PF'], [0, 'CF'],
]; // prettier-ignore

export const cr0Bits: BitNames = [
  [31, 'PG'], [30, 'CD'], [29, 'NW'], [18, 'AM'], [16, 'WP'], [5, 'NE'], [4, 'ET'], [3, 'TS'], [2, 'EM'], [1, 'MP'], [0, 'PE'],
]; // prettier-ignore

export const cr4Bits: BitNames = [
  [24, 'PKS'], [23, 'CET'], [22, 'PKE'], [21, 'SMAP'], [20, 'SMEP'], [18, 'OSXSAVE'], [17, 'PCIDE'], [16, 'FSGSBASE'], [14, 'SMXE'], [13, 'VMXE'],
  [12, 'LA57'], [11, 'UMIP'], [10, 'OSXMMEXCPT'], [9, 'OSFXSR'], [8, 'PCE'], [7, 'PGE'], [6, 'MCE'], [5, 'PAE'], [4, 'PSE'], [3, 'DE'], [2, 'TSD'],
  [1, 'PVI'], [0, 'VME'],
]; // prettier-ignore

const words = (names: readonly string[]): string => (names.length === 0 ? 'no flag set' : names.join(' '));

/** The I/O privilege level is two bits: it is said where it is not 0. */
const flagsText = (value: bigint): string => {
  const level = (value >> privilegeLevel) & 3n;
  return `${words(setBits(value, rflagsBits))}${level === 0n ? '' : ` IOPL=${level}`}`;
};

const tableText = (value: bigint, other: (name: string) => bigint | undefined): string | undefined => {
  const cr4 = other('cr4');
  return cr4 === undefined || ((cr4 >> contextIdentifiers) & 1n) === 0n ? undefined : `PCID ${value & 0xfffn}`;
};

const ring = (value: bigint): string => `ring ${value & 3n}`;

const place = 'Instruction, stack, and flags';
const general = 'General registers';
const segments = 'Segments';
const control = 'Control registers';

const generals = (names: readonly string[], bits: 32 | 64): readonly NamedRegister[] => names.map((name) => ({ name, group: general, bits, holds: 'address' }));
const selectors = (names: readonly string[]): readonly NamedRegister[] => names.map((name) => ({ name, group: segments, bits: 16, holds: 'number' }));

export const x86NamedRegisters: readonly NamedRegister[] = [
  { name: 'rip', group: place, bits: 64, holds: 'address' },
  { name: 'eip', group: place, bits: 32, holds: 'address' },
  { name: 'rsp', group: place, bits: 64, holds: 'address' },
  { name: 'esp', group: place, bits: 32, holds: 'address' },
  { name: 'eflags', group: place, bits: 64, holds: 'number', text: flagsText },
  ...generals(['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'], 64),
  ...generals(['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'], 32),
  { name: 'orig_rax', group: general, bits: 64, holds: 'number' },
  { name: 'orig_eax', group: general, bits: 32, holds: 'number' },
  { name: 'cs', group: segments, bits: 16, holds: 'number', text: ring },
  ...selectors(['ss', 'ds', 'es', 'fs', 'gs']),
  { name: 'fs_base', group: segments, bits: 64, holds: 'address' },
  { name: 'gs_base', group: segments, bits: 64, holds: 'address' },
  { name: 'kernel_gs_base', group: segments, bits: 64, holds: 'address' },
  { name: 'cr0', group: control, bits: 64, holds: 'number', text: (value) => words(setBits(value, cr0Bits)) },
  { name: 'cr2', group: control, bits: 64, holds: 'address' },
  { name: 'cr3', group: control, bits: 64, holds: 'physical', text: tableText },
  { name: 'cr4', group: control, bits: 64, holds: 'number', text: (value) => words(setBits(value, cr4Bits)) },
];

/** "kernel, interrupts on": which privilege, and whether it could be interrupted. */
export function x86State(cpu: CpuJson): string | undefined {
  const user = isX86User(cpu);
  const flags = registerOf(cpu, 'eflags');
  if (user === undefined) return undefined;
  const masked = flags === undefined ? '' : `, interrupts ${((flags >> interruptFlag) & 1n) === 1n ? 'on' : 'off'}`;
  return `${user ? 'user space' : 'kernel'}${masked}`;
}
