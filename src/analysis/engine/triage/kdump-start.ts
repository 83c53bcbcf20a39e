/** Whether kdump has started, by what only its start leaves in a dump. */
import { vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { hex } from '../../../shared/units.ts';
import { crashkernel } from '../session/crashkernel.ts';
import type { Session } from '../session/session.ts';

/** The formats that /proc/vmcore has, and that makedumpfile makes of it. */
const ofVmcore = new Set(['elf-vmcore', 'kdump-compressed']);

/**
 * What shows that kdump has started, in words; undefined when nothing does, which is not a sign that it has not.
 * The kernel records CRASHTIME just before it jumps into the kdump kernel (crash_save_vmcoreinfo, kernel/crash_core.c), and /proc/vmcore leaves
 * out the memory that the kdump kernel runs in. A kdump kernel of s390x that runs has its own memory exchanged with absolute 0.
 */
export function kdumpStarted(session: Session): string | undefined {
  const { twoSystems, view, image } = session;
  if (twoSystems !== undefined)
    return view === 'kdump'
      ? undefined
      : `a kdump kernel was running when the dump was taken, from the crashkernel memory ${hex(twoSystems.start)} to ${hex(twoSystems.end)}`;
  if (!ofVmcore.has(image.format) || vmcoreinfoNumber(session.knownVmcoreinfo, 'CRASHTIME') === undefined) return undefined;
  const area = crashkernel(session);
  if (area === undefined || image.ranges.overlaps(area.start, area.end)) return undefined;
  return `vmcoreinfo has CRASHTIME, and the crashkernel memory ${hex(area.start)} to ${hex(area.end)} (${area.source}) is not in the dump, as /proc/vmcore leaves it out`;
}
