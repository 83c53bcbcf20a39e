import type { CpuJson } from '../../../shared/cpu-model.ts';
import { architectures } from '../../arch/index.ts';
import { ran } from '../kernel/kernel-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import type { Session } from '../session/session.ts';

/** Whether a CPU has stopped for good: it waits, and no interruption can end that. */
export function isDisabledWait({ psw }: CpuJson): boolean {
  return psw !== undefined && psw.decoded.wait && !psw.decoded.io && !psw.decoded.external && !psw.decoded.machineCheck;
}

/** A PSW of zeros is none: nobody stored it. */
const hasPsw = ({ psw }: CpuJson): boolean => psw !== undefined && (BigInt(psw.mask) !== 0n || BigInt(psw.address) !== 0n);

/** CPUs that ran and of which no PSW is recorded: whether they wait is not known. None where CPUs have no PSW. */
export function withoutPsw(session: Session): readonly CpuJson[] {
  if (!architectures[session.image.machine.arch].features.has('psw')) return [];
  return machineCpus(session).cpus.filter((cpu) => ran(cpu) && !hasPsw(cpu));
}
