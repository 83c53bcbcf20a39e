/** What tells user code from the kernel's on aarch64. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { registerOf } from '../register-value.ts';

/** PSTATE.M: the exception level in bits 2 and 3, and in bit 4 whether the state is AArch32, whose only level here is EL0. */
const exceptionLevel = 0xcn;
const aarch32 = 0x10n;

/** @returns undefined where PSTATE is not recorded */
export function isAarch64User(cpu: CpuJson): boolean | undefined {
  const pstate = registerOf(cpu, 'pstate');
  return pstate === undefined ? undefined : (pstate & exceptionLevel) === 0n || (pstate & aarch32) !== 0n;
}
