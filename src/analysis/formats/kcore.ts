/**
 * PT_LOADs of copies of /proc/kcore (fs/proc/kcore.c): views of a running kernel's virtual memory. RAM in the kernel's linear map has its
 * physical address since Linux 4.7, what else is mapped (vmalloc, modules, vmemmap) has p_paddr -1 since 4.19; before, p_paddr is 0.
 */
import type { Finding } from '../../shared/model.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import { architectures } from '../arch/index.ts';
import type { ProgramHeader } from './elf-layout.ts';
import type { Loads } from './elf-segments.ts';
import { RangeColumns } from './range-columns.ts';

/** One for each range of memory and each map: the largest machines have some thousand. An object each. */
const mostLoads = 1 << 18;

const tooMany: Finding = {
  id: 'container-complete/kcore-loads',
  severity: 'error',
  title: 'More PT_LOADs than a /proc/kcore has',
  detail: `the notes are those of /proc/kcore, whose PT_LOADs are sorted out by what they map; only the first ${mostLoads} are read`,
};

const noAddress = (1n << 64n) - 1n;
/** The kernel's other maps lie at least so far above the end of RAM in the linear map (x86_64: 10 TiB of padding; elsewhere far more). */
const farGap = 1n << 40n;

interface KcoreLoads {
  /** RAM, each with its physical address. */
  readonly loads: readonly ProgramHeader[];
  /** The same with the views of the kernel image: what tells where the image lies. */
  readonly placed: readonly ProgramHeader[];
  readonly findings: readonly Finding[];
}

const hasPlace = ({ p_paddr }: ProgramHeader): boolean => p_paddr !== 0n && p_paddr !== noAddress;

/** Loads of the linear map: from the lowest one on, up to a gap that no RAM has. */
function linearPart(loads: readonly ProgramHeader[]): readonly ProgramHeader[] {
  const ascending = [...loads].sort((a, b) => (a.p_vaddr < b.p_vaddr ? -1 : 1));
  const end = ascending.findIndex((load, at) => {
    const before = ascending[at - 1];
    return load.p_memsz >= farGap || (before !== undefined && load.p_vaddr - (before.p_vaddr + before.p_memsz) >= farGap);
  });
  return end === -1 ? ascending : ascending.slice(0, end);
}

/** Of loads that lie within others only the others count: the image is seen twice, and a running system changes between two reads. */
function withoutRepeats(loads: readonly ProgramHeader[], isImage: (load: ProgramHeader) => boolean): readonly ProgramHeader[] {
  const ram = RangeColumns.merged(loads.filter((load) => !isImage(load)).map(({ p_paddr, p_memsz }) => ({ start: p_paddr, end: p_paddr + p_memsz })));
  return loads.filter((load) => !isImage(load) || !ram.holdsAll(load.p_paddr, load.p_paddr + load.p_memsz));
}

/** The same loads from one on, each with its number: nothing is made of those that are not asked for. */
export const numbered = (loads: readonly ProgramHeader[]): Loads =>
  function* from(first) {
    for (let number = first; ; number += 1) {
      const load = loads[number];
      if (load === undefined) return undefined;
      yield { ...load, number };
    }
  };

export function kcoreLoads(arch: Architecture, headers: Iterable<ProgramHeader>): KcoreLoads {
  const all: ProgramHeader[] = [];
  for (const header of headers) {
    if (all.length === mostLoads) {
      const { findings, ...rest } = placedLoads(arch, all);
      return { ...rest, findings: [...findings, tooMany] };
    }
    all.push(header);
  }
  return placedLoads(arch, all);
}

function placedLoads(arch: Architecture, all: readonly ProgramHeader[]): KcoreLoads {
  const { linearMap } = architectures[arch];
  const isImage = ({ p_vaddr }: ProgramHeader): boolean => linearMap.end !== undefined && p_vaddr >= linearMap.end;
  if (all.some(hasPlace)) {
    // RAM may begin at absolute 0: then it is the one load without address that lies where the linear map begins.
    const placed = all.filter((load) => hasPlace(load) || (load.p_paddr === 0n && !isImage(load) && load.p_vaddr === linearMap.startBelow(load.p_vaddr)));
    return { loads: withoutRepeats(placed, isImage), placed, findings: leftOut(all.length - placed.length) };
  }
  const ram = linearPart(all.filter((load) => !isImage(load)));
  const [first] = ram;
  const start = first === undefined ? undefined : linearMap.startBelow(first.p_vaddr);
  if (start === undefined) {
    const detail = `no PT_LOAD of this /proc/kcore has a physical address (p_paddr), as before Linux 4.7, and for ${arch} none follows from its virtual one; read the system's memory with a newer tool, or take a kdump`;
    return {
      loads: [],
      placed: [],
      findings: [{ id: 'segments/kcore-addresses', severity: 'error', title: 'Where this memory lies is not recorded', detail }],
    };
  }
  const loads = ram.map((load) => ({ ...load, p_paddr: load.p_vaddr - start }));
  const detail = `no PT_LOAD has a physical address, as before Linux 4.7: taken from its virtual one, with the linear map starting at 0x${start.toString(16)}, where the lowest of them begins`;
  const findings: Finding[] = [{ id: 'segments/kcore-addresses', severity: 'info', title: 'Physical addresses follow from the linear map', detail }];
  return { loads, placed: loads, findings: [...findings, ...leftOut(all.length - loads.length)] };
}

function leftOut(count: number): readonly Finding[] {
  if (count === 0) return [];
  const detail = `${count} PT_LOADs of /proc/kcore have no physical address (vmalloc, modules, vmemmap, the kernel image): they are second views of memory that is here already, and are left out`;
  return [{ id: 'segments/kcore-views', severity: 'info', title: 'Second views of the same memory are left out', detail }];
}
