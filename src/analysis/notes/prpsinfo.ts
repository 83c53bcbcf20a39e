/** NT_PRPSINFO: in kernel dumps only its presence and fname "vmlinux" mean something (elf-vmcore.md section 3). */
import { text, u32, u64, u8 } from '../layout/field.ts';
import { struct } from '../layout/struct.ts';
import type { NoteType } from '../arch/note-type.ts';

export const prpsinfoLayout = struct(
  'elf_prpsinfo',
  { endian: 'given', size: 136, doc: 'Source: elf-vmcore.md section 3.' },
  {
    pr_state: u8(0),
    pr_sname: u8(1, 'state letter'),
    pr_zomb: u8(2),
    pr_nice: u8(3),
    pr_flag: u64(8),
    pr_uid: u32(16),
    pr_gid: u32(20),
    pr_pid: u32(24),
    pr_ppid: u32(28),
    pr_pgrp: u32(32),
    pr_sid: u32(36),
    pr_fname: text(40, 16, 'program name, "vmlinux"'),
    pr_psargs: text(56, 80, 'arguments'),
  },
);

export const prpsinfo: NoteType = {
  name: 'NT_PRPSINFO',
  owners: ['CORE'],
  type: 3,
  title: 'process information',
  layout: () => prpsinfoLayout,
};
