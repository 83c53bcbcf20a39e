/**
 * Segments must not contradict one another: the same file bytes cannot be two physical ranges, and a physical page that is
 * stored twice must have the same bytes. Kernels from 6.10 list their image twice on purpose (elf-vmcore.md section 2).
 */
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import type { Segment, SegmentList } from '../../formats/dump-format.ts';
import { whyShort } from '../../source/byte-source.ts';
import { limitFindings } from '../../formats/finding-limit.ts';
import { failed, notApplicable, passed, unreadable, type Check, type CheckContext } from '../check.ts';

const compareBytes = 1 << 20;
/** Real dumps have one or two aliases, of a kernel image each; what a hostile header has beyond this is not compared, and the verdict says so. */
const maxPairs = 1000;
const maxComparedBytes = 1n << 30n;

interface Alias {
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
function contradictingFileRanges(pairs: readonly (readonly [Segment, Segment])[]): Finding[] {
  return pairs.flatMap(([left, right]): Finding[] => {
    // File ranges of different volumes have nothing to do with one another.
    if (left.source !== right.source) return [];
    if (left.start - BigInt(left.fileOffset) === right.start - BigInt(right.fileOffset)) return [];
    const from = Math.max(left.fileOffset, right.fileOffset);
    const to = Math.min(left.fileOffset + left.fileBytes, right.fileOffset + right.fileBytes);
    return [
      {
        id: 'segments/file-overlap',
        severity: 'error',
        title: 'Two segments claim the same bytes of the file',
        detail: `segments ${left.index} and ${right.index} both use file bytes 0x${from.toString(16)} to 0x${to.toString(16)}, for different physical addresses`,
        where: { fileOffset: from, bytes: to - from },
      },
    ];
  });
}

/** First byte at which the two stored copies of a physical range differ, or undefined. */
async function firstDifference(alias: Alias, { image, signal }: CheckContext): Promise<bigint | { readonly cut: string } | undefined> {
  const left = new Uint8Array(compareBytes);
  const right = new Uint8Array(compareBytes);
  for (let at = alias.start; at < alias.end; at += BigInt(compareBytes)) {
    signal.throwIfAborted();
    const length = Number(min(alias.end - at, BigInt(compareBytes)));
    const one = left.subarray(0, length);
    const other = right.subarray(0, length);
    for (const [segment, bytes] of [
      [alias.left, one],
      [alias.right, other],
    ] as const) {
      const source = segment.source ?? image.source;
      const from = segment.fileOffset + Number(at - segment.start);
      const got = source.readInto(from, bytes);
      if (got < length) return { cut: whyShort(source, from + got, 'the file ends before both copies') };
    }
    if (Buffer.compare(one, other) !== 0) return at + BigInt(one.findIndex((byte, index) => byte !== other[index]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}

export const segments: Check = {
  id: 'segments',
  title: 'Memory segments',
  failure: 'Memory segments contradict one another.',
  gravity: 91,
  cost: 'quick',
  async run(context) {
    const { image } = context;
    if (image.segments.length === 0) return notApplicable('the container has no memory segments');
    const filePairs = overlaps(
      image.segments,
      (one) => BigInt(one.fileOffset),
      (one) => BigInt(one.fileOffset) + BigInt(one.fileBytes),
    );
    const findings: Finding[] = [...image.findings.filter((finding) => finding.id.startsWith('segments/')), ...contradictingFileRanges(filePairs)];
    const errors = limitFindings(findings.filter((finding) => finding.severity === 'error'));
    if (errors[0] !== undefined)
      return failed(errors[0].detail, { findings: limitFindings(findings), ranges: errors.flatMap((finding) => finding.where ?? []) });
    const memoryPairs = overlaps(image.segments, (one) => one.start, storedEnd);
    const aliases = memoryPairs
      .map(([left, right]): Alias => ({ left, right, start: max(left.start, right.start), end: min(storedEnd(left), storedEnd(right)) }))
      .filter((alias) => alias.left.fileOffset - Number(alias.left.start) !== alias.right.fileOffset - Number(alias.right.start));
    let compared = 0n;
    for (const alias of aliases) {
      compared += alias.end - alias.start;
      if (compared > maxComparedBytes) break;
      const difference = await firstDifference(alias, context);
      const where = { space: 'absolute' as const, start: hex(alias.start), end: hex(alias.end) };
      if (typeof difference === 'object')
        return { ...unreadable(`absolute ${hex(alias.start)} to ${hex(alias.end)} is stored twice, but ${difference.cut}`), findings };
      if (difference !== undefined) {
        const finding: Finding = {
          id: 'segments/copies-differ',
          severity: 'error',
          title: 'A physical page is stored twice with different bytes',
          detail: `segments ${alias.left.index} and ${alias.right.index} differ at absolute ${hex(difference)}`,
          where: { space: 'absolute', start: hex(difference), end: hex(difference + 1n) },
        };
        return failed(finding.detail, { findings: [...findings, finding], ranges: [where] });
      }
      findings.push({
        id: 'segments/alias',
        severity: 'info',
        title: 'A physical range is stored twice, with equal bytes',
        detail: `segments ${alias.left.index} and ${alias.right.index} both hold absolute ${hex(alias.start)} to ${hex(alias.end)}, as kernels list their image beside the rest of memory`,
        where,
      });
    }
    if (filePairs.length >= maxPairs || memoryPairs.length >= maxPairs || compared > maxComparedBytes) {
      return { ...unreadable('more segments overlap than this check compares'), findings: limitFindings(findings) };
    }
    const note =
      aliases.length === 0 ? 'no two overlap' : `${aliases.length} ${aliases.length === 1 ? 'range is' : 'ranges are'} stored twice with equal bytes`;
    return passed(`${image.segments.length} ${image.segments.length === 1 ? 'segment' : 'segments'}, ${note}`, { findings });
  },
};
