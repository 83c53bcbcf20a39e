/**
 * Segments that contradict one another: the same file bytes cannot be two physical ranges, and a physical page that is stored twice must
 * have the same bytes. Kernels from 6.10 list their image twice on purpose (elf-vmcore.md section 2).
 */
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import type { DumpImage, Segment, SegmentList } from './dump-format.ts';
import { limitFindings } from './finding-limit.ts';

export const fileOverlapId = 'segments/file-overlap';
export const copiesDifferId = 'segments/copies-differ';
/** Real dumps have one or two aliases, of a kernel image each; what a hostile header has beyond this is not compared, and the verdict says so. */
export const maxPairs = 1000;

/** Physical addresses that two segments hold, each from bytes of its own. */
export interface Alias {
  readonly left: Segment;
  readonly right: Segment;
  readonly start: bigint;
  readonly end: bigint;
}

const storedEnd = (segment: Segment): bigint =>
  segment.start + (BigInt(segment.fileBytes) < segment.memoryBytes ? BigInt(segment.fileBytes) : segment.memoryBytes);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Whether each segment starts where the ones before have ended: then no two overlap, and nothing has to be sorted. */
function ascends(segments: SegmentList, start: (one: Segment) => bigint, end: (one: Segment) => bigint): boolean {
  let last = 0n;
  for (const segment of segments) {
    if (end(segment) <= start(segment)) continue;
    if (start(segment) < last) return false;
    last = end(segment);
  }
  return true;
}

/** Pairs of segments whose ranges overlap. A list of a million is sorted by numbers in columns, without an object for each. */
function overlaps(segments: SegmentList, start: (one: Segment) => bigint, end: (one: Segment) => bigint): [Segment, Segment][] {
  if (ascends(segments, start, end)) return [];
  const starts = new BigUint64Array(segments.length);
  const ends = new BigUint64Array(segments.length);
  const order = new Uint32Array(segments.length);
  let used = 0;
  let at = 0;
  for (const segment of segments) {
    starts[at] = start(segment);
    ends[at] = end(segment);
    if (end(segment) > start(segment)) order[used++] = at;
    at += 1;
  }
  const startOf = (place: number): bigint => starts[place] ?? 0n;
  const sorted = order.subarray(0, used).sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : a - b));
  const pairs: [Segment, Segment][] = [];
  let open: number[] = [];
  for (const place of sorted) {
    open = open.filter((one) => (ends[one] ?? 0n) > startOf(place));
    for (const one of open) {
      if (pairs.length >= maxPairs) return pairs;
      const [left, right] = [segments.at(Math.min(one, place)), segments.at(Math.max(one, place))];
      if (left !== undefined && right !== undefined) pairs.push([left, right]);
    }
    open.push(place);
  }
  return pairs;
}

/** The same file bytes must mean the same physical bytes. */
export function contradictingFileRanges(pairs: readonly (readonly [Segment, Segment])[]): Finding[] {
  return pairs.flatMap(([left, right]): Finding[] => {
    // File ranges of different volumes have nothing to do with one another.
    if (left.source !== right.source) return [];
    if (left.start - BigInt(left.fileOffset) === right.start - BigInt(right.fileOffset)) return [];
    const from = Math.max(left.fileOffset, right.fileOffset);
    const to = Math.min(left.fileOffset + left.fileBytes, right.fileOffset + right.fileBytes);
    return [
      {
        id: fileOverlapId,
        severity: 'error',
        title: 'Two segments claim the same bytes of the file',
        detail: `segments ${left.index} and ${right.index} both use file bytes 0x${from.toString(16)} to 0x${to.toString(16)}, for different physical addresses`,
        where: { fileOffset: from, bytes: to - from },
      },
    ];
  });
}

export const fileOverlaps = (segments: SegmentList): readonly (readonly [Segment, Segment])[] =>
  overlaps(
    segments,
    (one) => BigInt(one.fileOffset),
    (one) => BigInt(one.fileOffset) + BigInt(one.fileBytes),
  );

export const memoryOverlaps = (segments: SegmentList): readonly (readonly [Segment, Segment])[] => overlaps(segments, (one) => one.start, storedEnd);

/** Those of the pairs that are not the same bytes of the file. */
export const aliasesOf = (pairs: readonly (readonly [Segment, Segment])[]): readonly Alias[] =>
  pairs
    .map(([left, right]): Alias => ({ left, right, start: max(left.start, right.start), end: min(storedEnd(left), storedEnd(right)) }))
    .filter(({ left, right }) => left.source !== right.source || left.fileOffset - Number(left.start) !== right.fileOffset - Number(right.start));

export const copiesDiffer = ({ left, right }: Alias, at: bigint): Finding => ({
  id: copiesDifferId,
  severity: 'error',
  title: 'A physical page is stored twice with different bytes',
  detail: `segments ${left.index} and ${right.index} differ at absolute ${hex(at)}`,
  where: { space: 'absolute', start: hex(at), end: hex(at + 1n) },
});

/** More segments are left to the check, which is not part of opening. */
const firstLookSegments = 1 << 16;
const firstLookAliases = 16;
const samples = 16;

/** First sampled byte in which the two copies differ. */
function sampledDifference({ left, right, start, end }: Alias, image: DumpImage): bigint | undefined {
  const [one, other] = [new Uint8Array(pageSize), new Uint8Array(pageSize)];
  const last = end - start > BigInt(pageSize) ? end - start - BigInt(pageSize) : 0n;
  const length = Number(min(end - start, BigInt(pageSize)));
  for (let sample = 0n; sample < samples; sample += 1n) {
    const at = start + (last * sample) / BigInt(samples - 1);
    const copy = (segment: Segment, target: Uint8Array): boolean =>
      (segment.source ?? image.source).readInto(segment.fileOffset + Number(at - segment.start), target.subarray(0, length)) === length;
    if (!copy(left, one) || !copy(right, other)) continue;
    if (Buffer.compare(one, other) !== 0) return at + BigInt(one.findIndex((byte, index) => byte !== other[index]));
    if (last === 0n) return undefined;
  }
  return undefined;
}

/** What the first look shows: all contradictions of the headers, and those of the bytes that some samples show. */
function contradictions(image: DumpImage): readonly Finding[] {
  const { segments } = image;
  if (segments.length > firstLookSegments) return [];
  const ofFile = contradictingFileRanges(fileOverlaps(segments));
  if (ofFile.length > 0) return limitFindings(ofFile);
  return aliasesOf(memoryOverlaps(segments))
    .slice(0, firstLookAliases)
    .flatMap((alias) => {
      const at = sampledDifference(alias, image);
      return at === undefined ? [] : [copiesDiffer(alias, at)];
    });
}

/** The image with what its segments say against each other: then it is not called complete. */
export function withContradictions(image: DumpImage): DumpImage {
  const found = contradictions(image);
  if (found.length === 0) return image;
  const { complete } = image.container;
  return {
    ...image,
    container: { ...image.container, complete: fact(false, `${complete.source}; its segments contradict one another`) },
    findings: [...found, ...image.findings],
  };
}
