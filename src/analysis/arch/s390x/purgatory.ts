/**
 * The purgatory guards a loaded kdump kernel with one SHA-256 over its segments. This finds the region table and the
 * recorded digest of both producers without symbols, and computes the digest again (purgatory.md).
 */
import { createHash } from 'node:crypto';
import { defined } from '../../../shared/defined.ts';
import { overwrittenDigest, type DigestMatch } from '../../../shared/digest-match.ts';
import type { AbsoluteMemory } from '../../layout/absolute-memory.ts';
import { u64 } from '../../layout/field.ts';
import { list, nested, parse, struct } from '../../layout/struct.ts';
import { kdumpImageStart, type CrashkernelArea } from './kdump-image.ts';

const regionCount = 16;
const tableBytes = regionCount * 16;
const digestBytes = 32;

const shaRegion = struct(
  'kexec_sha_region',
  { endian: 'big', size: 16, doc: 'Source: purgatory.md section 2.' },
  {
    start: u64(0, 'absolute start, 0: unused'),
    len: u64(8, 'bytes'),
  },
);
export const shaRegionTable = struct(
  'sha_regions',
  { endian: 'big', size: tableBytes, doc: 'Source: purgatory.md section 2.' },
  {
    region: list(0, regionCount, nested(0, shaRegion), 'regions that the digest covers, in this order'),
  },
);

export interface ShaRegion {
  readonly start: bigint;
  readonly length: bigint;
}

export interface FoundPurgatory {
  /** kexec_load (user space's purgatory) or kexec_file_load (the kernel's own). */
  readonly producer: 'kexec_load' | 'kexec_file_load';
  readonly tableAt: bigint;
  readonly regions: readonly ShaRegion[];
  /** Where the recorded digest is; undefined when its place could not be determined. */
  readonly digestAt: bigint | undefined;
  /** 64 hex digits. */
  readonly recorded: string | undefined;
  readonly computed: string;
  readonly matches: boolean;
  /** Set where the digest was overwritten in part: what is left of it proves that the regions are unchanged. */
  readonly overwritten?: DigestMatch;
  /** What should lie next to the digest and does not: it may have been overwritten with it. */
  readonly neighbour?: string;
}

/** What lies around a region table is there, and the table is not: no kdump kernel is loaded without one. */
export interface LostTable {
  readonly producer: FoundPurgatory['producer'];
  readonly tableAt: bigint;
  /** All zero: then the purgatory computes the digest of nothing. Else it holds what can be no regions. */
  readonly isBlank: boolean;
  readonly digestAt: bigint;
  /** 64 hex digits; undefined where they are not in the dump. */
  readonly recorded: string | undefined;
}

export type PurgatorySearch =
  | { readonly state: 'found'; readonly purgatory: FoundPurgatory }
  | { readonly state: 'not-found'; readonly why: string; readonly lost?: LostTable }
  /** A region is not wholly in the dump: the digest cannot be computed. */
  | { readonly state: 'unreadable'; readonly why: string };

/** Window of the kexec_load purgatory, from the base of the area. */
const windowStart = 0x2000;
const windowEnd = kdumpImageStart;
/** Where kexec_load's cells lie from its table, in the builds that were seen (purgatory.md section 5). */
const cells = { digest: 0x100, psw: 0x130, base: 0x140, size: 0x148 } as const;
const kdumpPsw = [0x0000_0001_8000_0000n, 0x10010n] as const;
const crashEntry = 0x10010n;
const typeCrash = 1n;
const scanBytes = 1 << 20;

/** The used slots of a table that passes the sanity rules, or undefined. */
function saneRegions(table: Uint8Array, area: CrashkernelArea, lowest: bigint): ShaRegion[] | undefined {
  const slots = parse(shaRegionTable, table).region;
  const used = slots.filter((slot) => slot.start !== 0n || slot.len !== 0n);
  if (used.length === 0 || slots.slice(0, used.length).some((slot) => slot.start === 0n || slot.len === 0n)) return undefined;
  let end = lowest;
  for (const slot of used) {
    if (slot.start < end || slot.len > area.size || slot.start + slot.len > area.base + area.size) return undefined;
    end = slot.start + slot.len;
  }
  return used.map((slot) => ({ start: slot.start, length: slot.len }));
}

