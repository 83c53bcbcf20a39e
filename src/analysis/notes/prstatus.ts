/** NT_PRSTATUS: the general registers of one CPU (elf-vmcore.md section 4); each architecture brings its own. */
import { architectures } from '../arch/index.ts';
import type { NoteType } from '../arch/note-type.ts';

export const prstatus: NoteType = {
  name: 'NT_PRSTATUS',
  owners: ['CORE'],
  type: 1,
  title: 'general registers of a CPU',
  layout(architecture, bytes) {
    const { prstatus: own, narrowPrstatus } = architectures[architecture].notes;
    if (bytes !== undefined && bytes === narrowPrstatus?.size) return narrowPrstatus;
    // A longer one is another machine's: its registers lie elsewhere.
    return bytes !== undefined && bytes > own.size ? undefined : own;
  },
};
