/** NT_PRFPREG: floating-point registers (elf-vmcore.md section 5). */
import { bytes, u32, u64 } from '../layout/field.ts';
import { hex } from '../layout/presentation.ts';
import { list, struct, type Fields, type StructLayout } from '../layout/struct.ts';
import type { NoteType } from './note-type.ts';

export const fpregsetS390x = struct(
  'fpregset (s390x)',
  { endian: 'big', size: 136, doc: 'Source: elf-vmcore.md section 5.' },
  {
    fpc: u32(0, 'floating-point control', hex),
    fprs: list(8, 16, u64(0), 'floating-point registers'),
  },
);

const fpregsetAarch64 = struct(
  'fpregset (aarch64)',
  { endian: 'given', size: 528, doc: 'Source: elf-vmcore.md section 5.' },
  {
    v: list(0, 32, bytes(0, 16), 'vector registers, low half first in little endian'),
    fpsr: u32(512, 'status', hex),
    fpcr: u32(516, 'control', hex),
  },
);

const fpregsetPpc64 = struct(
  'fpregset (ppc64)',
  { endian: 'given', size: 264, doc: 'Source: elf-vmcore.md section 5.' },
  {
    fpr: list(0, 32, u64(0), 'floating-point registers'),
    fpscr: u64(256, 'status and control'),
  },
);

export const fpregset: NoteType = {
  name: 'NT_FPREGSET',
  owners: ['CORE'],
  type: 2,
  title: 'floating-point registers of a CPU',
  layout(architecture): StructLayout<Fields> | undefined {
    if (architecture === 's390x') return fpregsetS390x;
    if (architecture === 'aarch64') return fpregsetAarch64;
    if (architecture === 'ppc64' || architecture === 'ppc64le') return fpregsetPpc64;
    return undefined;
  },
};
