/** Which notes are of which CPU, and how many CPUs a dump can have notes of. */
import { append } from '../../shared/append.ts';
import type { Finding } from '../../shared/model.ts';
import type { RawNote } from './dump-format.ts';

const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
const NT_S390_PREFIX = 0x305;
/** What s390x dumps hold once for each CPU; others may hold several notes of a type. */
const perCpuTypes: ReadonlySet<number> = new Set([NT_FPREGSET, 0x301, 0x302, 0x303, 0x304, 0x305, 0x309, 0x30a, 0x30b]);
/** The largest NR_CPUS that Linux can be built with (arch/x86/Kconfig and arch/powerpc/Kconfig; s390x has 512). */
const maxCpus = 8192;

/**
 * The notes of each CPU: every PRSTATUS and what follows it (elf-vmcore.md section 3). No CPU has two notes of one type: where a type
 * comes again without a PRSTATUS, that note is missing, and the notes from there on are another CPU's. Notes of one type that follow
 * one another were put in another order, so they are of no CPU in particular. Of more CPUs than Linux can have, the first are taken.
 * @returns an empty group keeps the place of a CPU of which no note is left that says so
 */
export function notesByCpu(notes: readonly RawNote[]): readonly (readonly RawNote[])[] {
  return grouped(notes).groups;
}

interface Grouped {
  readonly groups: readonly (readonly RawNote[])[];
  /** Of CPUs, but of which one is not known. */
  readonly nobodys: readonly RawNote[];
  readonly next: RawNote | undefined;
}

const isOfCpu = ({ owner }: RawNote): boolean => owner === 'CORE' || owner === 'LINUX';

function grouped(all: readonly RawNote[]): Grouped {
  const notes: RawNote[] = [];
  for (const note of all) if (isOfCpu(note)) notes.push(note);
  const groups: RawNote[][] = [];
  const nobodys: RawNote[] = [];
  for (const [at, note] of notes.entries()) {
    const { type } = note;
    const isPerCpu = perCpuTypes.has(type);
    if (isPerCpu && (notes[at - 1]?.type === type || notes[at + 1]?.type === type)) {
      nobodys.push(note);
      continue;
    }
    const current = groups.at(-1);
    const startsCpu = note.owner === 'CORE' && type === NT_PRSTATUS;
    const isAnothers = isPerCpu && (current === undefined || current.some((one) => one.type === type));
    if (!startsCpu && !isAnothers) {
      current?.push(note);
      continue;
    }
    if (groups.length === maxCpus) return { groups, nobodys, next: note };
    groups.push([note]);
  }
  // Without a PRSTATUS, only a prefix says that there is a CPU, and which one.
  const ofCpu = groups.map((group) => {
    if (group.some(({ type }) => type === NT_PRSTATUS || type === NT_S390_PREFIX)) return group;
    append(nobodys, group);
    return [];
  });
  return { groups: ofCpu, nobodys, next: undefined };
}

/** Register notes that are of no CPU that the notes name: nothing is read from them. */
function withoutCpu(nobodys: readonly RawNote[]): readonly Finding[] {
  const [first] = nobodys;
  if (first === undefined) return [];
  const types = [...new Set(nobodys.map(({ type }) => `0x${type.toString(16)}`))].join(', ');
  return [
    {
      id: 'container-complete/cpu-notes',
      severity: 'warning',
      title: 'The CPU of some register notes is not known',
      detail: `${nobodys.length} (type ${types}), the first at file offset 0x${first.fileOffset.toString(16)}, do not follow an NT_PRSTATUS of their CPU: nothing is read from them, and no CPU is counted for them`,
      where: { fileOffset: first.fileOffset, bytes: first.descOffset - first.fileOffset + first.desc.length },
    },
  ];
}

/** What is wrong with the notes as those of CPUs: some are of no CPU, or they are of more CPUs than Linux can have. */
export function cpuNoteFindings(notes: readonly RawNote[]): readonly Finding[] {
  const { next, nobodys } = grouped(notes);
  if (next === undefined) return withoutCpu(nobodys);
  return [
    ...withoutCpu(nobodys),
    {
      id: 'container-complete/cpu-notes',
      severity: 'warning',
      title: 'There are notes of more CPUs than Linux can have',
      detail: `Linux has at most ${maxCpus} CPUs; the notes starting at file offset 0x${next.fileOffset.toString(16)} are not read as CPU notes`,
      where: { fileOffset: next.fileOffset, bytes: next.descOffset - next.fileOffset + next.desc.length },
    },
  ];
}
