/** Notes that are text, or that are named without being decoded. */
import type { NoteType } from './note-type.ts';

export const vmcoreinfoNote: NoteType = { name: 'VMCOREINFO', owners: ['VMCOREINFO'], type: 0, title: 'what the kernel says of itself', isText: true };
export const eraseinfoNote: NoteType = { name: 'ERASEINFO', owners: ['ERASEINFO'], type: 0, title: 'symbols that makedumpfile erased', isText: true };

export const namedNotes: readonly NoteType[] = [
  { name: 'NT_S390_PV_CPU_DATA', owners: ['LINUX'], type: 0x30e, architectures: ['s390x'], title: 'encrypted CPU state of a secure guest' },
  { name: 'NT_VMCOREDD', owners: ['LINUX'], type: 0x700, title: 'device dump of a driver' },
  { name: 'NT_PPC_SPE', owners: ['LINUX', 'CORE'], type: 0x101, architectures: ['ppc64', 'ppc64le'], title: 'SPE registers of a CPU' },
  { name: 'NT_TASKSTRUCT', owners: ['CORE'], type: 4, title: 'raw task_struct' },
];
