/** Which CPU a number means, and what a register's short name stands for: the same for the command line and the window. */
import type { CpuJson } from './cpu-model.ts';
import type { AddressSpace, Info } from './model.ts';

export type CpuNumbering = 'linuxCpu' | 'id';

/** `--cpu N` and `cpuN` mean the Linux number when every CPU has one of its own, else the position in the dump (docs/contract.md section 2). */
export const cpuNumbering = (cpus: readonly CpuJson[]): CpuNumbering =>
  cpus.length > 0 && cpus.every((cpu) => cpu.linuxCpu !== undefined) && new Set(cpus.map((cpu) => cpu.linuxCpu)).size === cpus.length ? 'linuxCpu' : 'id';

export const cpuNumber = (cpu: Pick<CpuJson, 'id' | 'linuxCpu'>, numbering: CpuNumbering): number =>
  numbering === 'linuxCpu' ? (cpu.linuxCpu ?? cpu.id) : cpu.id;

/** A CPU of s390x of which there is a prefix note, but no NT_PRSTATUS: it has no PSW and no general registers. */
export const isInPart = ({ source, gprs, psw, prefix }: CpuJson): boolean =>
  source === 'note' && prefix !== undefined && gprs === undefined && psw === undefined;

/** What the numbers are, after "numbers are": said wherever CPUs are numbered. */
export const numberingWords: Readonly<Record<CpuNumbering, string>> = { linuxCpu: 'Linux CPU numbers', id: 'positions in the dump' };

/** The CPU's name where numbers are `numbering`: "CPU 2", "CPU at position 0 (Linux CPU 3)". */
export function cpuName(cpu: Pick<CpuJson, 'id' | 'linuxCpu'>, numbering: CpuNumbering): string {
  if (numbering === 'linuxCpu') return `CPU ${cpuNumber(cpu, numbering)}`;
  return `CPU at position ${cpu.id}${cpu.linuxCpu === undefined ? '' : ` (Linux CPU ${cpu.linuxCpu})`}`;
}

/** "5 CPUs (3 online, registers of 2)": how many there are, and where they differ how many ran and how many the dump has registers of. */
export function cpuCountText({ cpuCount, onlineCpuCount, recordedCpuCount }: Info['machine']): string {
  const parts = [
    onlineCpuCount === undefined || onlineCpuCount === cpuCount ? undefined : `${onlineCpuCount} online`,
    recordedCpuCount === undefined || recordedCpuCount === onlineCpuCount ? undefined : `registers of ${recordedCpuCount}`,
  ].filter((part) => part !== undefined);
  if (cpuCount === undefined) return 'an unknown number of CPUs';
  return `${cpuCount} ${cpuCount === 1 ? 'CPU' : 'CPUs'}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** What says which CPU a set of registers is of, as a sentence; undefined where nothing is to be said. */
type Identified = Partial<Pick<CpuJson, 'identity' | 'withoutRegisters' | 'system'>>;

export function identityText({ identity, withoutRegisters, system }: Identified): string | undefined {
  if (identity === undefined || withoutRegisters !== undefined) return undefined;
  const whose = system === undefined ? '' : `a CPU of the ${system === 'prod' ? 'system that crashed before' : 'kdump system'}: `;
  const against = identity.contradicted === undefined ? '' : `; but ${identity.contradicted.join('; ')}`;
  return `${whose}${identity.detail}${against}`;
}

/** The same only where a reader should know of it: nothing but the position speaks, something speaks against it, or it is of another system. */
export const doubtfulIdentity = (one: Identified): string | undefined =>
  one.identity?.by === 'position' || one.identity?.contradicted !== undefined || one.system !== undefined ? identityText(one) : undefined;

const arrays = { r: 'gprs', gpr: 'gprs', cr: 'crs', c: 'crs', ar: 'acrs', a: 'acrs', fpr: 'fprs', f: 'fprs', v: 'vxrs' } as const;
const programCounters = ['rip', 'pc', 'nip'] as const;

function textOf(cpu: CpuJson, name: string): string | undefined {
  if (name === 'prefix') return cpu.prefix;
  if (cpu.registers !== undefined && Object.hasOwn(cpu.registers, name)) return cpu.registers[name];
  if (name === 'psw' || name === 'pc') return cpu.psw?.address ?? programCounters.map((one) => cpu.registers?.[one]).find((one) => one !== undefined);
  const found = /^(r|gpr|cr|c|ar|a|fpr|f|v)(\d{1,2})$/.exec(name);
  const key = found?.[1] as keyof typeof arrays | undefined;
  return key === undefined ? undefined : cpu[arrays[key]]?.[Number(found?.[2])];
}

/**
 * Value of a register by its short name (r15, cr13, ar0, f4, psw, prefix; rip, x0 elsewhere), as an address in the space in which its
 * CPU used it: virtual where translation was on, real where it was off. PSW stands for its address.
 * @returns undefined when the CPU has no such register in this dump, or one that is no 64-bit address
 */
export function registerAddress(cpu: CpuJson, name: string): { readonly value: bigint; readonly space: AddressSpace } | undefined {
  const text = textOf(cpu, name);
  if (text === undefined) return undefined;
  const value = BigInt(text);
  if (value >= 1n << 64n) return undefined;
  return { value, space: name === 'prefix' ? 'absolute' : cpu.psw?.decoded.dat === false ? 'real' : 'virtual' };
}
