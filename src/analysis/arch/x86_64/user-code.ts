/** What tells user code from the kernel's on x86_64. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { registerOf } from '../register-value.ts';

/** Requested privilege level in CS: 0 in the kernel, 3 in user code. */
const privilege = 3n;

/** @returns undefined where CS is not recorded */
export function isX86User(cpu: CpuJson): boolean | undefined {
  const cs = registerOf(cpu, 'cs');
  return cs === undefined ? undefined : (cs & privilege) !== 0n;
}
