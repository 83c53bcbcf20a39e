/**
 * Addresses of programs on s390x. There, the kernel and programs have separate address spaces, so the same number may be an address in both: what is
 * known to belong to a program gets no kernel symbol.
 */
import { cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { Position } from '../../state/position.ts';
import { cursorIn } from '../lowcore/lowcore-rows.ts';

/** Bits that are zero in every PSW: 0, 2-4, 12, 24-30, 33-63. */
const alwaysZero = 0xb808_00fe_7fff_ffffn;
/** DAT, problem state, basic addressing mode. */
const programBits = 0x0401_0000_8000_0000n;

/** Whether eight bytes can be the first half of the PSW of a program; its address follows. */
export const isProgramPswMask = (mask: bigint): boolean => (mask & alwaysZero) === 0n && (mask & programBits) === programBits;

/** General registers in the lowcore that the store-status order writes. */
const registers = { start: 0x1280, end: 0x1300 };

/** Whether the cursor is in a general register that a CPU saved while a program ran on it. */
export function isRegisterOfProgram(cpus: readonly CpuJson[], position: Position): boolean {
  const numbering = cpuNumbering(cpus);
  const places = cpus.flatMap((cpu) => (cpu.prefix === undefined ? [] : [{ cpu, prefix: cpu.prefix, number: cpuNumber(cpu, numbering) }]));
  const found = cursorIn(position, places);
  return found?.place.cpu.psw?.decoded.problemState === true && found.offset >= registers.start && found.offset < registers.end;
}
