/** NT_PRSTATUS: the general registers of one CPU (elf-vmcore.md section 4); each architecture brings its own. */
import { architectures } from '../arch/index.ts';
import type { NoteType } from './note-type.ts';

export const prstatus: NoteType = {
  name: 'NT_PRSTATUS',
  owners: ['CORE'],
  type: 1,
  title: 'general registers of a CPU',
  layout: (architecture) => architectures[architecture].notes.prstatus,
};
