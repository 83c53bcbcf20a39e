/** What a walk through page tables gives, on any architecture. */
import type { TranslateStep } from '../../shared/memory-model.ts';
import { hex, type AbsoluteAddress } from '../../shared/units.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import type { Endian } from '../layout/field.ts';

export interface PageWalk {
  readonly steps: readonly TranslateStep[];
  /** Absolute (physical) address; on s390x a real one, which prefixing has yet to be applied to. */
  readonly absolute?: bigint;
  /** Where the walk ended and why, in words. */
  readonly failure?: string;
  /** Set where it ended because the dump does not have the entry: the tables may well map the address. */
  readonly unread?: true;
  /** What the entries on the way forbid: "read-only (segment)", "no execute (page)". */
  readonly protection?: readonly string[];
}

/** Reads an 8-byte entry of a table, or says what the dump has in its place. */
export function readTableEntry(memory: AbsoluteMemory, address: AbsoluteAddress, endian: Endian): bigint | string {
  if (address < 0n || address + 8n > memory.end) return `the entry at absolute ${hex(address)} lies past the end of the dump`;
  const read = memory.read(address, 8);
  const gap = read.absences[0];
  if (gap !== undefined) return `the entry at absolute ${hex(address)} is ${gap.state} in this dump`;
  return new DataView(read.bytes.buffer, read.bytes.byteOffset).getBigUint64(0, endian === 'little');
}

export const tableStep = (table: string, index: bigint, entryAddress: bigint, entry: bigint, decoded: string): TranslateStep => ({
  table,
  index: Number(index),
  entryAddress: hex(entryAddress),
  entry: hex(entry),
  decoded,
});
