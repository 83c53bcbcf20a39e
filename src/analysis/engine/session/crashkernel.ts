/** The memory that is kept for a kdump kernel, and whether the kernel that is shown is one. */
import { osInfoValid, type OsInfoSearch } from '../../arch/s390x/os-info.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { kallsymsPlaces } from '../../kernel/symbols/kallsyms.ts';
import { soleAddress } from '../../kernel/symbols/symbol-table.ts';
import type { AddressRange } from '../../../shared/units.ts';
import { isFailure } from '../../../shared/result.ts';

/** What of a session says it. */
export interface KernelInDump {
  readonly osInfo: OsInfoSearch | undefined;
  /** As far as it is known by now. */
  readonly knownKernel: Kernel;
}

/** Crashkernel memory as os_info has it (s390x), or the kernel's own struct resource crashk_res: start, then the last address. */
export function crashkernel(session: KernelInDump): (AddressRange & { readonly source: string }) | undefined {
  const { osInfo } = session;
  if (osInfo !== undefined && osInfoValid(osInfo)) {
    const { crashkernel_addr: start, crashkernel_size: size } = osInfo.values;
    return start === 0n || size === 0n ? undefined : { start, end: start + size, source: 'os_info' };
  }
  const { knownKernel } = session;
  const { vmcoreinfo, memory } = knownKernel;
  if (memory.pointerBytes !== 8 || vmcoreinfo === undefined || kallsymsPlaces(vmcoreinfo) === undefined || isFailure(knownKernel.symbols)) return undefined;
  const at = soleAddress(knownKernel.symbols.value, 'crashk_res');
  const start = at === undefined ? undefined : memory.u64(at);
  const last = at === undefined ? undefined : memory.u64(at + 8n);
  return start === undefined || last === undefined || start === 0n || last <= start ? undefined : { start, end: last + 1n, source: 'crashk_res' };
}

const noAddress = (1n << 64n) - 1n;

/** A kdump kernel knows where the notes of the one that crashed lie: elfcorehdr_addr (kernel/crash_dump.c), in others ELFCORE_ADDR_MAX. */
export function isKdumpKernel({ knownKernel }: KernelInDump): boolean {
  const { memory, vmcoreinfo } = knownKernel;
  if (memory.pointerBytes !== 8 || vmcoreinfo === undefined || kallsymsPlaces(vmcoreinfo) === undefined || isFailure(knownKernel.symbols)) return false;
  const at = soleAddress(knownKernel.symbols.value, 'elfcorehdr_addr');
  const value = at === undefined ? undefined : memory.u64(at);
  return value !== undefined && value !== 0n && value !== noAddress;
}
