/**
 * The few Linux-private lowcore fields that identify a CPU. Their place moved between kernels; the program-parameter
 * word `lpp` (0x80000000) tells which layout it is (lowcore.md section 3.1).
 */
import { u32, u64 } from '../../layout/field.ts';
import { bits, hex } from '../../layout/presentation.ts';
import { parse, struct } from '../../layout/struct.ts';
import { lowcoreSize } from './save-area.ts';

const lppMagic = 0x8000_0000;
const machineFlags = bits({ 0: 'VM', 1: 'KVM', 2: 'LPAR' });

const identity = (kernels: string, lpp: number, cpuNr: number, flags: number) =>
  struct(
    `lowcore (${kernels}), identity`,
    { endian: 'big', size: lowcoreSize, doc: 'Source: lowcore.md section 3.' },
    {
      lpp: u32(lpp, 'program-parameter magic', hex),
      cpu_nr: u32(cpuNr, 'Linux CPU number'),
      machine_flags: u64(flags, 'machine feature bits; gone in 6.19', machineFlags),
    },
  );

export const lowcoreIdentities = [identity('5.4 and later', 0x398, 0x3a0, 0x3c8), identity('4.19', 0x390, 0x398, 0x3c0), identity('4.9', 0x368, 0x370, 0x388)];

export interface LowcoreIdentity {
  readonly linuxCpu: number;
  readonly hypervisor: string | undefined;
}

const hypervisors: readonly (readonly [bigint, string])[] = [
  [1n << 0n, 'z/VM'],
  [1n << 1n, 'KVM'],
  [1n << 2n, 'LPAR'],
];

/** Undefined when no layout's `lpp` fits: not a Linux lowcore, or one of a kernel before 4.9. */
export function lowcoreIdentity(lowcore: Uint8Array): LowcoreIdentity | undefined {
  for (const layout of lowcoreIdentities) {
    const values = parse(layout, lowcore);
    if (values.lpp !== lppMagic || values.cpu_nr > 0xffff) continue;
    const hypervisor = hypervisors.filter(([flag]) => (values.machine_flags & flag) !== 0n);
    return { linuxCpu: values.cpu_nr, hypervisor: hypervisor.length === 1 ? hypervisor[0]?.[1] : undefined };
  }
  return undefined;
}
