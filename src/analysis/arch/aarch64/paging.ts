/**
 * Page-table walk of aarch64 kernels with the 4 KiB granule, stage 1, upper range (Arm ARM DDI 0487, D8.2 and D8.3; Linux 6.6
 * arch/arm64/include/asm/pgtable-hwdef.h). 25 to 48 bits of virtual address; 52 bits (LPA2) are not done. 48 bits with pages are proven
 * on a real dump; other widths and frames of 2 MiB and 1 GiB are unproven on a real dump.
 */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { TranslateStep } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { readTableEntry, tableStep, type PageWalk } from '../page-walk.ts';

export interface Aarch64Root {
  /** Physical address of swapper_pg_dir (TTBR1). */
  readonly table: bigint;
  /** Bits of virtual address: VA_BITS, or 64 - T1SZ. */
  readonly virtualBits: number;
}

const bits = { valid: 0x1n, table: 0x2n, readOnly: 0x80n, user: 0x40n, privilegedNoExecute: 1n << 53n } as const;
const addressMask = 0x0000_ffff_ffff_f000n;
const frames: readonly (readonly [bigint, string] | undefined)[] = [undefined, [1n << 30n, '1 GiB'], [1n << 21n, '2 MiB'], [1n << 12n, '4 KiB']];

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
  const { virtualBits } = root;
  if (virtualBits < 25 || virtualBits > 48) return { steps, failure: `${virtualBits} bits of virtual address are not translated` };
  if (BigInt.asIntN(64, address) >> BigInt(virtualBits) !== -1n)
    return { steps, failure: `the address is no kernel address: its bits from ${virtualBits} on must be ones` };
  // Each level resolves 9 bits above the 12 of the page; the top one what is left.
  const first = 4 - Math.ceil((virtualBits - 12) / 9);
  let table = root.table & addressMask;
  for (let level = first; level <= 3; level += 1) {
    const shift = BigInt(12 + 9 * (3 - level));
    const mask = level === first ? (1n << (BigInt(virtualBits) - shift)) - 1n : 0x1ffn;
    const index = (address >> shift) & mask;
    const entryAddress = table + index * 8n;
    const entry = readTableEntry(memory, entryAddress, 'little');
    if (typeof entry === 'string') return { steps, failure: entry };
    const isTable = (entry & bits.table) !== 0n && level < 3;
    const frame = isTable ? undefined : frames[level];
    const start = frame === undefined ? entry & addressMask : entry & addressMask & ~(frame[0] - 1n);
    steps.push(
      tableStep(
        `level ${level}`,
        index,
        entryAddress,
        entry,
        words(entry, frame === undefined ? `next table ${hex(start)}` : `frame of ${frame[1]} at ${hex(start)}`),
      ),
    );
    if ((entry & bits.valid) === 0n)
      return { steps, failure: `level ${level}: the entry at physical ${hex(entryAddress)} is ${entry === 0n ? 'empty' : 'invalid'}` };
    if ((level === 3 && (entry & bits.table) === 0n) || (level === 0 && !isTable))
      return { steps, failure: `level ${level}: the entry at physical ${hex(entryAddress)} is of a reserved kind` };
    if (frame !== undefined) {
      const protection = [
        ...((entry & bits.readOnly) === 0n ? [] : [`read-only (level ${level})`]),
        ...((entry & bits.privilegedNoExecute) === 0n ? [] : [`no execute (level ${level})`]),
      ];
      return { steps, absolute: start + (address & (frame[0] - 1n)), ...(protection.length === 0 ? {} : { protection }) };
    }
    table = start;
  }
  return { steps, failure: 'the walk has no last level' };
}
