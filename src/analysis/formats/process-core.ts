/**
 * Core dumps of processes: ELF cores too, but of one program's address space (Linux fs/binfmt_elf.c, elf_core_dump; gdb's gcore), of any machine, and
 * of other systems. Told by notes that only they have, by a program's name, or by segments without physical addresses.
 */
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import { asciiText } from '../layout/field.ts';
import type { RawNote } from './dump-format.ts';

const NT_PRPSINFO = 3;
/** Notes that the kernel or gdb writes for a process alone. */
const ofProcesses: ReadonlySet<number> = new Set([6 /* NT_AUXV */, 0x46494c45 /* NT_FILE */, 0x53494749 /* NT_SIGINFO */]);
/** Owners of notes that are of a kernel, whatever else there is. */
const ofKernels = /^(VMCOREINFO|VMCOREINFO_XEN|QEMU|ERASEINFO|Xen|VBCORE|VBCPU)$/;
/** NT_TASKSTRUCT: /proc/kcore has it. */
const NT_TASKSTRUCT = 4;

/** Owners of notes in cores of other systems: those of NetBSD and OpenBSD name a thread after an @. */
const otherSystems: readonly (readonly [RegExp, string])[] = [
  [/^FreeBSD$/, 'FreeBSD'],
  [/^NetBSD-CORE(@\d+)?$/, 'NetBSD'],
  [/^OpenBSD(@\d+)?$/, 'OpenBSD'],
];
/** NT_PSTATUS, NT_PSINFO and NT_LWPSTATUS of Solaris and illumos (sys/old_procfs.h), under the owner CORE that Linux has too. */
const ofSolaris: ReadonlySet<number> = new Set([10, 13, 16]);

/** EI_OSABI of systems whose cores are none of Linux. */
const foreignAbis: Readonly<Record<number, string>> = { 2: 'NetBSD', 6: 'Solaris or illumos', 9: 'FreeBSD', 12: 'OpenBSD' };

/** A core of another system's kernel: without a note of Linux. */
function otherKernel(osAbi: number, notes: readonly RawNote[]): ForeignKind | undefined {
  const system = foreignAbis[osAbi];
  if (system === undefined || notes.some(({ owner }) => owner === 'CORE' || owner === 'LINUX')) return undefined;
  return { id: 'other-system-core', name: `ELF core of ${system}, not a Linux kernel dump`, wayOut: `open it with the debugger of ${system}` };
}

/** struct elf_prpsinfo of all machines ends with the name, 16 bytes, and the arguments, 80 bytes (include/linux/elfcore.h). */
const nameAndArguments = 96;

/** What NT_PRPSINFO names: kernels write "vmlinux" or nothing. */
function programIn(notes: readonly RawNote[]): { readonly name: string; readonly path: string } | undefined {
  const note = notes.find(({ owner, type, desc }) => owner === 'CORE' && type === NT_PRPSINFO && desc.length > nameAndArguments);
  if (note === undefined) return undefined;
  const at = note.desc.length - nameAndArguments;
  const name = asciiText(note.desc.subarray(at, at + 16)).trim();
  const [path = ''] = asciiText(note.desc.subarray(at + 16))
    .trim()
    .split(' ');
  return name === '' && path === '' ? undefined : { name, path: path === '' ? name : path };
}

const kind = (name: string, program?: string): ForeignKind => ({
  id: 'process-core',
  name,
  wayOut: `open it with gdb${program === undefined ? '' : ` ${program}`} and this core; a kernel dump is written by kdump or a stand-alone dumper`,
});

/** What of a PT_LOAD tells a program's memory from a machine's. */
export interface CoreSegment {
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly bytes: bigint;
}

/**
 * Segments of a process have no physical address: several with content at physical 0 are of no machine's memory.
 * @param most how many are looked at
 */
function withoutPlaces(segments: Iterable<CoreSegment>, most: number): 'several' | 'one' | undefined {
  const addresses = new Set<bigint>();
  let looked = 0;
  for (const { virtual, physical, bytes } of segments) {
    if (bytes === 0n) continue;
    if (physical !== 0n || virtual >> 63n !== 0n) return undefined;
    addresses.add(virtual);
    looked += 1;
    if (looked >= most) break;
  }
  addresses.delete(0n);
  return addresses.size > 1 ? 'several' : addresses.size === 1 && looked === 1 ? 'one' : undefined;
}

const mostSegments = 64;

/**
 * The kind of an ELF core that is of a process or of another system's kernel, or undefined. What names a kernel of Linux decides, whatever else there is.
 * @param osAbi EI_OSABI of its header
 */
export function processCore(notes: readonly RawNote[], segments: Iterable<CoreSegment>, osAbi: number): ForeignKind | undefined {
  if (notes.some(({ owner }) => ofKernels.test(owner))) return undefined;
  for (const [owner, system] of otherSystems)
    if (notes.some((note) => owner.test(note.owner))) return kind(`core of a process of ${system}, not a kernel dump`);
  const program = programIn(notes);
  if (notes.some(({ owner, type }) => owner === 'CORE' && ofSolaris.has(type))) return kind('core of a process of Solaris or illumos, not a kernel dump');
  const name = `core of ${program?.path ?? 'a process'}, not a kernel dump`;
  if (notes.some(({ owner, type }) => owner === 'CORE' && ofProcesses.has(type))) return kind(name, program?.path);
  // Cores of processes had it too once, next to NT_AUXV.
  if (notes.some(({ owner, type }) => owner === 'CORE' && type === NT_TASKSTRUCT)) return undefined;
  const places = withoutPlaces(segments, mostSegments);
  const isProgram = program !== undefined && program.name !== 'vmlinux' && program.name !== '';
  return places === 'several' || (places === 'one' && isProgram) ? kind(name, program?.path) : otherKernel(osAbi, notes);
}
