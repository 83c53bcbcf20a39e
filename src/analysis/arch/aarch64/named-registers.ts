/**
 * Registers of aarch64 as people read them. Dumps record PSTATE as SPSR_EL1 holds it (Arm Architecture Reference Manual, section C5.2.18); the kernel
 * names the same bits in arch/arm64/include/uapi/asm/ptrace.h.
 */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { registerOf } from '../register-value.ts';
import { setBits, type BitNames, type NamedRegister } from '../named-register.ts';

export const pstateBits: BitNames = [
  [31, 'N'], [30, 'Z'], [29, 'C'], [28, 'V'], [25, 'TCO'], [24, 'DIT'], [23, 'UAO'], [22, 'PAN'], [21, 'SS'], [20, 'IL'], [12, 'SSBS'],
]; // prettier-ignore

/** Exceptions that are masked while the bit is set. */
export const maskBits: BitNames = [[9, 'D'], [8, 'A'], [7, 'I'], [6, 'F']]; // prettier-ignore

const interruptMask = 7n;
const aarch32 = 4n;

/** PSTATE.M of AArch64: exception level in bits 2 and 3, stack pointer of that level (h) or of EL0 (t). */
function modeText(value: bigint): string {
  if (((value >> aarch32) & 1n) === 1n) return 'AArch32';
  const level = (value >> 2n) & 3n;
  return `EL${level}${(value & 1n) === 1n ? 'h' : 't'}`;
}

export function pstateText(value: bigint): string {
  const masked = setBits(value, maskBits);
  return [modeText(value), ...setBits(value, pstateBits), masked.length === 0 ? 'nothing masked' : `masked: ${masked.join(' ')}`].join(' · ');
}

const place = 'Instruction, stack, and flags';
const numbered = Array.from({ length: 31 }, (_, index) => index);

/** Roles by the procedure call standard (AAPCS64 section 6.1.1). */
const roles: Readonly<Record<number, string>> = { 29: 'frame pointer', 30: 'link register' };

export const aarch64NamedRegisters: readonly NamedRegister[] = [
  { name: 'pc', group: place, bits: 64, holds: 'address' },
  { name: 'sp', group: place, bits: 64, holds: 'address' },
  { name: 'pstate', group: place, bits: 64, holds: 'number', text: pstateText },
  ...numbered.map((index): NamedRegister => {
    const role = roles[index];
    return { name: `x${index}`, group: 'General registers', bits: 64, holds: 'address', ...(role === undefined ? {} : { text: () => role }) };
  }),
];

/** "EL1h, interrupts on". */
export function aarch64State(cpu: CpuJson): string | undefined {
  const pstate = registerOf(cpu, 'pstate');
  return pstate === undefined ? undefined : `${modeText(pstate)}, interrupts ${((pstate >> interruptMask) & 1n) === 1n ? 'off' : 'on'}`;
}
