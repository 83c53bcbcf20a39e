/** NT_PRSTATUS of x86_64 (elf-vmcore.md section 4; arch/x86/include/asm/user_64.h). */
import { u32 } from '../../layout/field.ts';
import { struct, type Fields } from '../../layout/struct.ts';
import { consecutive, prRegOffset, prstatusHead } from '../../notes/prstatus-fields.ts';

/** pr_reg, in its order. */
export const x86Registers = [
  'r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'orig_rax',
  'rip', 'cs', 'eflags', 'rsp', 'ss', 'fs_base', 'gs_base', 'ds', 'es', 'fs', 'gs',
] as const; // prettier-ignore

export const prstatusX86 = struct(
  'elf_prstatus (x86_64)',
  { endian: 'little', size: 336, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(prstatusHead as Fields),
    ...consecutive(x86Registers, prRegOffset),
    pr_fpvalid: u32(328),
  },
);
