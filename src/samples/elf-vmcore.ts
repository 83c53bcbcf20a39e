import { defined } from '../shared/defined.ts';
import { elfFile, type ElfSection, type ElfSegment } from './elf-file.ts';
import { encodeNotes, systemNotes, type ElfNote, type NoteProducer } from './elf-notes.ts';
import { places } from './s390x-places.ts';
import { imageVirtual, stext, type ImageMapping } from './s390x-kernel-symbols.ts';
import type { Architecture, System } from './system.ts';

/** One PT_LOAD. */
export interface ElfLoad {
  /** p_paddr. */
  readonly address: number;
  /** p_memsz. */
  readonly size: number;
  /** p_filesz, `size` unless given; the rest of the range is not in the file. */
  readonly fileSize?: number;
  /** p_vaddr; equal to the address unless given. */
  readonly virtual?: bigint;
  /** QEMU's way to say "not stored": p_filesz 0, p_offset 2^64 − 1. */
  readonly notStored?: boolean;
}

export interface ElfVmcoreOptions {
  /** Decides note order, PT_LOAD attributes and header oddities. 'kernel' unless given. */
  readonly producer?: NoteProducer;
  /** In the order of the file. Unless given: all memory without the crashkernel area (kernel), or all of it. */
  readonly loads?: readonly ElfLoad[];
  /** Whether a VMCOREINFO note is written; for QEMU no unless given. */
  readonly vmcoreinfoNote?: boolean;
  /** Replaces the notes that the producer would write. */
  readonly notes?: readonly ElfNote[];
  readonly extraNotes?: readonly ElfNote[];
  /** Over how many PT_NOTEs the notes are spread; 1 unless given. */
  readonly noteSegments?: number;
  /** Puts the PT_NOTEs after the PT_LOADs. */
  readonly notesLast?: boolean;
  /** PN_XNUM: e_phnum 0xffff, the count in section header 0. */
  readonly extendedCount?: boolean;
  /** e_flags; bit 0 = makedumpfile ran out of space. */
  readonly flags?: number;
  readonly sections?: readonly ElfSection[];
  /** Last change to the finished bytes. */
  readonly finish?: (file: Uint8Array) => Uint8Array;
}

/** e_machine (elf-vmcore.md section 1). */
export const elfMachines: Readonly<Record<Architecture, number>> = { s390x: 22, x86_64: 62, aarch64: 183, ppc64: 21, ppc64le: 21 };

/** An ELF core dump of a system as the kernel's /proc/vmcore, zgetdump or QEMU writes it. */
export function elfVmcore(system: System, options: ElfVmcoreOptions = {}): Uint8Array {
  const producer = options.producer ?? 'kernel';
  const notes = [...(options.notes ?? systemNotes(system, producer, options.vmcoreinfoNote)), ...(options.extraNotes ?? [])];
  const noteSegments = spread(notes, options.noteSegments ?? 1).map((part): ElfSegment => ({
    type: 4,
    data: encodeNotes(part, system.endian),
    virtual: 0n,
    physical: 0n,
  }));
  const loads = (options.loads ?? defaultLoads(system, producer)).map((load) => loadSegment(system, load, producer));
  const file = elfFile({
    endian: system.endian,
    machine: elfMachines[system.arch],
    layout: producer === 'qemu' ? 'qemu' : 'aligned',
    segments: options.notesLast === true ? [...loads, ...noteSegments] : [...noteSegments, ...loads],
    ...defined({ flags: options.flags, extendedCount: options.extendedCount, sections: options.sections }),
  });
  return options.finish === undefined ? file : options.finish(file);
}

function loadSegment(system: System, load: ElfLoad, producer: NoteProducer): ElfSegment {
  const fileSize = load.notStored === true ? 0 : (load.fileSize ?? load.size);
  return {
    type: 1,
    flags: producer === 'qemu' ? 0 : 7,
    align: producer === 'qemu' ? 0 : 4096,
    physical: BigInt(load.address),
    virtual: load.virtual ?? BigInt(load.address),
    data: system.memory.read(load.address, fileSize),
    memorySize: load.size,
    ...(load.notStored === true ? { offset: 0xffffffffffffffffn } : {}),
  };
}

/**
 * The PT_LOADs that a producer writes: the kernel leaves out the crashkernel area and, from 6.10 on, lists its image first
 * with its own virtual address (elf-vmcore.md, "p_vaddr by producer").
 */
export function defaultLoads(system: System & { readonly mapping?: ImageMapping }, producer: NoteProducer): readonly ElfLoad[] {
  const { memory, crashkernel, mapping } = system;
  if (producer !== 'kernel') return [{ address: 0, size: memory.size }];
  const loads: ElfLoad[] = [];
  if (mapping?.published === true) {
    const start = stext(mapping);
    loads.push({ address: start, size: places.imageEnd - start, virtual: imageVirtual(mapping, start) });
  }
  const hole = crashkernel ?? { start: memory.size, size: 0 };
  if (hole.start > 0) loads.push({ address: 0, size: Math.min(hole.start, memory.size) });
  const behind = hole.start + hole.size;
  if (behind < memory.size) loads.push({ address: behind, size: memory.size - behind });
  return loads;
}

/** Splits notes into `count` runs of nearly equal length, in order. */
function spread<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  const size = Math.max(1, Math.ceil(items.length / count));
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
