/** Registers of ppc64 as people read them; bits of the MSR as arch/powerpc/include/asm/reg.h counts them (Power ISA, book III section 4.2.1). */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { registerOf } from '../register-value.ts';
import { setBits, type BitNames, type NamedRegister } from '../named-register.ts';

export const msrBits: BitNames = [
  [63, 'SF'], [60, 'HV'], [32, 'TM'], [25, 'VEC'], [23, 'VSX'], [15, 'EE'], [14, 'PR'], [13, 'FP'], [12, 'ME'], [5, 'IR'], [4, 'DR'], [1, 'RI'], [0, 'LE'],
]; // prettier-ignore

const externalInterrupts = 15n;
const problemState = 14n;

const place = 'Instruction and state';
const general = 'General registers';
const special = 'Special-purpose registers';

const numbers = (names: readonly string[], group: string): readonly NamedRegister[] => names.map((name) => ({ name, group, bits: 64, holds: 'number' }));

export const powerNamedRegisters: readonly NamedRegister[] = [
  { name: 'nip', group: place, bits: 64, holds: 'address' },
  { name: 'link', group: place, bits: 64, holds: 'address' },
  { name: 'ctr', group: place, bits: 64, holds: 'address' },
  { name: 'msr', group: place, bits: 64, holds: 'number', text: (value) => setBits(value, msrBits).join(' ') },
  ...Array.from({ length: 32 }, (_, index): NamedRegister => ({ name: `r${index}`, group: general, bits: 64, holds: 'address' })),
  { name: 'dar', group: special, bits: 64, holds: 'address' },
  ...numbers(['dsisr', 'ccr', 'xer', 'orig_gpr3', 'softe', 'trap', 'result'], special),
];

/** "kernel, interrupts on". */
export function powerState(cpu: CpuJson): string | undefined {
  const msr = registerOf(cpu, 'msr');
  if (msr === undefined) return undefined;
  const isSet = (bit: bigint): boolean => ((msr >> bit) & 1n) === 1n;
  return `${isSet(problemState) ? 'user space' : 'kernel'}, interrupts ${isSet(externalInterrupts) ? 'on' : 'off'}`;
}
