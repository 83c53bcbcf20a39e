/** The registry of architectures: a new one is a folder with its table, its name in `architecture-name.ts`, and a line here. */
import type { Endian } from '../layout/field.ts';
import { architectureNames, type Architecture } from './architecture-name.ts';
import { aarch64 } from './aarch64/index.ts';
import type { ArchitectureOps } from './architecture.ts';
import { ppc64, ppc64le } from './ppc64/index.ts';
import { s390x } from './s390x/index.ts';
import { x86 } from './x86_64/index.ts';

export const architectures: Readonly<Record<Architecture, ArchitectureOps>> = { s390x, x86_64: x86, aarch64, ppc64, ppc64le };

export const everyArchitecture: readonly ArchitectureOps[] = architectureNames.map((name) => architectures[name]);

/** The architecture of an ELF file, by e_machine and byte order. */
export const architectureOfElf = (machine: number, endian: Endian): Architecture | undefined =>
  architectureNames.find((name) => {
    const { elf } = architectures[name];
    return elf.machine === machine && (elf.endian === 'either' || elf.endian === endian);
  });

/** The only architecture whose struct elf_prstatus has that size and byte order; undefined where none or several have. */
export function architectureOfPrstatus(bytes: number, endian: Endian): Architecture | undefined {
  const fitting = architectureNames.filter((name) => architectures[name].notes.prstatus.size === bytes && architectures[name].notes.prstatusEndian === endian);
  return fitting.length === 1 ? fitting[0] : undefined;
}
