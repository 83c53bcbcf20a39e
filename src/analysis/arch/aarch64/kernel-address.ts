/** Kernel addresses of aarch64 without page tables: the kernel image, whose distance vmcoreinfo records. */
import { imageSpan } from '../kernel-image.ts';
import { vmcoreinfoPrefixedHex, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';

const kernelHalf = 0xffff_0000_0000_0000n;

export function aarch64Address(address: bigint, vmcoreinfo: VmcoreinfoValues): bigint | undefined {
  const offset = vmcoreinfoPrefixedHex(vmcoreinfo, 'NUMBER(kimage_voffset)');
  return offset === undefined ? undefined : BigInt.asUintN(64, address - offset);
}

/** vmalloc and modules surround the image, so its extent must be known; with tables they are asked. */
export function isAarch64Image(vmcoreinfo: VmcoreinfoValues | undefined, hasWalk: () => boolean): (address: bigint) => boolean {
  const span = hasWalk() ? undefined : imageSpan(vmcoreinfo, kernelHalf);
  return (address) => span !== undefined && address >= span[0] && address < span[1];
}
