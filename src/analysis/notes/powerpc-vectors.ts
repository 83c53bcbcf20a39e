/** Vector registers of ppc64 (elf-vmcore.md section 3): QEMU writes these notes, with the owner CORE. Unproven on a real dump. */
import { bytes, u64 } from '../layout/field.ts';
import { list, struct } from '../layout/struct.ts';
import type { NoteType } from './note-type.ts';

const powerpc = ['ppc64', 'ppc64le'] as const;
const doc = 'Source: elf-vmcore.md section 3. Unproven on a real dump.';

const vmxLayout = struct(
  'NT_PPC_VMX',
  { endian: 'given', size: 544, doc },
  {
    vr: list(0, 32, bytes(0, 16), 'VMX registers'),
    vscr: bytes(512, 16, 'vector status and control'),
    vrsave: bytes(528, 16, 'VRSAVE'),
  },
);

const vsxLayout = struct('NT_PPC_VSX', { endian: 'given', size: 256, doc }, { vsr: list(0, 32, u64(0), 'low halves of VSX registers 0 to 31') });

export const powerpcVectorNotes: readonly NoteType[] = [
  { name: 'NT_PPC_VMX', owners: ['LINUX', 'CORE'], type: 0x100, architectures: powerpc, title: 'VMX registers of a CPU', layout: () => vmxLayout },
  { name: 'NT_PPC_VSX', owners: ['LINUX', 'CORE'], type: 0x102, architectures: powerpc, title: 'VSX registers of a CPU', layout: () => vsxLayout },
];
