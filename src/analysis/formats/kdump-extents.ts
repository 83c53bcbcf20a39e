/**
 * The extents of a kdump-compressed dump, from its bitmaps alone: what a descriptor adds (lost, unreadable) shows when the page is read.
 * They are made as they are asked for; a filtered dump of a TiB has tens of millions.
 */
import { pageSize } from '../../shared/units.ts';
import { faultText, type FileFault } from '../source/byte-source.ts';
import type { Extent, ExtentState, ExtentMap } from './dump-format.ts';
import type { KdumpGeometry } from './kdump-geometry.ts';
import type { PageBitmap } from './page-bitmap.ts';

export const noRam = 'no memory there';
export const filtered = 'filtered by the dump tool';
export const noBitmap = 'the file ends before its bit in the bitmap';
export const notGiven = 'it lies in a part of the split set that is not at hand';

/** Blocks whose bits are in the file; nothing is known of those above. */
export const knownBlocks = ({ maxMapnr, source, bitmap2Offset }: KdumpGeometry): number =>
  source.rest?.fault === undefined ? Math.min(maxMapnr, 8 * Math.max(0, source.size - bitmap2Offset)) : maxMapnr;

/** What is said of blocks whose bits the disk does not give. */
export const lostBit = (fault: FileFault): string => `its bit in the bitmap is not known: ${faultText(fault)}`;

interface Absent {
  readonly state: 'missing' | 'excluded' | 'unreadable';
  readonly reason: string;
}

interface BlockRun {
  readonly start: number;
  readonly end: number;
  /** Undefined: stored. */
  readonly absent?: Absent;
}

const holes = { state: 'missing', reason: noRam } as const;
const excluded = { state: 'excluded', reason: filtered } as const;
const elsewhere = { state: 'missing', reason: notGiven } as const;
const unknown = { state: 'missing', reason: noBitmap } as const;

