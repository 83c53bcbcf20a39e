/** The notes of an export: those of the source as they are but for a byte order that QEMU mistakes, else notes made from where the source keeps the registers of CPUs and VMCOREINFO. */
import { architectures } from '../arch/index.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import { failed, type Missing } from '../../shared/result.ts';
import { writeExportNote, type ExportNote } from '../formats/export-note.ts';
import { notesByCpu } from '../formats/cpu-notes.ts';
import type { DumpImage } from '../formats/dump-format.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import type { OutgoingNote, OutgoingNotes } from './export-plan.ts';
import { withRightPid } from './prstatus-pid.ts';
import { s390CpuNotes } from './s390-cpu-notes.ts';

const NT_PRSTATUS = 1;

export interface NoteSource {
  readonly image: DumpImage;
  readonly memory: AbsoluteMemory;
  /** CPUs as the dump records them. */
  readonly cpus: readonly CpuJson[];
  /** Text of the kernel's VMCOREINFO, wherever the dump has it. */
  readonly vmcoreinfo: string | undefined;
  /** What the export says of itself. */
  readonly about: ExportNote;
}

const vmcoreinfoOwner = 'VMCOREINFO';

export function outgoingNotes({ image, memory, cpus, vmcoreinfo, about }: NoteSource): OutgoingNotes {
  // The one NT_PRSTATUS of /proc/kcore is empty and of no CPU (fs/proc/kcore.c).
  const own = image.origin?.kind === 'kcore' ? image.notes.filter(({ owner }) => owner === vmcoreinfoOwner) : image.notes;
  const groups = notesByCpu(own);
  const hasLowcores = architectures[image.machine.arch].features.has('lowcore');
  /** The note without its place in the source. */
  const plain = (note: OutgoingNote): OutgoingNote => {
    const { owner, type, desc } = note;
    return { owner, type, desc: hasLowcores && isPrstatus(note) ? withRightPid(desc) : desc };
  };
  const ofCpus = new Set(groups.flat());
  const others = own.filter((note) => !ofCpus.has(note)).map(plain);
  const added = vmcoreinfo === undefined || own.some(({ owner }) => owner === vmcoreinfoOwner) ? [] : [vmcoreinfoNote(vmcoreinfo)];
  const last = writeExportNote(about);
  if (groups.some((group) => group.length > 0))
    return {
      cpus: groups.map((group) => group.map(plain)),
      others: [...others, ...added, last],
      inOrder: [...own.map(plain), ...added, last],
      from: 'notes',
      missing: [],
    };
  const made = hasLowcores ? cpus.flatMap((cpu) => [s390CpuNotes(cpu, memory)].filter((notes) => notes.length > 0)) : [];
  const rest = [...others, ...added, last];
  return {
    cpus: made,
    others: rest,
    inOrder: [...made.flat(), ...rest],
    from: made.length === 0 ? undefined : image.recordedCpus === undefined ? 'save-areas' : 'records',
    missing: withoutRegisters(image, cpus, made.length),
  };
}

/** @param text lines of KEY=VALUE, as the kernel's note has them */
function vmcoreinfoNote(text: string): OutgoingNote {
  return { owner: vmcoreinfoOwner, type: 0, desc: Buffer.from(text, 'latin1') };
}

/** Whether a note is that of a CPU's general registers. */
const isPrstatus = ({ owner, type }: OutgoingNote): boolean => owner === 'CORE' && type === NT_PRSTATUS;

function withoutRegisters(image: DumpImage, cpus: readonly CpuJson[], made: number): readonly Missing[] {
  const what = 'registers of CPUs';
  if (made === 0)
    return [
      failed(
        what,
        architectures[image.machine.arch].features.has('lowcore')
          ? 'the source has no notes of CPUs, and no CPU whose status was stored is known'
          : 'the source has no notes of CPUs, and nothing else that holds registers as a note does',
      ).missing,
    ];
  if (made === cpus.length) return [];
  const without = cpus.filter((cpu) => cpu.psw === undefined).map((cpu) => `CPU ${cpu.linuxCpu ?? cpu.id}${cpu.state === undefined ? '' : ` (${cpu.state})`}`);
  const listed = without.slice(0, 16).join(', ');
  return [failed(what, `there are none for ${listed}${without.length > 16 ? ` and ${without.length - 16} more` : ''}`).missing];
}
