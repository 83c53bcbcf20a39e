/** What every architecture's struct elf_prstatus has (elf-vmcore.md section 4). */
import { i32, u16, u32, u64, type Presentation } from '../layout/field.ts';
import type { Fields } from '../layout/struct.ts';

/** Offset of pr_reg, the same on every 64-bit architecture. */
export const prRegOffset = 112;

/** QEMU 7.2 on a little-endian host stores the number byte-swapped in s390x files (elf-vmcore.md section 3). */
export const swappedPid: Presentation<number> = {
  text: (value) => (value >= 0x10000 && (value & 0xffff) === 0 ? `byte-swapped by QEMU: ${((value >>> 24) | ((value >>> 8) & 0xff00)) >>> 0}` : undefined),
};

/** The beginning, the same with 32 bits. */
export const signalFields = {
  si_signo: i32(0, 'signal number, 0 in kernel dumps'),
  si_code: i32(4, 'signal code'),
  si_errno: i32(8, 'signal error number'),
  pr_cursig: u16(12, 'current signal'),
} as const satisfies Fields;

export const prstatusHead = {
  ...signalFields,
  pr_sigpend: u64(16, 'pending signals'),
  pr_sighold: u64(24, 'held signals'),
  pr_pid: u32(32, 'CPU number + 1 or a process id, by producer'),
  pr_ppid: u32(36),
  pr_pgrp: u32(40),
  pr_sid: u32(44),
} as const satisfies Fields;

/** Registers of 8 bytes that follow one another from `offset` on. */
export function consecutive(names: readonly string[], offset: number): Fields {
  return Object.fromEntries(names.map((name, index) => [name, u64(offset + 8 * index)]));
}

/** "x0", "x1", ... */
export const numbered = (letter: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${letter}${index}`);
