/** Notes that are text, or that are named without being decoded. */
import type { NoteType } from '../arch/note-type.ts';

export const vmcoreinfoNote: NoteType = { name: 'VMCOREINFO', owners: ['VMCOREINFO'], type: 0, title: 'what the kernel reports about itself', isText: true };
export const eraseinfoNote: NoteType = { name: 'ERASEINFO', owners: ['ERASEINFO'], type: 0, title: 'symbols that makedumpfile erased', isText: true };

export const namedNotes: readonly NoteType[] = [
  { name: 'NT_VMCOREDD', owners: ['LINUX'], type: 0x700, title: 'device dump of a driver' },
  { name: 'NT_TASKSTRUCT', owners: ['CORE'], type: 4, title: 'raw task_struct' },
];
