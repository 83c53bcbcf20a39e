/** A described system that recorded no time of a crash, neither in the note of its dump nor in the memory that its lowcore points to. */
import type { S390xSystem } from '../../src/samples/s390x-system.ts';
import { places } from '../../src/samples/s390x-places.ts';
import { vmcoreinfoNote } from '../../src/samples/vmcoreinfo-text.ts';

export function withoutCrashTime(system: S390xSystem): S390xSystem {
  const vmcoreinfo = (system.vmcoreinfo ?? '').replace(/^CRASHTIME=.*\n/m, '');
  return { ...system, vmcoreinfo, memory: system.memory.write(places.vmcoreinfoNote, vmcoreinfoNote(vmcoreinfo)) };
}
