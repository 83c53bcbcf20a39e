/** NT_PRFPREG: floating-point registers (elf-vmcore.md section 5); each architecture brings its own. */
import { architectures } from '../arch/index.ts';
import type { NoteType } from '../arch/note-type.ts';

export const fpregset: NoteType = {
  name: 'NT_FPREGSET',
  owners: ['CORE'],
  type: 2,
  title: 'floating-point registers of a CPU',
  layout: (architecture) => architectures[architecture].notes.fpregset,
};
