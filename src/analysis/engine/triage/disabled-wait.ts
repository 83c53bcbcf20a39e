import type { CpuJson } from '../../../shared/cpu-model.ts';

/** Whether a CPU has stopped for good: it waits, and no interruption can end that. */
export function isDisabledWait({ psw }: CpuJson): boolean {
  return psw !== undefined && psw.decoded.wait && !psw.decoded.io && !psw.decoded.external && !psw.decoded.machineCheck;
}
