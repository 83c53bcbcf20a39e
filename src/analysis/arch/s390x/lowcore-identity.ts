/**
 * The few Linux-private lowcore fields that identify a CPU. Their place moved between kernels; the program-parameter
 * word `lpp` (0x80000000) tells which layout it is (lowcore.md section 3.1).
 */
import { lowcoreKernels, type LowcoreKernel } from './lowcore/fields.ts';
import { lowcoreOffset, lowcoreValue } from './lowcore/layouts.ts';

const lppMagic = 0x8000_0000n;
const cpuLimit = 0xffffn;

/** One layout for each set of places that these fields had, newest first; the columns of one set have them alike. */
const columns: readonly LowcoreKernel[] = [...new Map(lowcoreKernels.map((kernel) => [lowcoreOffset(kernel, 'lpp'), kernel])).entries()]
  .flatMap(([at, kernel]) => (at === undefined ? [] : [kernel]))
  .reverse();

export interface LowcoreIdentity {
  readonly linuxCpu: number;
  readonly hypervisor: string | undefined;
}

const hypervisors: readonly (readonly [bigint, string])[] = [
  [1n << 0n, 'z/VM'],
  [1n << 1n, 'KVM'],
  [1n << 2n, 'LPAR'],
];

/** machine_flags lie where lpp's neighbours do; the newest layout has none, and zeros in their place. */
function machineFlags(kernel: LowcoreKernel, lowcore: Uint8Array): bigint {
  const sameLpp = lowcoreKernels.findLast(
    (one) => lowcoreOffset(one, 'lpp') === lowcoreOffset(kernel, 'lpp') && lowcoreOffset(one, 'machine_flags') !== undefined,
  );
  return (sameLpp === undefined ? undefined : lowcoreValue(sameLpp, lowcore, 'machine_flags')) ?? 0n;
}

/** Undefined when no layout's `lpp` fits: not a Linux lowcore, or one of a kernel before 4.9. */
export function lowcoreIdentity(lowcore: Uint8Array): LowcoreIdentity | undefined {
  for (const kernel of columns) {
    const cpu = lowcoreValue(kernel, lowcore, 'cpu_nr');
    if (lowcoreValue(kernel, lowcore, 'lpp') !== lppMagic || cpu === undefined || cpu > cpuLimit) continue;
    const flags = machineFlags(kernel, lowcore);
    const hypervisor = hypervisors.filter(([flag]) => (flags & flag) !== 0n);
    return { linuxCpu: Number(cpu), hypervisor: hypervisor.length === 1 ? hypervisor[0]?.[1] : undefined };
  }
  return undefined;
}
