/**
 * The kernel's own page tables: swapper_pg_dir (init_top_pgt on x86_64) as vmcoreinfo names it (vmcoreinfo-kallsyms-btf.md
 * section 1.4, lowcore.md section 7.1).
 */
import { translateAarch64, type Aarch64Root } from '../../arch/aarch64/paging.ts';
import type { PageWalk } from '../../arch/page-walk.ts';
import { translate } from '../../arch/s390x/dat.ts';
import { translateX86 } from '../../arch/x86_64/paging.ts';
import type { Architecture } from '../../formats/dump-format.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from '../vmcoreinfo/kernel-address.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

/** Absolute address of the top table; undefined when vmcoreinfo does not name it or it lies outside the dump. */
export function kernelTableOrigin(architecture: Architecture, vmcoreinfo: Vmcoreinfo | undefined, memory: MemoryReader): bigint | undefined {
  const names = architecture === 'x86_64' ? ['SYMBOL(init_top_pgt)', 'SYMBOL(swapper_pg_dir)'] : ['SYMBOL(swapper_pg_dir)'];
  const symbol = names.map((name) => vmcoreinfoHex(vmcoreinfo, name)).find((value) => value !== undefined);
  return vmcoreinfo === undefined || symbol === undefined ? undefined : kernelToAbsolute(architecture, symbol, vmcoreinfo, memory);
}

const tableTypeBits = 0x0cn;
const invalidEntry = 0x20n;
const tableBytes = 0x4000;

/**
 * The ASCE of swapper_pg_dir on s390x, when no CPU's registers are at hand: its type stands in the first valid entry of the
 * table (lowcore.md section 7.1).
 */
export function asceOfKernelTable(vmcoreinfo: Vmcoreinfo | undefined, memory: MemoryReader): { readonly asce: bigint; readonly origin: bigint } | undefined {
  const origin = kernelTableOrigin('s390x', vmcoreinfo, memory);
  const table = origin === undefined ? undefined : memory.readPresent(origin, tableBytes);
  if (origin === undefined || table === undefined) return undefined;
  const view = new DataView(table.buffer, table.byteOffset);
  for (let at = 0; at < table.length; at += 8) {
    const entry = view.getBigUint64(at);
    if ((entry & invalidEntry) === 0n) return { asce: origin | (entry & tableTypeBits) | 3n, origin };
  }
  return undefined;
}

/** Bits of an aarch64 kernel's virtual addresses: 64 - T1SZ, or VA_BITS; 48 when neither is recorded. */
function aarch64VirtualBits(vmcoreinfo: Vmcoreinfo | undefined): number {
  const size = vmcoreinfo?.entries.get('NUMBER(TCR_EL1_T1SZ)');
  if (size !== undefined && /^(0x[0-9a-f]{1,4}|\d{1,3})$/i.test(size)) return 64 - Number(size);
  return Number(vmcoreinfoNumber(vmcoreinfo, 'NUMBER(VA_BITS)') ?? 48n);
}

/** What an aarch64 walk needs to know besides where its tables lie. */
export function aarch64Widths(vmcoreinfo: Vmcoreinfo | undefined): Omit<Aarch64Root, 'table'> {
  const virtualBits = aarch64VirtualBits(vmcoreinfo);
  const pageBytes = Number(vmcoreinfoNumber(vmcoreinfo, 'PAGESIZE') ?? 4096n);
  // With 64 KiB pages the machine enters the table of a 52-bit kernel behind its start (TTBR1_BADDR_4852_OFFSET); with smaller
  // ones the kernel goes without the top level.
  const configured = Number(vmcoreinfoNumber(vmcoreinfo, 'NUMBER(VA_BITS)') ?? 0n);
  return { virtualBits, pageBytes, ...(pageBytes === 0x10000 && configured === 52 ? { tableBits: 52 } : {}) };
}

/**
 * A walk through the kernel's tables.
 * @param fallbackAsce s390x: CR13 or kernel_asce of a CPU, for when the table itself cannot be found
 * @returns undefined when no tables are known or the architecture's walk is not done
 */
export function kernelWalk(
  architecture: Architecture,
  vmcoreinfo: Vmcoreinfo | undefined,
  memory: MemoryReader,
  fallbackAsce: () => bigint | undefined,
): ((address: bigint) => PageWalk) | undefined {
  switch (architecture) {
    case 's390x': {
      const asce = asceOfKernelTable(vmcoreinfo, memory)?.asce ?? fallbackAsce();
      return asce === undefined ? undefined : (address) => translate(memory, asce, address);
    }
    case 'x86_64': {
      const table = kernelTableOrigin(architecture, vmcoreinfo, memory);
      if (table === undefined) return undefined;
      const levels = vmcoreinfoNumber(vmcoreinfo, 'NUMBER(pgtable_l5_enabled)') === 1n ? 5 : 4;
      const root = { table, levels, encryptionMask: vmcoreinfoNumber(vmcoreinfo, 'NUMBER(sme_mask)') ?? 0n } as const;
      return (address) => translateX86(memory, root, address);
    }
    case 'aarch64': {
      const table = kernelTableOrigin(architecture, vmcoreinfo, memory);
      if (table === undefined) return undefined;
      const root = { table, ...aarch64Widths(vmcoreinfo) };
      return (address) => translateAarch64(memory, root, address);
    }
    case 'ppc64':
    case 'ppc64le':
      return undefined;
  }
}
