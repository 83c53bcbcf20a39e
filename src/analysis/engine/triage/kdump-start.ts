/** Whether kdump has started, by what only its start leaves in a dump. */
import { osInfoValid } from '../../arch/s390x/os-info.ts';
import { kallsymsPlaces } from '../../kernel/symbols/kallsyms.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import { vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { hex, type AddressRange } from '../../../shared/units.ts';
import type { Session } from '../session/session.ts';

/** The formats that /proc/vmcore has, and that makedumpfile makes of it. */
const ofVmcore = new Set(['elf-vmcore', 'kdump-compressed']);

/** Crashkernel memory as os_info has it (s390x), or the kernel's own struct resource crashk_res: start, then the last address. */
function crashkernel(session: Session): (AddressRange & { readonly source: string }) | undefined {
  const { osInfo } = session;
  if (osInfo !== undefined && osInfoValid(osInfo)) {
    const { crashkernel_addr: start, crashkernel_size: size } = osInfo.values;
    return start === 0n || size === 0n ? undefined : { start, end: start + size, source: 'os_info' };
  }
  const { knownKernel } = session;
  const { vmcoreinfo, memory } = knownKernel;
  if (memory.pointerBytes !== 8 || vmcoreinfo === undefined || kallsymsPlaces(vmcoreinfo) === undefined || !knownKernel.symbols.found) return undefined;
  const at = soleAddress(knownKernel.symbols.symbols, 'crashk_res');
  const start = at === undefined ? undefined : memory.u64(at);
  const last = at === undefined ? undefined : memory.u64(at + 8n);
  return start === undefined || last === undefined || start === 0n || last <= start ? undefined : { start, end: last + 1n, source: 'crashk_res' };
}

/**
 * What shows that kdump has started, in words; undefined when nothing does, which is no sign that it has not.
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