/** @param exists bitmap 1, undefined in files with one bitmap: then every page that is not stored is excluded */
export function kdumpExtents(geometry: KdumpGeometry, exists: PageBitmap | undefined, stored: PageBitmap): ExtentMap {
  const { maxMapnr } = geometry;
  const blockSize = BigInt(geometry.blockSize);
  const known = knownBlocks(geometry);
  const parts = [...geometry.parts].sort((left, right) => left.start - right.start);

  /** Blocks whose bit is set, by whether the file of the set that has them is at hand. */
  function* storedRuns(start: number, end: number): Generator<BlockRun> {
    let at = start;
    while (at < end) {
      const part = parts.find((one) => at >= one.start && at < one.end);
      const next = part === undefined ? Math.min(end, parts.find((one) => one.start > at)?.start ?? end) : Math.min(end, part.end);
      yield part === undefined ? { start: at, end: next, absent: elsewhere } : { start: at, end: next };
      at = next;
    }
  }

  /** One object for all blocks of a fault, as runs are joined by it. */
  const lostRuns = new Map<FileFault, Absent>();
  const unreadable = (fault: FileFault): Absent => {
    const known = lostRuns.get(fault) ?? { state: 'unreadable', reason: lostBit(fault) };
    lostRuns.set(fault, known);
    return known;
  };

  /** Blocks that are not stored, by whether they exist. Only they are looked at: above them all memory may be one run. */
  function* absentRuns(start: number, end: number): Generator<BlockRun> {
    for (let at = start; at < end;) {
      const run = exists?.runAt(at, end);
      const stop = run?.end ?? end;
      yield { start: at, end: stop, absent: run?.fault !== undefined ? unreadable(run.fault) : run?.set === false ? holes : excluded };
      at = stop;
    }
  }

  function* blockRuns(first: number): Generator<BlockRun> {
    for (const run of stored.runs(first)) {
      const end = Math.min(run.end, known);
      if (run.start >= end) break;
      if (run.set) yield* storedRuns(run.start, end);
      else if (run.fault !== undefined) yield { start: run.start, end, absent: unreadable(run.fault) };
      else yield* absentRuns(run.start, end);
    }
    if (known < maxMapnr) yield { start: Math.max(first, known), end: maxMapnr, absent: unknown };
  }

  function* from(address: bigint): Generator<Extent, undefined> {
    let last: BlockRun | undefined;
    const extent = ({ start, end, absent }: BlockRun): Extent => ({
      start: BigInt(start) * blockSize,
      end: BigInt(end) * blockSize,
      ...(absent ?? { state: 'stored' as const }),
    });
    for (const run of blockRuns(Number(address / blockSize))) {
      if (last !== undefined && last.absent === run.absent) {
        last = { ...last, end: run.end };
        continue;
      }
      if (last !== undefined) yield extent(last);
      last = run;
    }
    if (last !== undefined) yield extent(last);
    return undefined;
  }

  let storedBlocks: number | undefined;
  let availableEnd: bigint | undefined;
  /** Whether every block whose bit is set can be reached: then the bitmap's own counts serve. */
  const whole = parts.length === 1 && parts[0]?.start === 0 && parts[0].end >= maxMapnr;
  const perBlock = geometry.blockSize / pageSize;
  const between = (bitmap: PageBitmap, start: number, end: number): number => bitmap.rank(end) - bitmap.rank(start);
  /** Run by run, where bits are lost. */
  function countRuns(startPfn: number, endPfn: number): Partial<Record<ExtentState, number>> {
    const sums: Partial<Record<ExtentState, number>> = {};
    for (const { start, end, absent } of blockRuns(Math.floor(startPfn / perBlock))) {
      if (start * perBlock >= endPfn) break;
      const state = absent?.state ?? 'stored';
      sums[state] = (sums[state] ?? 0) + Math.min(end * perBlock, endPfn) - Math.max(start * perBlock, startPfn);
    }
    return sums;
  }
  /** Only where one file holds all: else some stored pages are elsewhere. A partly covered block at an edge counts by its part. */
  function counts(startPfn: number, endPfn: number): Partial<Record<ExtentState, number>> {
    const blocks = [Math.floor(startPfn / perBlock), Math.ceil(endPfn / perBlock)] as const;
    if ((stored.faultIn(...blocks) ?? exists?.faultIn(...blocks)) !== undefined) return countRuns(startPfn, endPfn);
    const sums = { stored: 0, excluded: 0, missing: 0 };
    const add = (block: number, stop: number, pages: number): void => {
      const end = Math.min(stop, known);
      const inside = Math.max(0, end - block);
      const isStored = inside === 0 ? 0 : between(stored, block, end);
      const isThere = exists === undefined || inside === 0 ? inside : between(exists, block, end);
      sums.stored += isStored * pages;
      sums.excluded += Math.max(0, isThere - isStored) * pages;
      sums.missing += (stop - block - Math.max(isThere, isStored)) * pages;
    };
    const [first, last] = [Math.ceil(startPfn / perBlock), Math.floor(endPfn / perBlock)];
    if (first > last) {
      add(last, first, endPfn - startPfn);
      return sums;
    }
    if (startPfn < first * perBlock) add(first - 1, first, first * perBlock - startPfn);
    add(first, last, perBlock);
    if (last * perBlock < endPfn) add(last, last + 1, endPfn - last * perBlock);
    return sums;
  }

  return {
    at(address) {
      for (const extent of from(address)) return extent;
      return undefined;
    },
    from,
    ...(whole ? { counts } : {}),
    [Symbol.iterator]: () => from(0n),
    get storedPages() {
      // A count over the parts that are at hand; bits above the known ones read as clear.
      storedBlocks ??= whole
        ? stored.rank(known)
        : parts.reduce((sum, { start, end }) => sum + stored.rank(Math.min(end, known)) - stored.rank(Math.min(start, known)), 0);
      return storedBlocks * (geometry.blockSize / pageSize);
    },
    get availableEnd() {
      if (availableEnd === undefined) {
        let end = 0;
        if (whole) end = Math.min(stored.lastSet(), known);
        else for (const { start, end: stop, absent } of blockRuns(0)) if (absent === undefined && stop > start) end = stop;
        availableEnd = BigInt(end) * blockSize;
      }
      return availableEnd;
    },
    cut: false,
  };
}
