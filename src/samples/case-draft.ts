import { concatBytes } from './byte-writer.ts';
import type { ElfLoad } from './elf-vmcore.ts';
import type { ElfNote } from './elf-notes.ts';
import { MemoryImage } from './memory-image.ts';
import type { NamedArchitecture } from './named-registers.ts';
import type { S390xSystem } from './s390x-system.ts';
import { sampleCpuId, type Architecture, type Cpu, type MemoryRange, type System, type UtsNames } from './system.ts';
import { vmcoreinfoText } from './vmcoreinfo-text.ts';

/** Change of a finished file. */
export type FileEdit = (files: Map<string, Uint8Array>) => void;

/** No RAM there; left out by the filter; lost for want of space; one segment of an s390_ext dump. */
export type RangeKind = 'hole' | 'exclude' | 'lost' | 'segment';

/** What the statements of a case have said so far. */
export class CaseDraft {
  arch: Architecture = 's390x';
  memory = new MemoryImage(0x200000);
  cpus: Cpu[] = [];
  uts: UtsNames = { sysname: 'Linux', nodename: 'case', release: '6.1.0-case', version: '#1 SMP', machine: 's390x', domainname: '(none)' };
  vmcoreinfoLines: string[] = [];
  crashkernel: MemoryRange | undefined;
  dumpTime = 1773480425;
  cpuId = sampleCpuId;
  /** The system that a `system` statement described, for `damage`. */
  described: S390xSystem | undefined;
  format: { readonly name: string; readonly options: ReadonlyMap<string, string> } | undefined;
  header = new Map<string, bigint>();
  loads: ElfLoad[] = [];
  notes: ElfNote[] = [];
  /** Absolute addresses that a format shall treat in its own way. */
  ranges: { readonly kind: RangeKind; readonly start: number; readonly size: number }[] = [];
  edits: FileEdit[] = [];
  /** Whether anything was written into memory: `memory` and `arch` must come before. */
  touched = false;

  get endian(): 'big' | 'little' {
    return this.arch === 's390x' || this.arch === 'ppc64' ? 'big' : 'little';
  }

  /** The system as the container builders want it. */
  system(): System {
    const text = vmcoreinfoText(this.vmcoreinfoLines);
    return {
      ...(this.described ?? {}),
      arch: this.arch,
      endian: this.endian,
      memory: this.memory,
      cpus: this.cpus,
      uts: this.uts,
      vmcoreinfo: text === '' ? undefined : text,
      crashkernel: this.crashkernel,
      dumpTime: this.dumpTime,
      cpuId: this.cpuId,
    };
  }

  rangesOf(kind: RangeKind): readonly MemoryRange[] {
    return this.ranges.filter((range) => range.kind === kind);
  }

  /** The architecture, which must not be s390x. */
  namedArch(): NamedArchitecture {
    if (this.arch === 's390x') throw new Error('s390x CPUs have fields of their own');
    return this.arch;
  }
}

/** Replaces the one file, or the named file of a set. */
export function editFile(name: string, change: (file: Uint8Array) => Uint8Array): FileEdit {
  return (files) => {
    const key = name === 'file' && files.size === 1 ? [...files.keys()][0] : name;
    const file = key === undefined ? undefined : files.get(key);
    if (key === undefined || file === undefined) throw new Error(`there is no file "${name}"; files: ${[...files.keys()].join(', ')}`);
    files.set(key, change(file));
  };
}

/** Overwrites bytes of a finished file; a position below 0 counts from its end. */
export const patchEdit = (name: string, position: number, bytes: Uint8Array): FileEdit =>
  editFile(name, (file) => {
    const at = position < 0 ? file.length + position : position;
    if (at < 0 || at + bytes.length > file.length) throw new Error(`0x${position.toString(16)} is outside the file of ${file.length} bytes`);
    const changed = file.slice();
    changed.set(bytes, at);
    return changed;
  });

/** Cuts a file to a size, or by as many bytes as a size below 0 says. */
export const truncateEdit = (name: string, size: number): FileEdit =>
  editFile(name, (file) => file.slice(0, size < 0 ? Math.max(0, file.length + size) : size));

export const appendEdit = (name: string, bytes: Uint8Array): FileEdit => editFile(name, (file) => concatBytes([file, bytes]));
