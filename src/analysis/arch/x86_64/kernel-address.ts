/** Kernel addresses of x86_64 without page tables: the map of the kernel image (Documentation/arch/x86/x86_64/mm.rst). */
import { vmcoreinfoNumber, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';

/** __START_KERNEL_map. */
const kernelMap = 0xffff_ffff_8000_0000n;
const defaultImage = 512n * 1024n * 1024n;

export const x86PhysBase = (vmcoreinfo: VmcoreinfoValues): bigint | undefined => vmcoreinfoNumber(vmcoreinfo, 'NUMBER(phys_base)');

export const x86Address = (address: bigint, vmcoreinfo: VmcoreinfoValues): bigint | undefined =>
  address < kernelMap ? undefined : address - kernelMap + (x86PhysBase(vmcoreinfo) ?? 0n);

/** Modules follow the room for the image (arch/x86/include/asm/page_64_types.h). */
export function isX86Image(vmcoreinfo: VmcoreinfoValues | undefined): (address: bigint) => boolean {
  const size = vmcoreinfoNumber(vmcoreinfo, 'NUMBER(KERNEL_IMAGE_SIZE)') ?? defaultImage;
  return (address) => address >= kernelMap && address < kernelMap + size;
}
