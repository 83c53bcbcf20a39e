/**
 * Dynamic address translation (lowcore.md section 7; z/Architecture Principles of Operation, chapter 3; Linux
 * arch/s390/include/asm/pgtable.h). The walk is shown entry by entry and says where and why it fails. Large frames (EDAT1, EDAT2)
 * are unproven on a real dump.
 */
import { append } from '../../../shared/append.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import type { TranslateStep } from '../../../shared/memory-model.ts';
import { hex } from '../../../shared/units.ts';
import { readTableEntry, tableStep, type PageWalk } from '../page-walk.ts';
import { asceBits, describeAsce } from './asce.ts';

const entryBits = {
  large: 0x400n,
  protected: 0x200n,
  noExecute: 0x100n,
  tableOffset: 0xc0n,
  invalid: 0x20n,
  common: 0x10n,
  type: 0x0cn,
  length: 0x03n,
  accessValid: 0x10000n,
  accessKey: 0xf000n,
  fetchProtection: 0x800n,
} as const;
const pageBits = { frame: ~0xfffn, invalid: 0x400n, protected: 0x200n, noExecute: 0x100n, present: 0x001n } as const;
/**
 * Software bits of a large entry of Linux: present (6.19) or readable or writable (4.9 to 5.4). With one of them an invalid entry is old or
 * PROT_NONE, and its frame is in memory (lowcore.md section 7.3).
 */
const largeResident = 0x003n;

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
const segmentOrigin = ~0x7ffn;
const regionOrigin = ~0xfffn;

/** An entry that leads to the next table. */
function tableWords(entry: bigint, level: Level): string {
  const isSegment = level.table === 'segment';
  const words = [`next table ${hex(entry & (isSegment ? segmentOrigin : regionOrigin))}`];
  if (!isSegment && ((entry & entryBits.tableOffset) !== 0n || (entry & entryBits.length) !== 3n))
    words.push(`quarters ${(entry & entryBits.tableOffset) >> 6n} to ${entry & entryBits.length}`);
  if ((entry & entryBits.protected) !== 0n) words.push('protected');
  if ((entry & entryBits.common) !== 0n && (isSegment || level.table === 'region third')) words.push('common');
  if ((entry & entryBits.invalid) !== 0n) words.push('invalid');
  return words.join(', ');
}

function largeWords(entry: bigint, frame: bigint): string {
  const words = [`frame of ${frame === 1n << 31n ? '2 GiB' : '1 MiB'} at ${hex(entry & ~(frame - 1n))}`];
  if ((entry & entryBits.protected) !== 0n) words.push('protected');
  if ((entry & entryBits.noExecute) !== 0n) words.push('no execute');
  if ((entry & entryBits.accessValid) !== 0n)
    words.push(`access key ${(entry & entryBits.accessKey) >> 12n}${(entry & entryBits.fetchProtection) === 0n ? '' : ', fetch-protected'}`);
  if ((entry & entryBits.invalid) !== 0n) words.push('hardware-invalid');
  return words.join(', ');
}

function pageWords(entry: bigint): string {
  const words = [`page frame ${hex(entry & pageBits.frame)}`];
  if ((entry & pageBits.protected) !== 0n) words.push('read-only');
  if ((entry & pageBits.noExecute) !== 0n) words.push('no execute');
  if ((entry & pageBits.invalid) !== 0n) words.push('hardware-invalid');
  return words.join(', ');
}

/** What an entry on the way forbids; region and segment protection bits count with EDAT. */
function protectionOf(entry: bigint, table: string, mapsFrame: boolean): string[] {
  const found = (entry & entryBits.protected) === 0n ? [] : [`read-only (${table})`];
  return mapsFrame && (entry & entryBits.noExecute) !== 0n ? [...found, `no execute (${table})`] : found;
}

/**
 * Translates a virtual address by the tables that an ASCE designates.
 * @param asce address-space-control element: CR1, CR7, CR13, or the lowcore's kernel_asce
 * @returns every step; `absolute` when it ends at a frame, before prefixing, else `failure`
 */
