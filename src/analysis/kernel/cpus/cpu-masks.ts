/** The kernel's masks of CPUs (kernel/cpu.c): which may exist, exist, run, and which ran at some time since the start. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';

export interface CpuMasks {
  readonly possible: readonly number[];
  readonly present: readonly number[];
  readonly online: readonly number[];
  /** cpus_booted_once_mask (since 4.19 or so); undefined in kernels without it. */
  readonly booted: readonly number[] | undefined;
}

/** NR_CPUS of no configuration is larger. */
export const maxCpus = 8192;
const wordBits = 64;

/** Numbers of the bits that are set; words of an unsigned long, bit 0 the least significant. */
function bitsAt(memory: KernelMemory, address: VirtualAddress | undefined, count: number): readonly number[] | undefined {
  if (address === undefined) return undefined;
  const found: number[] = [];
  for (let word = 0; word * wordBits < count; word += 1) {
    const value = memory.u64(address + BigInt(word * 8));
    if (value === undefined) return undefined;
    for (let bit = 0; bit < wordBits && word * wordBits + bit < count; bit += 1) if (((value >> BigInt(bit)) & 1n) === 1n) found.push(word * wordBits + bit);
  }
  return found;
}

const isWithin = (inner: readonly number[], outer: readonly number[]): boolean => inner.every((one) => outer.includes(one));

/** @returns undefined where the masks are not known, or do not lie within each other as masks do */
export function cpuMasks(memory: KernelMemory, symbols: SymbolTable): CpuMasks | undefined {
  const countAt = soleAddress(symbols, 'nr_cpu_ids');
  const count = countAt === undefined ? undefined : memory.u32(countAt);
  if (count === undefined || count < 1 || count > maxCpus) return undefined;
  const mask = (name: string): readonly number[] | undefined => bitsAt(memory, soleAddress(symbols, name), count);
  const [possible, present, online] = [mask('__cpu_possible_mask'), mask('__cpu_present_mask'), mask('__cpu_online_mask')];
  if (possible === undefined || present === undefined || online === undefined) return undefined;
  if (online.length === 0 || !isWithin(online, present) || !isWithin(present, possible)) return undefined;
  const booted = mask('cpus_booted_once_mask');
  return { possible, present, online, booted: booted !== undefined && isWithin(online, booted) ? booted : undefined };
}
