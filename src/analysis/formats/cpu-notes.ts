/** Which notes are of which CPU, and how many CPUs a dump can have notes of. */
import type { Finding } from '../../shared/model.ts';
import type { RawNote } from './dump-format.ts';

const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
/** What s390x dumps hold once for each CPU; others may hold several notes of a type. */
const perCpuTypes: ReadonlySet<number> = new Set([NT_FPREGSET, 0x301, 0x302, 0x303, 0x304, 0x305, 0x309, 0x30a, 0x30b]);
/** The largest NR_CPUS that Linux can be built with (arch/x86/Kconfig and arch/powerpc/Kconfig; s390x has 512). */
const maxCpus = 8192;

/**
 * The notes of each CPU: every PRSTATUS and what follows it (elf-vmcore.md section 3). No CPU has two notes of one type: where a type
 * comes again without a PRSTATUS, that note is missing, and the notes from there on are another CPU's. Of more CPUs than Linux can
 * have, the first are taken.
 */
export function notesByCpu(notes: readonly RawNote[]): readonly (readonly RawNote[])[] {
  return grouped(notes).groups;
}

function grouped(notes: readonly RawNote[]): { readonly groups: readonly (readonly RawNote[])[]; readonly next: RawNote | undefined } {
  const groups: RawNote[][] = [];
  for (const note of notes) {
    if (note.owner !== 'CORE' && note.owner !== 'LINUX') continue;
    const current = groups.at(-1);
    const startsCpu = note.owner === 'CORE' && note.type === NT_PRSTATUS;
    const isAnothers = perCpuTypes.has(note.type) && (current === undefined || current.some(({ type }) => type === note.type));
    if (!startsCpu && !isAnothers) {
      current?.push(note);
      continue;
    }
    if (groups.length === maxCpus) return { groups, next: note };
    groups.push([note]);
  }
  return { groups, next: undefined };
}

/** Says that there are notes of more CPUs than Linux can have. */
export function tooManyCpus(notes: readonly RawNote[]): readonly Finding[] {
  const { next } = grouped(notes);
  if (next === undefined) return [];
  return [
    {
      id: 'container-complete/cpu-notes',
      severity: 'warning',
      title: 'There are notes of more CPUs than Linux can have',
      detail: `Linux has at most ${maxCpus} CPUs; the notes from file offset 0x${next.fileOffset.toString(16)} on are not read as those of CPUs`,
      where: { fileOffset: next.fileOffset, bytes: next.descOffset - next.fileOffset + next.desc.length },
    },
  ];
}
