/** Notes of s390x CPUs: NT_PRSTATUS, NT_FPREGSET, and the NT_S390_* notes of one register group each (elf-vmcore.md section 3; include/uapi/linux/elf.h). */
import { bytes, u32, u64 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { list, struct, type StructLayout } from '../../layout/struct.ts';
import type { NoteType } from '../note-type.ts';
import { prstatusHead, swappedPid } from '../prstatus-fields.ts';

export const prstatusS390x = struct(
  'elf_prstatus (s390x)',
  { endian: 'big', size: 336, doc: 'Source: elf-vmcore.md section 4.' },
  {
    ...prstatusHead,
    pr_pid: u32(32, 'CPU number + 1; QEMU may store it byte-swapped, so that the lowcore says which CPU it is', swappedPid),
    psw_mask: u64(112, 'PSW mask'),
    psw_addr: u64(120, 'PSW instruction address'),
    gprs: list(128, 16, u64(0), 'general registers'),
    acrs: list(256, 16, u32(0, '', hex), 'access registers'),
    orig_gpr2: u64(320, 'r2 at the system call'),
    pr_fpvalid: u32(328, 'floating-point registers are valid'),
  },
);

export const fpregsetS390x = struct(
  'fpregset (s390x)',
  { endian: 'big', size: 136, doc: 'Source: elf-vmcore.md section 5.' },
  {
    fpc: u32(0, 'floating-point control', hex),
    fprs: list(8, 16, u64(0), 'floating-point registers'),
  },
);

const source = 'Source: elf-vmcore.md section 3.';
const big = (size: number): { endian: 'big'; size: number; doc: string } => ({ endian: 'big', size, doc: source });

export const s390Timer = struct('NT_S390_TIMER', big(8), { timer: u64(0, 'CPU timer') });
export const s390TodCmp = struct('NT_S390_TODCMP', big(8), { todcmp: u64(0, 'clock comparator, in one of three encodings (elf-vmcore.md note a)') });
export const s390TodPreg = struct('NT_S390_TODPREG', big(4), { todpreg: u32(0, 'TOD programmable register', hex) });
export const s390Ctrs = struct('NT_S390_CTRS', big(128), { crs: list(0, 16, u64(0), 'control registers') });
export const s390Prefix = struct('NT_S390_PREFIX', big(4), { prefix: u32(0, 'absolute address of the CPU lowcore', hex) });
export const s390LastBreak = struct('NT_S390_LAST_BREAK', big(8), { last_break: u64(0, 'breaking-event address') });
export const s390SystemCall = struct('NT_S390_SYSTEM_CALL', big(4), { system_call: u32(0, 'system call number') });
export const s390HighGprs = struct('NT_S390_HIGH_GPRS', big(64), { high: list(0, 16, u32(0, '', hex), 'upper halves of the general registers') });
export const s390VxrsLow = struct('NT_S390_VXRS_LOW', big(128), {
  low: list(0, 16, u64(0), 'low halves of v0 to v15; the high halves are the floating-point registers'),
});
export const s390VxrsHigh = struct('NT_S390_VXRS_HIGH', big(256), { high: list(0, 16, bytes(0, 16), 'v16 to v31') });
export const s390GsCb = struct('NT_S390_GS_CB', big(32), {
  reserved: u64(0),
  gsd: u64(8, 'guarded-storage designation'),
  gssm: u64(16, 'guarded-storage section mask'),
  gsepla: u64(24, 'event parameter list address'),
});
const s390Tdb = struct('NT_S390_TDB', big(256), { tdb: bytes(0, 256, 'transaction diagnostic block') });
const s390GsBc = struct('NT_S390_GS_BC', big(32), { gs_bc: bytes(0, 32, 'guarded-storage broadcast control') });
const s390RiCb = struct('NT_S390_RI_CB', big(64), { ri_cb: bytes(0, 64, 'runtime-instrumentation control block') });

function note(type: number, layout: StructLayout<never>, title: string): NoteType {
  return {
    name: layout.name,
    owners: ['LINUX', 'CORE'],
    type,
    architectures: ['s390x'],
    title,
    layout: () => layout,
  };
}
const loose = (layout: unknown): StructLayout<never> => layout as StructLayout<never>;

export const s390RegisterNotes: readonly NoteType[] = [
  note(0x300, loose(s390HighGprs), 'upper halves of the general registers'),
  note(0x301, loose(s390Timer), 'CPU timer'),
  note(0x302, loose(s390TodCmp), 'clock comparator'),
  note(0x303, loose(s390TodPreg), 'TOD programmable register'),
  note(0x304, loose(s390Ctrs), 'control registers'),
  note(0x305, loose(s390Prefix), 'prefix register'),
  note(0x306, loose(s390LastBreak), 'breaking-event address'),
  note(0x307, loose(s390SystemCall), 'system call number'),
  note(0x308, loose(s390Tdb), 'transaction diagnostic block'),
  note(0x309, loose(s390VxrsLow), 'vector registers 0 to 15, low halves'),
  note(0x30a, loose(s390VxrsHigh), 'vector registers 16 to 31'),
  note(0x30b, loose(s390GsCb), 'guarded-storage control block'),
  note(0x30c, loose(s390GsBc), 'guarded-storage broadcast control'),
  note(0x30d, loose(s390RiCb), 'runtime-instrumentation control block'),
  { name: 'NT_S390_PV_CPU_DATA', owners: ['LINUX'], type: 0x30e, architectures: ['s390x'], title: 'encrypted CPU state of a secure guest' },
];
