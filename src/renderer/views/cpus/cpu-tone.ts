import type { CpuJson } from '../../../shared/cpu-model.ts';

/** A CPU in a disabled wait stopped for good: it stands out. Everything else is just its state. */
export function cpuTone(cpu: CpuJson): 'bad' | 'text' {
  const psw = cpu.psw?.decoded;
  return psw !== undefined && psw.wait && !psw.io && !psw.external && !psw.machineCheck ? 'bad' : 'text';
}
