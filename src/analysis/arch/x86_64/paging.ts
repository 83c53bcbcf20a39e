/**
 * Page-table walk of x86_64 with 4 or 5 levels (Intel SDM volume 3A, chapter 4, tables 4-14 to 4-20; Linux 6.1
 * arch/x86/include/asm/pgtable_types.h). 5 levels with frames of 4 KiB and 2 MiB are proven on real dumps of 6.1;
 * 4 levels, frames of 1 GiB and memory encryption (SME) are unproven on a real dump.
 */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { TranslateStep } from '../../../shared/memory-model.ts';
import { hex } from '../../../shared/units.ts';
import { readTableEntry, tableStep, type PageWalk } from '../page-walk.ts';

export interface X86Root {
  /** Physical address of the top table; low bits of a CR3 value do not matter. */
  readonly table: bigint;
  readonly levels: 4 | 5;
  /** Bit that marks encrypted pages (NUMBER(sme_mask)); not part of an address. */
  readonly encryptionMask: bigint;
}

const bits = { present: 0x001n, write: 0x002n, user: 0x004n, large: 0x080n, global: 0x100n, noExecute: 1n << 63n } as const;
const frameMask = 0x000f_ffff_ffff_f000n;
const names = ['PML5', 'PML4', 'PDPT', 'PD', 'PT'] as const;
const frames: Readonly<Record<string, readonly [size: bigint, words: string]>> = {
  PDPT: [1n << 30n, '1 GiB'],
  PD: [1n << 21n, '2 MiB'],
  PT: [1n << 12n, '4 KiB'],
};

function words(entry: bigint, maps: string): string {
  const flags = [maps];
  if ((entry & bits.present) === 0n) flags.push('not present');
  if ((entry & bits.write) === 0n) flags.push('read-only');
  if ((entry & bits.user) !== 0n) flags.push('user');
  if ((entry & bits.global) !== 0n && maps.startsWith('frame')) flags.push('global');
  if ((entry & bits.noExecute) !== 0n) flags.push('no execute');
  return flags.join(', ');
}

/** Bits above the highest that is translated must all equal it. */
const isCanonical = (address: bigint, width: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(Number(width), address)) === address;

/** Translates a virtual address. `failure` says at which entry the walk ends and why. */
export function translateX86(memory: AbsoluteMemory, root: X86Root, address: bigint): PageWalk {
  const steps: TranslateStep[] = [];
  const protection: string[] = [];
  const width = root.levels === 5 ? 57n : 48n;
  if (!isCanonical(address, width))
    return { steps, failure: `the address is not canonical: with ${root.levels} levels bits ${width - 1n} to 63 must be equal` };
  const addressOf = (entry: bigint): bigint => entry & frameMask & ~root.encryptionMask;
  let table = addressOf(root.table);
  let shift = width - 9n;
  for (const name of names.slice(5 - root.levels)) {
    const index = (address >> shift) & 0x1ffn;
    const entryAddress = table + index * 8n;
    const entry = readTableEntry(memory, entryAddress, 'little');
    if (typeof entry === 'string') return { steps, failure: entry, unread: true };
    const frame = frames[name];
    const maps = name === 'PT' || (frame !== undefined && (entry & bits.large) !== 0n) ? frame : undefined;
    const start = maps === undefined ? addressOf(entry) : addressOf(entry) & ~(maps[0] - 1n);
    steps.push(
      tableStep(name, index, entryAddress, entry, words(entry, maps === undefined ? `next table ${hex(start)}` : `frame of ${maps[1]} at ${hex(start)}`)),
    );
    if ((entry & bits.present) === 0n)
      return { steps, failure: `${name}: the entry at physical ${hex(entryAddress)} is ${entry === 0n ? 'empty' : 'not present'}` };
    if (name === 'PML5' || name === 'PML4') {
      if ((entry & bits.large) !== 0n) return { steps, failure: `${name}: the entry at physical ${hex(entryAddress)} has its reserved bit 7 set` };
    }
    if ((entry & bits.write) === 0n) protection.push(`read-only (${name})`);
    if ((entry & bits.noExecute) !== 0n) protection.push(`no execute (${name})`);
    if (maps !== undefined) return { steps, absolute: start + (address & (maps[0] - 1n)), ...(protection.length === 0 ? {} : { protection }) };
    table = start;
    shift -= 9n;
  }
  return { steps, failure: 'the walk has no page table' };
}
