/** What `cpu0.r15` and `cpu2.lowcore` mean in the go-to box, from the registers of a dump. */
import type { RegisterLookup } from '../../shared/address-expression.ts';
import type { AddressSpace, CpuJson } from '../../shared/model.ts';

/** CPUs are named by their Linux number when every CPU has one, else by their position (CLI.md). */
export const cpuNumbering = (cpus: readonly CpuJson[]): 'linuxCpu' | 'id' =>
  cpus.length > 0 && cpus.every((cpu) => cpu.linuxCpu !== undefined) ? 'linuxCpu' : 'id';

export const cpuNumber = (cpu: CpuJson, numbering: 'linuxCpu' | 'id'): number => (numbering === 'linuxCpu' ? (cpu.linuxCpu ?? cpu.id) : cpu.id);

const arrays = { r: 'gprs', cr: 'crs', ar: 'acrs', fpr: 'fprs' } as const;

function valueOf(cpu: CpuJson, name: string): string | undefined {
  if (name === 'psw') return cpu.psw?.address;
  if (name === 'prefix') return cpu.prefix;
  const found = /^(r|cr|ar|fpr)(\d{1,2})$/.exec(name);
  const key = found?.[1] as keyof typeof arrays | undefined;
  if (key !== undefined && found?.[2] !== undefined) {
    const value = cpu[arrays[key]]?.[Number(found[2])];
    if (value !== undefined) return value;
  }
  return cpu.registers?.[name];
}

/** A register holds an address as its CPU saw it: virtual where translation was on. */
function spaceOf(cpu: CpuJson, name: string): AddressSpace {
  if (name === 'prefix') return 'absolute';
  if (cpu.psw === undefined) return 'virtual';
  return cpu.psw.decoded.dat ? 'virtual' : 'real';
}

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
      const value = cpu === undefined ? undefined : valueOf(cpu, name);
      return cpu === undefined || value === undefined ? undefined : { value: BigInt(value), space: spaceOf(cpu, name) };
    },
  };
}
