/** What `cpu0.r15` and `cpu2.lowcore` mean in the go-to box, from the registers of a dump. */
import type { RegisterLookup } from '../../shared/address-expression.ts';
import { cpuNumber, cpuNumbering, registerAddress } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';

export { cpuNumber, cpuNumbering };

function cpuOf(cpus: readonly CpuJson[], number: number): CpuJson | undefined {
  const numbering = cpuNumbering(cpus);
  return cpus.find((cpu) => cpuNumber(cpu, numbering) === number);
}

/** Whether a number is that of a CPU of the dump. */
export const hasCpu = (cpus: readonly CpuJson[], number: number): boolean => cpuOf(cpus, number) !== undefined;

export function registerLookup(cpus: readonly CpuJson[]): RegisterLookup {
  const find = (number: number): CpuJson | undefined => cpuOf(cpus, number);
  return {
    prefix(number) {
      const prefix = find(number)?.prefix;
      return prefix === undefined ? undefined : BigInt(prefix);
    },
    register(number, name) {
      const cpu = find(number);
      return cpu === undefined ? undefined : registerAddress(cpu, name);
    },
  };
}
