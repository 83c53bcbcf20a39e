/** Which page tables a virtual address of aarch64 goes through, and the walk: the kernel's alone. */
import { byteText, hex } from '../../../shared/units.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { Paging } from '../architecture.ts';
import { withinDump } from '../kernel-image.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';
import { aarch64Address } from './kernel-address.ts';
import { translateAarch64, type Aarch64Root } from './paging.ts';

const pageOffset = 0xfffn;

/** swapper_pg_dir as vmcoreinfo names it. */
function kernelTable(vmcoreinfo: VmcoreinfoValues | undefined, memory: AbsoluteMemory): bigint | undefined {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(swapper_pg_dir)');
  return vmcoreinfo === undefined || symbol === undefined ? undefined : withinDump(aarch64Address(symbol, vmcoreinfo), memory);
}

/** Bits of a kernel's virtual addresses: 64 - T1SZ, or VA_BITS; 48 when neither is recorded. */
function virtualBitsOf(vmcoreinfo: VmcoreinfoValues | undefined): number {
  const size = vmcoreinfo?.entries.get('NUMBER(TCR_EL1_T1SZ)');
  if (size !== undefined && /^(0x[0-9a-f]{1,4}|\d{1,3})$/i.test(size)) return 64 - Number(size);
  return Number(vmcoreinfoNumber(vmcoreinfo, 'NUMBER(VA_BITS)') ?? 48n);
}

/** What a walk needs to know besides where its tables lie. */
function widthsOf(vmcoreinfo: VmcoreinfoValues | undefined): Omit<Aarch64Root, 'table'> {
  const virtualBits = virtualBitsOf(vmcoreinfo);
  const pageBytes = Number(vmcoreinfoNumber(vmcoreinfo, 'PAGESIZE') ?? 4096n);
  // With 64 KiB pages the machine enters the table of a 52-bit kernel after its start (TTBR1_BADDR_4852_OFFSET); with smaller
  // ones the kernel goes without the top level.
  const configured = Number(vmcoreinfoNumber(vmcoreinfo, 'NUMBER(VA_BITS)') ?? 0n);
  return { virtualBits, pageBytes, ...(pageBytes === 0x10000 && configured === 52 ? { tableBits: 52 } : {}) };
}

export const aarch64Paging: Paging = {
  kernelWalk(vmcoreinfo, memory) {
    const table = kernelTable(vmcoreinfo, memory);
    if (table === undefined) return undefined;
    const root = { table, ...widthsOf(vmcoreinfo) };
    return (address) => translateAarch64(memory, root, address);
  },
  space({ given, vmcoreinfo, memory, foundBy }) {
    const table = given ?? kernelTable(vmcoreinfo, memory);
    const widths = widthsOf(vmcoreinfo);
    if (table === undefined)
      return {
        what: 'no page tables are known: swapper_pg_dir cannot be found',
        expected: 'the physical address of the top table',
        remedy: 'name-address-space',
      };
    return {
      root: {
        value: table,
        source: given === undefined ? `swapper_pg_dir at physical ${hex(table)}${foundBy}` : 'given',
        decoded: `top table at ${hex(table & ~pageOffset)}, ${widths.virtualBits} bits, pages of ${byteText(widths.pageBytes ?? 4096)}`,
      },
      walk: (address) => translateAarch64(memory, { table, ...widths }, address),
    };
  },
};
