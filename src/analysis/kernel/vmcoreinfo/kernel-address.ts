/**
 * Virtual to absolute for the identity map and the kernel image, without page tables, by the rules of each architecture. Anything else
 * needs the page-table walk and gives undefined here.
 */
import type { AbsoluteAddress, VirtualAddress } from '../../../shared/units.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import { withinDump } from '../../arch/kernel-image.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import type { Vmcoreinfo } from './vmcoreinfo.ts';

/** Absolute address of kernel data, or undefined when it is not in the identity map or the image, or not in the dump. */
export const kernelToAbsolute = (
  architecture: Architecture,
  address: VirtualAddress,
  vmcoreinfo: Vmcoreinfo,
  memory: MemoryReader,
): AbsoluteAddress | undefined =>
  vmcoreinfo.unplaced === undefined ? withinDump(architectures[architecture].kernelAddress(address, vmcoreinfo), memory) : undefined;