export function translate(memory: AbsoluteMemory, asce: bigint, address: bigint): PageWalk {
  const steps: TranslateStep[] = [];
  const protection: string[] = [];
  if ((asce & asceBits.realSpace) !== 0n) return { steps, absolute: address };
  const first = levels.findIndex((level) => level.type === (asce & asceBits.type));
  const top = levels[first];
  if (top === undefined) return { steps, failure: `the ASCE ${hex(asce)} has no designation type` };
  if (address >> (top.shift + 11n) !== 0n)
    return { steps, failure: `ASCE type: the address is beyond what a ${top.table} table can reach (${describeAsce(asce)})` };
  let origin = asce & asceBits.origin;
  let offset = 0n;
  let length = asce & asceBits.length;
  let designator = 'the ASCE';
  for (const level of levels.slice(first)) {
    const index = (address >> level.shift) & indexMask;
    const quarter = index >> 9n;
    const entryAddress = origin + index * 8n;
    if (quarter < offset || quarter > length)
      return {
        steps,
        failure: `${level.table} translation: index ${index} is outside the table, of which ${designator} makes quarters ${offset} to ${length} valid`,
      };
    const entry = readTableEntry(memory, entryAddress, 'big');
    if (typeof entry === 'string') return { steps, failure: entry, unread: true };
    const large = level.largeFrame !== undefined && (entry & entryBits.large) !== 0n ? level.largeFrame : undefined;
    steps.push(tableStep(level.table, index, entryAddress, entry, large === undefined ? tableWords(entry, level) : largeWords(entry, large)));
    const resident = large !== undefined && (entry & largeResident) !== 0n;
    if ((entry & entryBits.invalid) !== 0n && !resident)
      return { steps, failure: `${level.table} translation: the entry at absolute ${hex(entryAddress)} is invalid` };
    if ((entry & entryBits.type) !== level.type)
      return { steps, failure: `translation specification: the entry at absolute ${hex(entryAddress)} is not of a ${level.table} table` };
    append(protection, protectionOf(entry, level.table, large !== undefined));
    if (large !== undefined) return { steps, absolute: (entry & ~(large - 1n)) + (address & (large - 1n)), ...withProtection(protection) };
    if (level.table === 'segment') return walkPage(memory, steps, entry & segmentOrigin, address, protection);
    origin = entry & regionOrigin;
    offset = (entry & entryBits.tableOffset) >> 6n;
    length = entry & entryBits.length;
    designator = `the entry at absolute ${hex(entryAddress)}`;
  }
  return { steps, failure: 'the walk has no segment table' };
}

const withProtection = (protection: readonly string[]): { readonly protection?: readonly string[] } => (protection.length === 0 ? {} : { protection });

/** The last step. Linux keeps pages that are old or PROT_NONE hardware-invalid: they are in memory all the same. */
function walkPage(memory: AbsoluteMemory, steps: TranslateStep[], table: bigint, address: bigint, protection: readonly string[]): PageWalk {
  const index = (address >> 12n) & 0xffn;
  const entryAddress = table + index * 8n;
  const entry = readTableEntry(memory, entryAddress, 'big');
  if (typeof entry === 'string') return { steps, failure: entry, unread: true };
  steps.push(tableStep('page', index, entryAddress, entry, pageWords(entry)));
  if ((entry & pageBits.invalid) !== 0n && (entry & pageBits.present) === 0n) {
    const kind = entry === pageBits.invalid ? 'empty' : (entry & 0x201n) === 0x200n ? 'swapped out' : 'invalid';
    return { steps, failure: `page translation: the entry at absolute ${hex(entryAddress)} is ${kind}` };
  }
  const all = [...protection, ...protectionOf(entry, 'page', true)];
  return { steps, absolute: (entry & pageBits.frame) + (address & 0xfffn), ...withProtection(all) };
}
