/** QEMU's own CPU note on x86 (elf-vmcore.md section 6): it holds the control registers that PRSTATUS lacks. */
import { u32, u64 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { nested, struct, type Fields } from '../../layout/struct.ts';
import type { NoteType } from '../note-type.ts';

const source = 'Source: elf-vmcore.md section 6.';

const segmentRegister = struct(
  'QEMUCPUSegment',
  { endian: 'little', size: 24, doc: source },
  {
    selector: u32(0, '', hex),
    limit: u32(4, '', hex),
    flags: u32(8, '', hex),
    base: u64(16),
  },
);

const generalNames = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rsp', 'rbp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip', 'rflags'] as const;
const segmentNames = ['cs', 'ds', 'es', 'fs', 'gs', 'ss', 'ldt', 'tr', 'gdt', 'idt'] as const;
const controlNames = ['cr0', 'cr1', 'cr2', 'cr3', 'cr4'] as const;

export const qemuCpuStateLayout = struct(
  'QEMUCPUState',
  { endian: 'little', size: 440, doc: source },
  {
    version: u32(0, '1'),
    size: u32(4, 'bytes; 440 with kernel_gs_base, else 432'),
    ...(Object.fromEntries(generalNames.map((name, index) => [name, u64(8 + 8 * index)])) as Fields),
    ...(Object.fromEntries(segmentNames.map((name, index) => [name, nested(152 + 24 * index, segmentRegister)])) as Fields),
    ...(Object.fromEntries(controlNames.map((name, index) => [name, u64(392 + 8 * index)])) as Fields),
    kernel_gs_base: u64(432),
  },
);

export const qemuCpuState: NoteType = {
  name: 'QEMU CPU state',
  owners: ['QEMU'],
  type: 0,
  architectures: ['x86_64'],
  title: 'all registers of a CPU as QEMU has them',
  layout: () => qemuCpuStateLayout,
};
