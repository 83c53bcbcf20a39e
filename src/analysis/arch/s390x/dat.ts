/**
 * Dynamic address translation (lowcore.md section 7; z/Architecture Principles of Operation, chapter 3; Linux
 * arch/s390/include/asm/pgtable.h). The walk is shown entry by entry and says where and why it fails.
 */
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { TranslateStep } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';

export interface DatResult {
  readonly steps: readonly TranslateStep[];
  readonly absolute?: bigint;
  /** Where the walk ended and why, in words. */
  readonly failure?: string;
}

const asceBits = { origin: ~0xfffn, realSpace: 0x20n, type: 0x0cn, length: 0x03n } as const;
const entryBits = { large: 0x400n, protected: 0x200n, noExecute: 0x100n, tableOffset: 0xc0n, invalid: 0x20n, type: 0x0cn, length: 0x03n } as const;
const pageBits = { frame: ~0xfffn, invalid: 0x400n, protected: 0x200n, noExecute: 0x100n, present: 0x001n } as const;

interface Level {
  readonly table: string;
  readonly shift: bigint;
  /** Designation type of an ASCE, or table type of an entry, that belongs to this level. */
  readonly type: bigint;
  /** Size of the frame that an entry of this level maps by itself, where it can. */
  readonly largeFrame?: bigint;
}

const levels: readonly Level[] = [
  { table: 'region first', shift: 53n, type: 0x0cn },
  { table: 'region second', shift: 42n, type: 0x08n },
  { table: 'region third', shift: 31n, type: 0x04n, largeFrame: 1n << 31n },
  { table: 'segment', shift: 20n, type: 0x00n, largeFrame: 1n << 20n },
];
const indexMask = 0x7ffn;
const tableNames: readonly string[] = ['segment', 'region third', 'region second', 'region first'];

/** What an ASCE says, in words. */
export function describeAsce(asce: bigint): string {
  if ((asce & asceBits.realSpace) !== 0n) return 'real space: virtual is real';
  const name = tableNames[Number((asce & asceBits.type) >> 2n)] ?? '';
  return `${name} table at ${hex(asce & asceBits.origin)}, length ${Number(asce & asceBits.length) + 1} of 4`;
}

function entryWords(entry: bigint, next: string): string {
  const words = [next];
  if ((entry & entryBits.protected) !== 0n) words.push('protected');
  if ((entry & entryBits.invalid) !== 0n) words.push('invalid');
  return words.join(', ');
}

function pageWords(entry: bigint): string {
  const words = [`page frame ${hex(entry & pageBits.frame)}`];
  if ((entry & pageBits.protected) !== 0n) words.push('read-only');
  if ((entry & pageBits.noExecute) !== 0n) words.push('no execute');
  if ((entry & pageBits.invalid) !== 0n) words.push('hardware-invalid');
  return words.join(', ');
}

/** Reads an 8-byte entry, or says what the dump has in its place. */
function readEntry(memory: AbsoluteMemory, address: bigint): bigint | string {
  const read = memory.read(address, 8);
  const gap = read.absences[0];
  if (gap !== undefined) return `the entry at absolute ${hex(address)} is ${gap.state} in this dump`;
  return new DataView(read.bytes.buffer, read.bytes.byteOffset).getBigUint64(0);
}

/**
 * Translates a virtual address by the tables that an ASCE designates.
 * @param asce address-space-control element: CR1, CR7, CR13, or the lowcore's kernel_asce
 * @returns every step; `absolute` when it ends at a frame, else `failure`
 */
export function translate(memory: AbsoluteMemory, asce: bigint, address: bigint): DatResult {
  const steps: TranslateStep[] = [];
  if ((asce & asceBits.realSpace) !== 0n) return { steps, absolute: address };
  const first = levels.findIndex((level) => level.type === (asce & asceBits.type));
  const top = levels[first];
  if (top === undefined) return { steps, failure: `the ASCE ${hex(asce)} has no designation type` };
  if (address >> (top.shift + 11n) !== 0n)
    return { steps, failure: `ASCE type: the address is beyond what a ${top.table} table can reach (${describeAsce(asce)})` };
  let origin = asce & asceBits.origin;
  let offset = 0n;
  let length = asce & asceBits.length;
  for (const level of levels.slice(first)) {
    const index = (address >> level.shift) & indexMask;
    const quarter = index >> 9n;
    if (quarter < offset || quarter > length)
      return { steps, failure: `${level.table} translation: index ${index} is outside the table (quarters ${offset} to ${length})` };
    const entryAddress = origin + index * 8n;
    const entry = readEntry(memory, entryAddress);
    if (typeof entry === 'string') return { steps, failure: entry };
    const large = level.largeFrame !== undefined && (entry & entryBits.large) !== 0n;
    const next = large
      ? `frame of ${level.largeFrame === 1n << 31n ? '2 GiB' : '1 MiB'}`
      : `next table ${hex(entry & (level.table === 'segment' ? ~0x7ffn : ~0xfffn))}`;
    steps.push({ table: level.table, index: Number(index), entryAddress: hex(entryAddress), entry: hex(entry), decoded: entryWords(entry, next) });
    if ((entry & entryBits.invalid) !== 0n) return { steps, failure: `${level.table} translation: the entry at absolute ${hex(entryAddress)} is invalid` };
    if ((entry & entryBits.type) !== level.type)
      return { steps, failure: `translation specification: the entry at absolute ${hex(entryAddress)} is not of a ${level.table} table` };
    if (large && level.largeFrame !== undefined) return { steps, absolute: (entry & ~(level.largeFrame - 1n)) + (address & (level.largeFrame - 1n)) };
    if (level.table === 'segment') return walkPage(memory, steps, entry & ~0x7ffn, address);
    origin = entry & ~0xfffn;
    offset = (entry & entryBits.tableOffset) >> 6n;
    length = entry & entryBits.length;
  }
  return { steps, failure: 'the walk has no segment table' };
}

/** The last step. Linux keeps pages that are old or PROT_NONE hardware-invalid: they are in memory all the same. */
function walkPage(memory: AbsoluteMemory, steps: TranslateStep[], table: bigint, address: bigint): DatResult {
  const index = (address >> 12n) & 0xffn;
  const entryAddress = table + index * 8n;
  const entry = readEntry(memory, entryAddress);
  if (typeof entry === 'string') return { steps, failure: entry };
  steps.push({ table: 'page', index: Number(index), entryAddress: hex(entryAddress), entry: hex(entry), decoded: pageWords(entry) });
  if ((entry & pageBits.invalid) !== 0n && (entry & pageBits.present) === 0n) {
    const kind = entry === pageBits.invalid ? 'empty' : (entry & 0x201n) === 0x200n ? 'swapped out' : 'invalid';
    return { steps, failure: `page translation: the entry at absolute ${hex(entryAddress)} is ${kind}` };
  }
  return { steps, absolute: (entry & pageBits.frame) + (address & 0xfffn) };
}
