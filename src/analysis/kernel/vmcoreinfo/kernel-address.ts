/**
 * Virtual to absolute for the identity map and the kernel image, without page tables (meminfo.md section 4 for s390x;
 * vmcoreinfo-kallsyms-btf.md for the others). Anything else needs the page-table walk and gives undefined here.
 */
import type { Architecture } from '../../formats/dump-format.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from './vmcoreinfo.ts';

const x86KernelMap = 0xffff_ffff_8000_0000n;

function s390xAddress(address: bigint, vmcoreinfo: Vmcoreinfo): bigint {
  const kernelOffset = vmcoreinfoHex(vmcoreinfo, 'KERNELOFFSET') ?? 0n;
  // Up to 6.9 KERNELOFFSET is the KASLR offset of an identity-mapped kernel; the physical offset came with 6.10.
  const physicalOffset = vmcoreinfoHex(vmcoreinfo, 'KERNELOFFPHYS');
  if (physicalOffset === undefined || address < 0x2000n) return address;
  const amodeStart = vmcoreinfoHex(vmcoreinfo, 'SAMODE31') ?? 0n;
  const amodeEnd = vmcoreinfoHex(vmcoreinfo, 'EAMODE31') ?? 0n;
  if (address >= amodeStart && address < amodeEnd) return address;
  if (address < kernelOffset) return address - (vmcoreinfoHex(vmcoreinfo, 'IDENTITYBASE') ?? 0n);
  return address - kernelOffset + physicalOffset;
}

function image(architecture: Architecture, address: bigint, vmcoreinfo: Vmcoreinfo): bigint | undefined {
  switch (architecture) {
    case 's390x':
      return s390xAddress(address, vmcoreinfo);
    case 'x86_64': {
      const base = vmcoreinfoNumber(vmcoreinfo, 'NUMBER(phys_base)') ?? 0n;
      return address < x86KernelMap ? undefined : address - x86KernelMap + base;
    }
    case 'aarch64': {
      const offset = hexNumber(vmcoreinfo.entries.get('NUMBER(kimage_voffset)'));
      return offset === undefined ? undefined : BigInt.asUintN(64, address - offset);
    }
    case 'ppc64':
    case 'ppc64le':
      return address & 0x0fff_ffff_ffff_ffffn;
  }
}

const hexNumber = (value: string | undefined): bigint | undefined => (value !== undefined && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined);

/** Absolute address of kernel data, or undefined when it is not in the identity map or the image, or not in the dump. */
export function kernelToAbsolute(architecture: Architecture, address: bigint, vmcoreinfo: Vmcoreinfo, memory: MemoryReader): bigint | undefined {
  const absolute = image(architecture, address, vmcoreinfo);
  return absolute === undefined || absolute < 0n || absolute >= memory.end ? undefined : absolute;
}