/** SHA-256 over the regions one after the other; a sentence when bytes are missing. */
async function digestRegions(
  memory: AbsoluteMemory,
  regions: readonly ShaRegion[],
  signal: AbortSignal,
): Promise<{ readonly digest: string } | { readonly why: string }> {
  const hash = createHash('sha256');
  for (const region of regions) {
    for (let at = region.start; at < region.start + region.length; at += BigInt(scanBytes)) {
      const left = region.start + region.length - at;
      const read = memory.read(at, Number(left < BigInt(scanBytes) ? left : BigInt(scanBytes)));
      const gap = read.absences[0];
      if (gap !== undefined) return { why: `absolute 0x${gap.start.toString(16)} in the region at 0x${region.start.toString(16)} is ${gap.state}` };
      hash.update(read.bytes);
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
  }
  return { digest: hash.digest('hex') };
}

/** SHA-256 over no bytes. */
export const digestOfNothing = createHash('sha256').digest('hex');

/** The purgatory goes through its table whatever is in it (arch/s390/purgatory/purgatory.c): a blank one gives the digest of nothing, and that is not the recorded one. */
export const failsByLoss = (lost: LostTable | undefined): boolean => lost?.isBlank === true && lost.recorded !== undefined && lost.recorded !== digestOfNothing;

const toHex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

const disabledWaitMask = 0x0002_0001_8000_0000n;
/** From `kernel_entry` (purgatory.md section 4). */
const pswBeforeEntry = 384;

function judgedDigest(recorded: string, computed: string, neighbour: string | undefined): Pick<FoundPurgatory, 'matches' | 'overwritten' | 'neighbour'> {
  if (recorded === computed) return { matches: true };
  return { matches: false, ...defined({ overwritten: overwrittenDigest(recorded, computed), neighbour }) };
}

/** Where a window holds the digest, whole or with a part of it overwritten. */
function placeOfDigest(window: Buffer, digest: string): number | undefined {
  const whole = window.indexOf(Buffer.from(digest, 'hex'));
  if (whole !== -1) return whole;
  const bytes = Buffer.from(digest, 'hex');
  for (let at = 0; at + digestBytes <= window.length; at += 1) {
    let equal = 0;
    for (let index = 0; index < digestBytes; index += 1) if (window[at + index] === bytes[index]) equal += 1;
    if (equal > 1 && overwrittenDigest(window.toString('hex', at, at + digestBytes), digest) !== undefined) return at;
  }
  return undefined;
}

/** The kernel's own purgatory: the cells kernel_entry, kernel_type, crash_start, crash_size in this order. */
async function findFileLoad(memory: AbsoluteMemory, area: CrashkernelArea, signal: AbortSignal): Promise<PurgatorySearch | undefined> {
  let lost: LostTable | undefined;
  const pattern = Buffer.alloc(32);
  [crashEntry, typeCrash, area.base, area.size].forEach((value, index) => pattern.writeBigUInt64BE(value, index * 8));
  const end = area.base + area.size;
  for (let at = area.base; at < end; at += BigInt(scanBytes)) {
    // Blocks overlap by the pattern's length, so that it cannot hide on a border.
    const length = Number(end - at < BigInt(scanBytes + pattern.length) ? end - at : BigInt(scanBytes + pattern.length));
    const block = Buffer.from(memory.read(at, length).bytes.buffer, 0, length);
    for (let found = block.indexOf(pattern); found !== -1; found = block.indexOf(pattern, found + 8)) {
      if (found % 8 !== 0) continue;
      const entry = at + BigInt(found);
      const table = memory.readPresent(entry - BigInt(tableBytes), tableBytes);
      const digest = memory.readPresent(entry - BigInt(tableBytes + digestBytes), digestBytes);
      const regions = table === undefined ? undefined : saneRegions(table, area, area.base);
      if (regions === undefined && table !== undefined)
        lost ??= lostTable('kexec_file_load', { tableAt: entry - BigInt(tableBytes), table, digestAt: entry - BigInt(tableBytes + digestBytes), digest });
      if (regions === undefined || digest === undefined) continue;
      const computed = await digestRegions(memory, regions, signal);
      if ('why' in computed) return { state: 'unreadable', why: computed.why };
      const recorded = toHex(digest);
      const place = { producer: 'kexec_file_load', tableAt: entry - BigInt(tableBytes), regions, digestAt: entry - BigInt(tableBytes + digestBytes) } as const;
      const psw = memory.readPresent(entry - BigInt(pswBeforeEntry), 8);
      const neighbour =
        psw !== undefined && Buffer.from(psw).readBigUInt64BE() === disabledWaitMask ? undefined : 'the disabled-wait PSW before it is no longer there';
      const judged = judgedDigest(recorded, computed.digest, neighbour);
      return { state: 'found', purgatory: { ...place, recorded, computed: computed.digest, ...judged } };
    }
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return lost === undefined ? undefined : notFound(lost);
}

function lostTable(
  producer: LostTable['producer'],
  found: { readonly tableAt: bigint; readonly table: Uint8Array; readonly digestAt: bigint; readonly digest: Uint8Array | undefined },
): LostTable {
  const { tableAt, table, digestAt, digest } = found;
  return { producer, tableAt, digestAt, isBlank: table.every((byte) => byte === 0), recorded: digest === undefined ? undefined : toHex(digest) };
}

const notFound = (lost: LostTable): PurgatorySearch => ({
  state: 'not-found',
  why: `the region table of ${lost.producer}, whose place at absolute 0x${lost.tableAt.toString(16)} is determined by what lies around it, ${lost.isBlank ? 'is all zero' : 'holds no regions of the crashkernel memory'}`,
  lost,
});

/** The cells after a table of kexec_load that is not there any more. */
function lostLoad(window: Buffer, from: bigint, area: CrashkernelArea): LostTable | undefined {
  for (let at = 0; at + cells.size + 8 <= window.length; at += 8) {
    const cell = (offset: number): bigint => window.readBigUInt64BE(at + offset);
    if (cell(cells.psw) !== kdumpPsw[0] || cell(cells.psw + 8) !== kdumpPsw[1] || cell(cells.base) !== area.base || cell(cells.size) !== area.size) continue;
    const digest = window.subarray(at + cells.digest, at + cells.digest + digestBytes);
    const table = window.subarray(at, at + tableBytes);
    return lostTable('kexec_load', { tableAt: from + BigInt(at), table, digestAt: from + BigInt(at + cells.digest), digest });
  }
  return undefined;
}

/** User space's purgatory: a sane table in the window whose first region is the kernel. */
async function findLoad(memory: AbsoluteMemory, area: CrashkernelArea, signal: AbortSignal): Promise<PurgatorySearch> {
  const from = area.base + BigInt(windowStart);
  const read = memory.read(from, windowEnd - windowStart);
  const window = Buffer.from(read.bytes.buffer, read.bytes.byteOffset, read.bytes.length);
  const kernelStart = area.base + BigInt(kdumpImageStart);
  let unproven: FoundPurgatory | undefined;
  for (let at = 0; at + tableBytes <= window.length; at += 8) {
    if (window.readBigUInt64BE(at) !== kernelStart) continue;
    const regions = saneRegions(window.subarray(at, at + tableBytes), area, kernelStart);
    if (regions === undefined) continue;
    const computed = await digestRegions(memory, regions, signal);
    if ('why' in computed) return { state: 'unreadable', why: computed.why };
    const base = { producer: 'kexec_load', tableAt: from + BigInt(at), regions, computed: computed.digest } as const;
    const digest = placeOfDigest(window, computed.digest);
    if (digest !== undefined) {
      const recorded = window.toString('hex', digest, digest + digestBytes);
      return { state: 'found', purgatory: { ...base, digestAt: from + BigInt(digest), recorded, ...judgedDigest(recorded, computed.digest, undefined) } };
    }
    const cell = (offset: number): bigint | undefined => (at + offset + 8 <= window.length ? window.readBigUInt64BE(at + offset) : undefined);
    const fits = cell(cells.psw) === kdumpPsw[0] && cell(cells.psw + 8) === kdumpPsw[1] && cell(cells.base) === area.base && cell(cells.size) === area.size;
    const recorded = fits ? toHex(window.subarray(at + cells.digest, at + cells.digest + digestBytes)) : undefined;
    const digestAt = fits ? from + BigInt(at + cells.digest) : undefined;
    const neighbour = fits ? undefined : 'the cells that follow it in known builds are not there';
    unproven ??= { ...base, digestAt, recorded, matches: false, ...defined({ neighbour }) };
  }
  if (unproven !== undefined) return { state: 'found', purgatory: unproven };
  const gap = read.absences[0];
  if (gap !== undefined) return { state: 'unreadable', why: `absolute 0x${gap.start.toString(16)}, where the purgatory of kexec_load lies, is ${gap.state}` };
  const lost = lostLoad(window, from, area);
  return lost === undefined ? { state: 'not-found', why: 'no region table of either kind of purgatory lies in the crashkernel memory' } : notFound(lost);
}

/**
 * Finds the purgatory of either producer and checks its digest.
 * @throws whatever `signal` was aborted with
 */
export async function findPurgatory(memory: AbsoluteMemory, area: CrashkernelArea, signal: AbortSignal): Promise<PurgatorySearch> {
  const load = await findLoad(memory, area, signal);
  if (load.state === 'found') return load;
  const fileLoad = await findFileLoad(memory, area, signal);
  return fileLoad === undefined || (load.state === 'not-found' && load.lost !== undefined && fileLoad.state === 'not-found') ? load : fileLoad;
}
