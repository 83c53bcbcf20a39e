import { MemoryImage } from './memory-image.ts';
import { s390xSystem, type S390xSystem, type S390xSystemOptions } from './s390x-system.ts';
import type { MemoryRange } from './system.ts';

/** A dump taken after the kdump kernel crashed too (meminfo.md section 8). */
export interface TwoSystems {
  /** What such a dump holds: the kdump system at 0, the old low memory in the crashkernel area. Its CPUs are the kdump system's. */
  readonly dumped: S390xSystem;
  /** The first crashed system, as it was: view `prod` must show exactly its memory outside the crashkernel area. */
  readonly production: S390xSystem;
  /** The kdump system alone: view `kdump`. */
  readonly kdump: S390xSystem;
  readonly area: MemoryRange;
}

const mib = 0x100000;

/**
 * Two systems in one dump. The crashkernel area is 4 MiB at 4 MiB of 12 MiB, because the described kdump system needs 4 MiB itself.
 * @param options changes of the production system
 */
export function twoSystems(options: S390xSystemOptions = {}): TwoSystems {
  const area = { start: 4 * mib, size: 4 * mib };
  const production = s390xSystem({ cpuCount: 3, ...options, memorySize: 12 * mib, crashkernel: area, state: 'kdump' });
  const kdump = s390xSystem({
    memorySize: area.size,
    cpuCount: 1,
    crashkernel: 'none',
    state: 'disabled-wait',
    uts: { release: `${production.uts.release}-kdump`, nodename: 'kdump' },
    time: production.dumpTime + 20,
    seed: 7,
  });
  // The running kdump kernel keeps its image head and parameter area at the addresses it was loaded for, now from 0 on.
  kdump.memory.write(0x10000, production.memory.read(area.start + 0x10000, 0x1000));

  const memory = new MemoryImage(production.memory.size);
  memory.write(0, kdump.memory.read(0, area.size));
  memory.write(area.start, production.memory.read(0, area.size));
  // The purgatory stays where it was: that part of low memory is not used by Linux (purgatory.md section 3).
  memory.write(area.start + 0x2000, production.memory.read(area.start + 0x2000, 0xe000));
  const behind = area.start + area.size;
  memory.write(behind, production.memory.read(behind, production.memory.size - behind));
  return { dumped: { ...kdump, memory, crashkernel: undefined, vmcoreinfo: undefined }, production, kdump, area };
}
