/** Geometry of the memory strip, without a canvas: from buckets to bands, from addresses to pixels and back. */
import { kindCounts, memoryKindIds, type MemoryKindId, type StripBucket } from './memory-kinds.ts';

export interface Band {
  readonly kind: MemoryKindId;
  /** Share of the height, from the top: 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** What is drawn from the bottom up: what is most worth seeing is on the ground, zero is the sky. */
const stacking: readonly MemoryKindId[] = [
  'code',
  'text',
  'pointers',
  'data',
  'entropy',
  'encrypted',
  'fill',
  'unknown',
  'unreadable',
  'excluded',
  'missing',
  'zero',
];

/** A share that is there is at least this high: one page of code in a thousand zeros is still seen. */
const minShare = 0.1;

/** Bands of a bucket, heights in proportion to its pages. */
export function bandsOf(bucket: StripBucket): readonly Band[] {
  const counts = kindCounts(bucket);
  const total = memoryKindIds.reduce((sum, id) => sum + counts[id], 0);
  if (total === 0) return [];
  const shares = stacking.filter((id) => counts[id] > 0).map((id) => ({ id, share: Math.max(minShare, counts[id] / total) }));
  const whole = shares.reduce((sum, { share }) => sum + share, 0);
  const bands: Band[] = [];
  let at = 1;
  for (const { id, share } of shares) {
    const from = Math.max(0, at - share / whole);
    bands.push({ kind: id, from, to: at });
    at = from;
  }
  return bands;
}

export interface Span {
  readonly start: bigint;
  readonly end: bigint;
}
/** A range with a frame and a name. */
export interface StripOutline extends Span {
  readonly label: string;
}

/** Pixel of an address; may lie outside of 0 to width. */
export function pixelOf(address: bigint, { start, end }: Span, width: number): number {
  const size = end - start;
  if (size <= 0n) return 0;
  // Millionths keep the precision of a bigint division.
  return (Number(((address - start) * 1_000_000n) / size) * width) / 1_000_000;
}

export function addressAt(pixel: number, { start, end }: Span, width: number): bigint {
  const share = Math.min(1, Math.max(0, pixel / Math.max(1, width)));
  const address = start + ((end - start) * BigInt(Math.round(share * 1_000_000))) / 1_000_000n;
  return address >= end && end > start ? end - 1n : address;
}

/** Zooms around a place so that it stays under the pointer. Never below a page a pixel, never beyond the whole. */
export function zoomSpan(span: Span, whole: Span, around: bigint, factor: number, minSize: bigint): Span {
  const size = span.end - span.start;
  const wanted = BigInt(Math.max(1, Math.round(Number(size) * factor)));
  const wholeSize = whole.end - whole.start;
  const next = wanted > wholeSize ? wholeSize : wanted < minSize ? (minSize > wholeSize ? wholeSize : minSize) : wanted;
  const share = size === 0n ? 0 : Number(around - span.start) / Number(size);
  return fitSpan(around - BigInt(Math.round(Number(next) * share)), next, whole);
}

export const panSpan = (span: Span, whole: Span, by: bigint): Span => fitSpan(span.start + by, span.end - span.start, whole);

/** Borders of a window lie on multiples of this, a power of two: at most a 64th of its size, at least a page. */
function grainOf(size: bigint): bigint {
  let grain = 0x1000n;
  while (grain * 128n <= size) grain *= 2n;
  return grain;
}

/** Starts and ends at round addresses, so that two windows of one size line up and read well; the end of memory is one too. */
function fitSpan(start: bigint, size: bigint, whole: Span): Span {
  const wholeSize = whole.end - whole.start;
  if (size >= wholeSize) return whole;
  const grain = grainOf(size);
  const rounded = ((size + grain / 2n) / grain) * grain;
  const near = ((start < whole.start ? whole.start : start) / grain) * grain;
  const from = near < whole.start ? whole.start : near;
  if (from + rounded < whole.end) return { start: from, end: from + rounded };
  // Against the end: the start is rounded up, and the window is smaller by less than a grain.
  const last = whole.end - rounded;
  const up = ((last + grain - 1n) / grain) * grain;
  return { start: up <= whole.start ? whole.start : up, end: whole.end };
}
