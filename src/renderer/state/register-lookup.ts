/** What `cpu0.r15` and `cpu2.lowcore` mean in the go-to box, from the registers of a dump. */
import type { RegisterLookup } from '../../shared/address-expression.ts';
import { cpuNumber, cpuNumbering, registerAddress } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';

export { cpuNumber, cpuNumbering };

export function registerLookup(cpus: readonly CpuJson[]): RegisterLookup {
  const numbering = cpuNumbering(cpus);
  const find = (number: number): CpuJson | undefined => cpus.find((cpu) => cpuNumber(cpu, numbering) === number);
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
