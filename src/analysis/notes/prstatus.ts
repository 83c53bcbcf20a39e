/** NT_PRSTATUS: the general registers of one CPU (elf-vmcore.md section 4; arch ptrace.h and user.h headers). */
import type { Architecture } from '../formats/dump-format.ts';
import { i32, u16, u32, u64, type Presentation } from '../layout/field.ts';
import { hex } from '../layout/presentation.ts';
import { list, struct, type Fields, type StructLayout } from '../layout/struct.ts';
import type { NoteType } from './note-type.ts';

/** Offset of pr_reg, the same on every 64-bit architecture. */
export const prRegOffset = 112;

/** QEMU 7.2 on a little-endian host stores the number byte-swapped in s390x files (elf-vmcore.md section 3). */
const swappedPid: Presentation<number> = {
  text: (value) => (value >= 0x10000 && (value & 0xffff) === 0 ? `byte-swapped by QEMU: ${((value >>> 24) | ((value >>> 8) & 0xff00)) >>> 0}` : undefined),
};

const head = {
  si_signo: i32(0, 'signal number, 0 in kernel dumps'),
  si_code: i32(4, 'signal code'),
  si_errno: i32(8, 'signal error number'),
  pr_cursig: u16(12, 'current signal'),
  pr_sigpend: u64(16, 'pending signals'),
  pr_sighold: u64(24, 'held signals'),
  pr_pid: u32(32, 'CPU number + 1 or a process id, by producer'),
  pr_ppid: u32(36),
  pr_pgrp: u32(40),
  pr_sid: u32(44),
} as const satisfies Fields;

export const prstatusS390x = struct(
  'elf_prstatus (s390x)',
  { endian: 'big', size: 336, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...head,
    pr_pid: u32(32, 'CPU number + 1; QEMU may store it byte-swapped, so that the lowcore says which CPU it is', swappedPid),
    psw_mask: u64(112, 'PSW mask'),
    psw_addr: u64(120, 'PSW instruction address'),
    gprs: list(128, 16, u64(0), 'general registers'),
    acrs: list(256, 16, u32(0, '', hex), 'access registers'),
    orig_gpr2: u64(320, 'r2 at the system call'),
    pr_fpvalid: u32(328, 'floating-point registers are valid'),
  },
);

const x86Registers = [
  'r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', 'orig_rax',
  'rip', 'cs', 'eflags', 'rsp', 'ss', 'fs_base', 'gs_base', 'ds', 'es', 'fs', 'gs',
] as const; // prettier-ignore

const powerRegisters = [
  'nip', 'msr', 'orig_gpr3', 'ctr', 'link', 'xer', 'ccr', 'softe', 'trap', 'dar', 'dsisr', 'result',
] as const; // prettier-ignore

/** Registers of 8 bytes that follow one another from `offset` on. */
function consecutive(names: readonly string[], offset: number): Fields {
  return Object.fromEntries(names.map((name, index) => [name, u64(offset + 8 * index)]));
}

const numbered = (letter: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${letter}${index}`);

export const prstatusX86 = struct(
  'elf_prstatus (x86_64)',
  { endian: 'little', size: 336, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(head as Fields),
    ...consecutive(x86Registers, prRegOffset),
    pr_fpvalid: u32(328),
  },
);

export const prstatusAarch64 = struct(
  'elf_prstatus (aarch64)',
  { endian: 'given', size: 392, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(head as Fields),
    ...consecutive([...numbered('x', 31), 'sp', 'pc', 'pstate'], prRegOffset),
    pr_fpvalid: u32(384),
  },
);

export const prstatusPpc64 = struct(
  'elf_prstatus (ppc64)',
  { endian: 'given', size: 504, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...(head as Fields),
    ...consecutive([...numbered('r', 32), ...powerRegisters], prRegOffset),
    pr_fpvalid: u32(496),
  },
);

export const prstatusLayouts: Readonly<Record<Architecture, StructLayout<Fields>>> = {
  s390x: prstatusS390x,
  x86_64: prstatusX86,
  aarch64: prstatusAarch64,
  ppc64: prstatusPpc64,
  ppc64le: prstatusPpc64,
};

/** Names of the registers in pr_reg, in their order, for architectures other than s390x. */
export const registerNames: Readonly<Record<Exclude<Architecture, 's390x'>, readonly string[]>> = {
  x86_64: x86Registers,
  aarch64: [...numbered('x', 31), 'sp', 'pc', 'pstate'],
  ppc64: [...numbered('r', 32), ...powerRegisters],
  ppc64le: [...numbered('r', 32), ...powerRegisters],
};

export const prstatus: NoteType = {
  name: 'NT_PRSTATUS',
  owners: ['CORE'],
  type: 1,
  title: 'general registers of a CPU',
  layout: (architecture) => prstatusLayouts[architecture],
};
