import type { CpuJson } from '../../../shared/cpu-model.ts';

/** A CPU in a disabled wait has stopped for good, so it is highlighted. Other states are neutral. */
export function cpuTone(cpu: CpuJson): 'bad' | 'text' {
  const psw = cpu.psw?.decoded;
  return psw !== undefined && psw.wait && !psw.io && !psw.external && !psw.machineCheck ? 'bad' : 'text';
}
