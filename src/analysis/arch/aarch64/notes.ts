/** NT_PRSTATUS and NT_FPREGSET of aarch64 (elf-vmcore.md sections 4 and 5; arch/arm64/include/uapi/asm/ptrace.h). */
import { bytes, u32 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { list, struct, type Fields } from '../../layout/struct.ts';
import { consecutive, numbered, prRegOffset, prstatusHead } from '../prstatus-fields.ts';

/** pr_reg, in its order. */
export const aarch64Registers: readonly string[] = [...numbered('x', 31), 'sp', 'pc', 'pstate'];

export const prstatusAarch64 = struct(
  'elf_prstatus (aarch64)',
  { endian: 'given', size: 392, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(prstatusHead as Fields),
    ...consecutive(aarch64Registers, prRegOffset),
    pr_fpvalid: u32(384),
  },
);

export const fpregsetAarch64 = struct(
  'fpregset (aarch64)',
  { endian: 'given', size: 528, doc: 'Source: elf-vmcore.md section 5.' },
  {
    v: list(0, 32, bytes(0, 16), 'vector registers, low half first in little endian'),
    fpsr: u32(512, 'status', hex),
    fpcr: u32(516, 'control', hex),
  },
);
