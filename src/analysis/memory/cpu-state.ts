/** The CPUs of a dump: its notes grouped by CPU, and what the architecture makes of them. */
import type { CpuSet } from '../arch/architecture.ts';
import { architectures } from '../arch/index.ts';
import type { DumpImage, RawNote } from '../formats/dump-format.ts';
import type { MemoryReader } from './reader.ts';

const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;
/** What s390x dumps hold once for each CPU; others may hold several notes of a type. */
const perCpuTypes: ReadonlySet<number> = new Set([NT_FPREGSET, 0x301, 0x302, 0x303, 0x304, 0x305, 0x309, 0x30a, 0x30b]);

/**
 * The notes of each CPU: every PRSTATUS and what follows it (elf-vmcore.md section 3). No CPU has two notes of one type: where a type
 * comes again without a PRSTATUS, that note is missing, and the notes from there on are another CPU's.
 */
export function notesByCpu(notes: readonly RawNote[]): readonly (readonly RawNote[])[] {
  const groups: RawNote[][] = [];
  for (const note of notes) {
    if (note.owner !== 'CORE' && note.owner !== 'LINUX') continue;
    const current = groups.at(-1);
    const startsCpu = note.owner === 'CORE' && note.type === NT_PRSTATUS;
    const isAnothers = perCpuTypes.has(note.type) && (current === undefined || current.some(({ type }) => type === note.type));
    if (startsCpu || isAnothers) groups.push([note]);
    else current?.push(note);
  }
  return groups;
}

/**
 * All CPUs in dump order.
 * @param kernelPrefixes prefixes of the kernel's `lowcore_ptr` array, asked for when neither notes nor header name a CPU
 */
export function readCpus(image: DumpImage, memory: MemoryReader, kernelPrefixes: () => readonly number[] = () => []): CpuSet {
  // The one NT_PRSTATUS of /proc/kcore is empty and of no CPU (fs/proc/kcore.c).
  const groups = image.origin?.kind === 'kcore' ? [] : notesByCpu(image.notes);
  const set = architectures[image.machine.arch].readCpus({ image, memory, groups, kernelPrefixes });
  return image.origin?.kind === 'xen-host' ? { ...set, cpus: set.cpus.map((cpu) => ({ ...cpu, state: 'in the hypervisor' })) } : set;
}
