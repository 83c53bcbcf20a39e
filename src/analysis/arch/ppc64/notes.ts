/** Notes of ppc64 CPUs (elf-vmcore.md sections 3 to 5). QEMU writes those of vector registers, with the owner CORE; they are unproven on a real dump. */
import { bytes, u32, u64 } from '../../layout/field.ts';
import { list, struct, type Fields } from '../../layout/struct.ts';
import type { NoteType } from '../note-type.ts';
import { consecutive, numbered, prRegOffset, prstatusHead } from '../prstatus-fields.ts';

/** pr_reg, in its order. */
export const powerRegisters: readonly string[] = [
  ...numbered('r', 32),
  'nip', 'msr', 'orig_gpr3', 'ctr', 'link', 'xer', 'ccr', 'softe', 'trap', 'dar', 'dsisr', 'result',
]; // prettier-ignore

export const prstatusPpc64 = struct(
  'elf_prstatus (ppc64)',
  { endian: 'given', size: 504, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(prstatusHead as Fields),
    ...consecutive(powerRegisters, prRegOffset),
    pr_fpvalid: u32(496),
  },
);

export const fpregsetPpc64 = struct(
  'fpregset (ppc64)',
  { endian: 'given', size: 264, doc: 'Source: elf-vmcore.md section 5.' },
  {
    fpr: list(0, 32, u64(0), 'floating-point registers'),
    fpscr: u64(256, 'status and control'),
  },
);

const powerpc = ['ppc64', 'ppc64le'] as const;
const doc = 'Source: elf-vmcore.md section 3. Unproven on a real dump.';

const vmxLayout = struct(
  'NT_PPC_VMX',
  { endian: 'given', size: 544, doc },
  {
    vr: list(0, 32, bytes(0, 16), 'VMX registers'),
    vscr: bytes(512, 16, 'vector status and control'),
    vrsave: bytes(528, 16, 'VRSAVE'),
  },
);

const vsxLayout = struct('NT_PPC_VSX', { endian: 'given', size: 256, doc }, { vsr: list(0, 32, u64(0), 'low halves of VSX registers 0 to 31') });

export const powerNotes: readonly NoteType[] = [
  { name: 'NT_PPC_VMX', owners: ['LINUX', 'CORE'], type: 0x100, architectures: powerpc, title: 'VMX registers of a CPU', layout: () => vmxLayout },
  { name: 'NT_PPC_VSX', owners: ['LINUX', 'CORE'], type: 0x102, architectures: powerpc, title: 'VSX registers of a CPU', layout: () => vsxLayout },
  { name: 'NT_PPC_SPE', owners: ['LINUX', 'CORE'], type: 0x101, architectures: powerpc, title: 'SPE registers of a CPU' },
];
