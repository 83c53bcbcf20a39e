/**
 * Page-table walk of aarch64 kernels, stage 1, upper range (Arm ARM DDI 0487, D8.2 and D8.3; Linux 6.6 and 6.12
 * arch/arm64/include/asm/pgtable-hwdef.h): granules of 4, 16 and 64 KiB, 25 to 52 bits of virtual address. Proven on real kernels: 4 KiB
 * with 48 bits, 16 KiB with 52 bits (LPA2); the others and large frames are not.
 */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { TranslateStep } from '../../../shared/memory-model.ts';
import { byteText, hex } from '../../../shared/units.ts';
import { readTableEntry, tableStep, type PageWalk } from '../page-walk.ts';

export interface Aarch64Root {
  /** Physical address of swapper_pg_dir (TTBR1). */
  readonly table: bigint;
  /** Bits of virtual address: 64 - T1SZ, or VA_BITS. */
  readonly virtualBits: number;
  /** 4096 by default; 16384 or 65536. */
  readonly pageBytes?: number;
  /** Bits that the top table was made for, where they are more: a kernel of 52 bits with 64 KiB pages on a machine of 48. */
  readonly tableBits?: number;
}

const bits = { valid: 0x1n, table: 0x2n, readOnly: 0x80n, user: 0x40n, privilegedNoExecute: 1n << 53n } as const;
/** The rest of TTBR1 is not an address. */
const tableMask = 0x0000_ffff_ffff_f000n;

interface Granule {
  /** Bits of an address within a page; each level resolves three less. */
  readonly shift: number;
  /** The lowest level that may map a frame instead of leading to a table. */
  readonly firstFrame: number;
  /** Physical address in an entry. */
  readonly address: (entry: bigint) => bigint;
}

/** With LPA2 (more than 48 bits in pages of 4 or 16 KiB) bits 8 and 9 are the top of the address, else they are shareability. */
const lpa2 = (shift: number) => (entry: bigint) => (entry & ((1n << 50n) - (1n << BigInt(shift)))) | ((entry >> 8n) & 3n) << 50n; // prettier-ignore
const plain = (shift: number) => (entry: bigint) => entry & ((1n << 48n) - (1n << BigInt(shift)));

function granuleOf(pageBytes: number, virtualBits: number): Granule | undefined {
  const large = virtualBits > 48;
  switch (pageBytes) {
    case 4096:
      return { shift: 12, firstFrame: large ? 0 : 1, address: large ? lpa2(12) : plain(12) };
    case 16384:
      return { shift: 14, firstFrame: large ? 1 : 2, address: large ? lpa2(14) : plain(14) };
    case 65536:
      // Bits 12 to 15 are the top of a 52-bit address (LPA), and zero without.
      return { shift: 16, firstFrame: 1, address: (entry) => plain(16)(entry) | ((entry >> 12n) & 0xfn) << 48n }; // prettier-ignore
    default:
      return undefined;
  }
}

function words(entry: bigint, maps: string): string {
  const flags = [maps];
  if ((entry & bits.valid) === 0n) flags.push('invalid');
  if (maps.startsWith('frame')) {
    if ((entry & bits.readOnly) !== 0n) flags.push('read-only');
    if ((entry & bits.user) !== 0n) flags.push('user');
    if ((entry & bits.privilegedNoExecute) !== 0n) flags.push('no execute in the kernel');
  }
  return flags.join(', ');
}

/** Translates a kernel address. `failure` says at which entry the walk ends and why. */
export function translateAarch64(memory: AbsoluteMemory, root: Aarch64Root, address: bigint): PageWalk {
  const steps: TranslateStep[] = [];
  const { virtualBits, pageBytes = 4096, tableBits = virtualBits } = root;
  const granule = granuleOf(pageBytes, virtualBits);
  if (granule === undefined) return { steps, failure: `pages of ${pageBytes} bytes do not exist on aarch64` };
  if (virtualBits < 25 || virtualBits > 52) return { steps, failure: `${virtualBits} bits of virtual address are not translated` };
  if (BigInt.asIntN(64, address) >> BigInt(virtualBits) !== -1n)
    return { steps, failure: `the address is not a kernel address: its bits ${virtualBits} and above must be ones` };
  const { shift: pageShift, firstFrame } = granule;
  const levelBits = pageShift - 3;
  const levelMask = (1n << BigInt(levelBits)) - 1n;
  // The top level resolves what the others leave.
  const first = 4 - Math.ceil((tableBits - pageShift) / levelBits);
  let table = root.table & tableMask;
  for (let level = first; level <= 3; level += 1) {
    const shift = BigInt(pageShift + levelBits * (3 - level));
    const mask = level === first ? (1n << (BigInt(tableBits) - shift)) - 1n : levelMask;
    const index = (address >> shift) & mask;
    const entryAddress = table + index * 8n;
    const entry = readTableEntry(memory, entryAddress, 'little');
    if (typeof entry === 'string') return { steps, failure: entry, unread: true };
    const isTable = (entry & bits.table) !== 0n && level < 3;
    const frame = isTable || (level < 3 && level < firstFrame) ? undefined : 1n << shift;
    const start = frame === undefined ? granule.address(entry) : granule.address(entry) & ~(frame - 1n);
    steps.push(
      tableStep(
        `level ${level}`,
        index,
        entryAddress,
        entry,
        words(entry, frame === undefined ? `next table ${hex(start)}` : `frame of ${byteText(frame)} at ${hex(start)}`),
      ),
    );
    if ((entry & bits.valid) === 0n)
      return { steps, failure: `level ${level}: the entry at physical ${hex(entryAddress)} is ${entry === 0n ? 'empty' : 'invalid'}` };
    if ((level === 3 && (entry & bits.table) === 0n) || (level < firstFrame && !isTable))
      return { steps, failure: `level ${level}: the entry at physical ${hex(entryAddress)} is of a reserved kind` };
    if (frame !== undefined) {
      const protection = [
        ...((entry & bits.readOnly) === 0n ? [] : [`read-only (level ${level})`]),
        ...((entry & bits.privilegedNoExecute) === 0n ? [] : [`no execute (level ${level})`]),
      ];
      return { steps, absolute: start + (address & (frame - 1n)), ...(protection.length === 0 ? {} : { protection }) };
    }
    table = start;
  }
  return { steps, failure: 'the walk has no last level' };
}
