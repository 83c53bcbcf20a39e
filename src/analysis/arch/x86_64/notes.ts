/** NT_PRSTATUS of x86_64 (elf-vmcore.md section 4; arch/x86/include/asm/user_64.h). */
import { u32 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { struct, type Fields } from '../../layout/struct.ts';
import { consecutive, prRegOffset, prstatusHead, signalFields } from '../prstatus-fields.ts';

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

/** pr_reg of i386, in its order; 4 bytes each (arch/x86/include/asm/elf.h, struct user_regs_struct of 32 bits). */
export const x86NarrowRegisters = [
  'ebx',
  'ecx',
  'edx',
  'esi',
  'edi',
  'ebp',
  'eax',
  'ds',
  'es',
  'fs',
  'gs',
  'orig_eax',
  'eip',
  'cs',
  'eflags',
  'esp',
  'ss',
] as const;

/** Offset of pr_reg of i386. */
export const narrowRegOffset = 72;

/**
 * struct elf_prstatus of i386: QEMU writes it, under whatever machine it names, for a guest outside long mode: firmware, boot loader,
 * 32-bit kernel (target/i386/arch_dump.c).
 */
export const prstatusNarrow = struct(
  'elf_prstatus (i386)',
  { endian: 'little', size: 144, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...signalFields,
    pr_sigpend: u32(16, 'pending signals'),
    pr_sighold: u32(20, 'held signals'),
    pr_pid: u32(24, 'CPU number + 1 or a process id, by producer'),
    pr_ppid: u32(28),
    pr_pgrp: u32(32),
    pr_sid: u32(36),
    ...(Object.fromEntries(x86NarrowRegisters.map((name, index) => [name, u32(narrowRegOffset + 4 * index, '', hex)])) as Fields),
    pr_fpvalid: u32(140),
  },
);
