/**
 * Virtual addresses of ppc64 kernels: the linear map by its rule, the rest through the radix tables of the kernel where it uses them
 * (Power ISA 3.0, Book III, 5.7.10; Linux arch/powerpc/include/asm/book3s/64/radix.h). Hash tables are not walked. Unproven on a real dump.
 */
import type { TranslateStep } from '../../../shared/memory-model.ts';
import { hex } from '../../../shared/units.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { Paging, SpaceQuestion } from '../architecture.ts';
import { withinDump } from '../kernel-image.ts';
import { readTableEntry, tableStep, type PageWalk } from '../page-walk.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type VmcoreinfoValues } from '../vmcoreinfo-values.ts';

export const linearStart = 0xc000_0000_0000_0000n;
/** Since 5.2 vmalloc begins here with either MMU; before, with hash tables, at 0xd000000000000000. */
const linearEnd = 0xc008_0000_0000_0000n;

export const isLinear = (address: bigint): boolean => address >= linearStart && address < linearEnd;

/** Absolute address in the linear map, undefined outside it. */
export const linearAddress = (address: bigint): bigint | undefined => (isLinear(address) ? address - linearStart : undefined);

const entryBits = { valid: 1n << 63n, leaf: 1n << 62n } as const;
/** Next level base, without its low byte. */
const tableMask = 0x0fff_ffff_ffff_ff00n;
/** Size of the next table, as a power of two of its entries. */
const sizeMask = 0x1fn;
/** Real page number. */
const frameMask = 0x01ff_ffff_ffff_f000n;
/** RADIX_PGD_INDEX_SIZE with 4 KiB and 64 KiB pages; each entry says the size of the next table. */
const topBits = 13n;
/** Bits that radix tables translate: 0xc and the quadrant are above them. */
const reach = 52n;
const names = ['PGD', 'PUD', 'PMD', 'PTE'] as const;

function walkRadix(memory: AbsoluteMemory, top: bigint, address: bigint): PageWalk {
  const steps: TranslateStep[] = [];
  let table = top;
  let bits = topBits;
  let shift = reach;
  for (const name of names) {
    shift -= bits;
    if (shift < 12n) return { steps, failure: `${name}: a table of 2^${bits} entries does not fit an address of ${reach} bits` };
    const index = (address >> shift) & ((1n << bits) - 1n);
    const entryAddress = table + index * 8n;
    // Big endian on machines of either byte order.
    const entry = readTableEntry(memory, entryAddress, 'big');
    if (typeof entry === 'string') return { steps, failure: entry, unread: true };
    const isLeaf = (entry & entryBits.leaf) !== 0n;
    const start = isLeaf ? entry & frameMask & ~((1n << shift) - 1n) : entry & tableMask;
    steps.push(tableStep(name, index, entryAddress, entry, isLeaf ? `frame at ${hex(start)}` : `next table ${hex(start)}`));
    if ((entry & entryBits.valid) === 0n)
      return { steps, failure: `${name}: the entry at absolute ${hex(entryAddress)} is ${entry === 0n ? 'empty' : 'not valid'}` };
    if (isLeaf) return { steps, absolute: start + (address & ((1n << shift) - 1n)) };
    table = start;
    bits = entry & sizeMask;
    if (bits === 0n) return { steps, failure: `${name}: the entry at absolute ${hex(entryAddress)} gives no size of the next table` };
  }
  return { steps, failure: 'the walk ends without a frame' };
}

/** swapper_pg_dir of a kernel that says that it uses radix tables. */
function radixTable(vmcoreinfo: VmcoreinfoValues | undefined, memory: AbsoluteMemory): bigint | undefined {
  const symbol = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(swapper_pg_dir)');
  if (symbol === undefined || vmcoreinfoNumber(vmcoreinfo, 'NUMBER(RADIX_MMU)') !== 1n) return undefined;
  return withinDump(linearAddress(symbol), memory);
}

const noTables =
  'it is not in the linear map (0xc000000000000000 to 0xc008000000000000), and vmcoreinfo names no radix tables (NUMBER(RADIX_MMU)=1 and swapper_pg_dir); hash tables are not walked';

function walkOf({ memory, given, vmcoreinfo }: Pick<SpaceQuestion, 'memory' | 'given' | 'vmcoreinfo'>): (address: bigint) => PageWalk {
  const top = given ?? radixTable(vmcoreinfo, memory);
  return (address) => {
    const absolute = linearAddress(address);
    if (absolute !== undefined) return { steps: [], absolute };
    // The kernel's table maps its own quadrant alone: the same index means another address in a program.
    if (given === undefined && address < linearStart) return { steps: [], failure: 'it is an address of a program, whose tables are not known' };
    return top === undefined ? { steps: [], failure: noTables } : walkRadix(memory, top, address);
  };
}

export const powerPaging: Paging = {
  kernelWalk(vmcoreinfo, memory) {
    return radixTable(vmcoreinfo, memory) === undefined ? undefined : walkOf({ memory, given: undefined, vmcoreinfo });
  },
  space(question) {
    const top = question.given ?? radixTable(question.vmcoreinfo, question.memory);
    const source =
      question.given !== undefined ? 'given' : top === undefined ? 'the rule of the kernel' : `swapper_pg_dir at absolute ${hex(top)}${question.foundBy}`;
    const linear = `linear map starting at ${hex(linearStart)}`;
    return {
      root: { value: top ?? linearStart, source, decoded: top === undefined ? linear : `${linear}, radix tables at ${hex(top)} beyond it` },
      walk: walkOf(question),
    };
  },
};
