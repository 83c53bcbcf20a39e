/** Core dumps of processes: ELF cores too, but of one program's address space (Linux fs/binfmt_elf.c, elf_core_dump). */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import { asciiText, type Endian } from '../layout/field.ts';
import { parse } from '../layout/struct.ts';
import { prpsinfoLayout } from '../notes/prpsinfo.ts';
import type { RawNote } from './dump-format.ts';

/** Notes that the kernel writes for a process alone. */
const ofProcesses: ReadonlySet<number> = new Set([6 /* NT_AUXV */, 0x46494c45 /* NT_FILE */, 0x53494749 /* NT_SIGINFO */]);

/** Where a program was started from: the first word of its arguments, else its name. */
function programOf(notes: readonly RawNote[], endian: Endian): string | undefined {
  const note = notes.find(({ owner, type, desc }) => owner === 'CORE' && type === 3 && desc.length >= prpsinfoLayout.size);
  if (note === undefined) return undefined;
  const info = parse(prpsinfoLayout, note.desc, { endian });
  const [path] = asciiText(note.desc.subarray(prpsinfoLayout.fields.pr_psargs.offset)).trim().split(' ');
  return path !== undefined && path !== '' ? path : info.pr_fname === '' ? undefined : info.pr_fname;
}

/** The kind of an ELF core that is of a process, or undefined. VMCOREINFO is of a kernel, whatever else there is. */
export function processCore(notes: readonly RawNote[], endian: Endian): ForeignKind | undefined {
  if (!notes.some(({ owner, type }) => owner === 'CORE' && ofProcesses.has(type)) || notes.some(({ owner }) => owner === 'VMCOREINFO')) return undefined;
  const program = programOf(notes, endian);
  return {
    id: 'process-core',
    name: `core of ${program ?? 'a process'}, no kernel dump`,
    wayOut: `open it with gdb${program === undefined ? '' : ` ${program}`} and this core; a kernel dump is written by kdump or a stand-alone dumper`,
  };
}
