/**
 * Segments must not contradict one another: the same file bytes cannot be two physical ranges, and a physical page that is
 * stored twice must have the same bytes. Kernels from 6.10 list their image twice on purpose (elf-vmcore.md section 2).
 */
import type { Finding } from '../../../shared/model.ts';
import { hex } from '../../../shared/units.ts';
import { whyShort } from '../../source/byte-source.ts';
import { limitFindings } from '../../formats/finding-limit.ts';
import {
  aliasesOf,
  contradictingFileRanges,
  copiesDiffer,
  copiesDifferId,
  fileOverlapId,
  fileOverlaps,
  maxPairs,
  memoryOverlaps,
  type Alias,
} from '../../formats/segment-overlaps.ts';
import { failed, notApplicable, passed, unreadable, type Check, type CheckContext } from '../check.ts';

const compareBytes = 1 << 20;
const maxComparedBytes = 1n << 30n;

/** First byte at which the two stored copies of a physical range differ, or undefined. */
async function firstDifference(alias: Alias, { image, signal }: CheckContext): Promise<bigint | { readonly cut: string } | undefined> {
  const left = new Uint8Array(compareBytes);
  const right = new Uint8Array(compareBytes);
  for (let at = alias.start; at < alias.end; at += BigInt(compareBytes)) {
    signal.throwIfAborted();
    const length = Number(alias.end - at < BigInt(compareBytes) ? alias.end - at : BigInt(compareBytes));
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
  failure: 'Memory segments are impossible or contradict one another.',
  gravity: 91,
  cost: 'quick',
  async run(context) {
    const { image } = context;
    const filePairs = fileOverlaps(image.segments);
    // The first look finds what its samples show; here all bytes are compared.
    const own = image.findings.filter(({ id }) => id.startsWith('segments/') && id !== fileOverlapId && id !== copiesDifferId);
    const findings: Finding[] = [...own, ...contradictingFileRanges(filePairs)];
    const errors = limitFindings(findings.filter((finding) => finding.severity === 'error'));
    if (errors[0] !== undefined)
      return failed(errors[0].detail, { findings: limitFindings(findings), ranges: errors.flatMap((finding) => finding.where ?? []) });
    if (image.segments.length === 0) return notApplicable('the container has no memory segments');
    const memoryPairs = memoryOverlaps(image.segments);
    const aliases = aliasesOf(memoryPairs);
    let compared = 0n;
    for (const alias of aliases) {
      compared += alias.end - alias.start;
      if (compared > maxComparedBytes) break;
      const difference = await firstDifference(alias, context);
      const where = { space: 'absolute' as const, start: hex(alias.start), end: hex(alias.end) };
      if (typeof difference === 'object')
        return { ...unreadable(`absolute ${hex(alias.start)} to ${hex(alias.end)} is stored twice, but ${difference.cut}`), findings };
      if (difference !== undefined) {
        const finding = copiesDiffer(alias, difference);
        return failed(finding.detail, { findings: [...findings, finding], ranges: [where] });
      }
      findings.push({
        id: 'segments/alias',
        severity: 'info',
        title: 'A physical range is stored twice, with equal bytes',
        detail: `segments ${alias.left.index} and ${alias.right.index} both hold absolute ${hex(alias.start)} to ${hex(alias.end)}, as kernels list their image next to the rest of memory`,
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
