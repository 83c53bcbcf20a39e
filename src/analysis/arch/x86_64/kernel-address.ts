/** Kernel addresses of x86_64 without page tables: the map of the kernel image (Documentation/arch/x86/x86_64/mm.rst). */
import { vmcoreinfoNumber, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';

/** __START_KERNEL_map. */
const kernelMap = 0xffff_ffff_8000_0000n;
const defaultImage = 512n * 1024n * 1024n;
/** KERNEL_IMAGE_SIZE with KASLR. */
const mostImage = 1024n * 1024n * 1024n;

/** PAGE_OFFSET with five levels; with four it is 0xffff888000000000, before 4.20 0xffff880000000000, each moved up by KASLR. */
const lowestLinear = 0xff11_0000_0000_0000n;
/** KASLR moves the linear map by whole gibibytes (arch/x86/mm/kaslr.c), and RAM begins in its first one. */
const linearStep = 1n << 30n;

export const x86LinearMap = {
  startBelow: (lowest: bigint): bigint | undefined => (lowest < lowestLinear || lowest >= kernelMap ? undefined : lowest - (lowest % linearStep)),
  end: kernelMap,
} as const;

/** Kernels before 4.10 name the variable (SYMBOL(phys_base)) and not its value: then the container has to say it. */
export const x86PhysBase = (vmcoreinfo: VmcoreinfoValues): bigint | undefined =>
  vmcoreinfo.physBase?.given === true ? vmcoreinfo.physBase.value : (vmcoreinfoNumber(vmcoreinfo, 'NUMBER(phys_base)') ?? vmcoreinfo.physBase?.value);

/** As the PT_LOAD of the kernel image has it: it maps the image's addresses to where they lie. */
export function x86LoadedPhysBase(loads: Iterable<{ readonly virtual?: bigint; readonly start: bigint; readonly memoryBytes: bigint }>): bigint | undefined {
  for (const { virtual, start, memoryBytes } of loads) {
    if (virtual !== undefined && virtual >= kernelMap && virtual < kernelMap + mostImage && memoryBytes > 0n && start > 0n)
      return start - (virtual - kernelMap);
  }
  return undefined;
}

export const x86Address = (address: bigint, vmcoreinfo: VmcoreinfoValues): bigint | undefined =>
  address < kernelMap ? undefined : address - kernelMap + (x86PhysBase(vmcoreinfo) ?? 0n);

/** Modules follow the room for the image (arch/x86/include/asm/page_64_types.h). */
export function isX86Image(vmcoreinfo: VmcoreinfoValues | undefined): (address: bigint) => boolean {
  const size = vmcoreinfoNumber(vmcoreinfo, 'NUMBER(KERNEL_IMAGE_SIZE)') ?? defaultImage;
  return (address) => address >= kernelMap && address < kernelMap + size;
}
