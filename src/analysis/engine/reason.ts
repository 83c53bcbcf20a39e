/** Why the system probably died, in one sentence, from structures alone. */
import { cpuName, cpuNumbering } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/model.ts';
import { explainWaitAddress } from '../arch/s390x/wait-codes.ts';
import type { Session } from './session.ts';
import { vmcoreinfoOf } from './summary.ts';

const isDisabledWait = (cpu: CpuJson): boolean => {
  const psw = cpu.psw?.decoded;
  return psw !== undefined && psw.wait && !psw.io && !psw.external && !psw.machineCheck;
};

export function probableReason(session: Session, crash: string | undefined): string | undefined {
  const { cpus } = session.cpuSet;
  const name = (cpu: CpuJson): string => cpuName(cpu, cpuNumbering(cpus));
  const waiting = cpus.filter(isDisabledWait);
  const coded = waiting.find((cpu) => explainWaitAddress(BigInt(cpu.psw?.address ?? '0x0')) !== undefined);
  if (coded !== undefined) return `${name(coded)} is in a disabled wait, ${explainWaitAddress(BigInt(coded.psw?.address ?? '0x0')) ?? ''}.`;
  const [stopped] = waiting;
  if (crash !== undefined && stopped !== undefined) {
    return `The kernel panicked at ${crash}; ${name(stopped)} then stopped itself in a disabled wait at ${stopped.psw?.address ?? ''}: kdump did not take over.`;
  }
  if (crash !== undefined) return `The kernel panicked at ${crash}: it recorded CRASHTIME on its way into kdump.`;
  if (stopped !== undefined) {
    return `${name(stopped)} stopped itself in a disabled wait at ${stopped.psw?.address ?? ''}, as the kernel does at the end of a panic.`;
  }
  if (cpus.length === 0 || vmcoreinfoOf(session) === undefined) return undefined;
  return 'No crash is recorded: vmcoreinfo has no CRASHTIME and no CPU is in a disabled wait; the system was running when it was dumped.';
}
