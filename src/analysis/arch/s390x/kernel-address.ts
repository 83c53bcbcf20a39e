/** Kernel addresses of s390x without page tables (meminfo.md section 4), and the ASCE of the kernel's own tables (lowcore.md section 7.1). */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { withinDump } from '../kernel-image.ts';
import { vmcoreinfoHex, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';

export function s390xAddress(address: bigint, vmcoreinfo: VmcoreinfoValues): bigint {
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

const tableTypeBits = 0x0cn;
const invalidEntry = 0x20n;
const tableBytes = 0x4000n;
const pageBytes = 0x1000n;

function validEntry(part: Uint8Array | undefined): bigint | undefined {
  if (part === undefined) return undefined;
  const view = new DataView(part.buffer, part.byteOffset);
  for (let at = 0; at < part.length; at += 8) {
    const entry = view.getBigUint64(at);
    // Linux marks its empty entries as invalid (arch/s390/include/asm/pgtable.h): zeros are a table that was wiped.
    if (entry !== 0n && (entry & invalidEntry) === 0n) return entry;
  }
  return undefined;
}

/**
 * The ASCE of swapper_pg_dir, when no CPU's registers are at hand: its type is in the first valid entry of the table (lowcore.md
 * section 7.1).
 */
export function asceOfKernelTable(
  vmcoreinfo: VmcoreinfoValues | undefined,
  memory: AbsoluteMemory,
): { readonly asce: bigint; readonly origin: bigint } | undefined {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(swapper_pg_dir)');
  const origin = vmcoreinfo === undefined || symbol === undefined ? undefined : withinDump(s390xAddress(symbol, vmcoreinfo), memory);
  if (origin === undefined) return undefined;
  // Page by page: a filter may have left parts of the table out, and each valid entry says the type.
  for (let page = 0n; page < tableBytes; page += pageBytes) {
    const entry = validEntry(memory.readPresent(origin + page, Number(pageBytes)));
    if (entry !== undefined) return { asce: origin | (entry & tableTypeBits) | 3n, origin };
  }
  return undefined;
}
