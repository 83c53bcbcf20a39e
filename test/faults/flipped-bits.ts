/** What a check vouches for, and single bits of it that are flipped. */
import { checkContext } from '../../src/analysis/engine/integrity/check-session.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import type { Check, CheckOutcome } from '../../src/analysis/integrity/check.ts';
import { checks } from '../../src/analysis/integrity/index.ts';
import type { ByteSource } from '../../src/analysis/source/byte-source.ts';
import type { SeededRandom } from '../../src/samples/seeded-random.ts';
import { patchedSource } from '../patched-source.ts';

const { signal } = new AbortController();

/** From the registry: a new one that vouches for its ranges is flipped too. */
export const vouching: readonly Check[] = checks.filter(({ vouches }) => vouches === true);

export const runCheck = (session: Session, check: Check): CheckOutcome | Promise<CheckOutcome> => check.run(checkContext(session, signal));

/** Of absolute addresses; the end is not included. */
export interface CoveredRange {
  readonly start: bigint;
  readonly end: bigint;
}

export const coveredBy = ({ ranges = [] }: CheckOutcome): readonly CoveredRange[] =>
  ranges.flatMap((range) => ('space' in range && range.space === 'absolute' ? [{ start: BigInt(range.start), end: BigInt(range.end) }] : []));

/** Where an absolute address lies in the file; undefined where its bytes are not stored as they are. */
export function storedAt(session: Session, address: bigint): number | undefined {
  const extent = [...session.image.memory.extents].find(({ start, end, fileOffset }) => fileOffset !== undefined && address >= start && address < end);
  return extent?.fileOffset === undefined ? undefined : extent.fileOffset + Number(address - extent.start);
}

export type Bit = readonly [address: bigint, bit: number];

/** The first and the last bits of each range. */
export const bordersOf = (ranges: readonly CoveredRange[]): readonly Bit[] =>
  ranges.flatMap(({ start, end }): readonly Bit[] => [[start, 0], [start, 7], [end - 1n, 0], [end - 1n, 7]]); // prettier-ignore

export function drawnBits(ranges: readonly CoveredRange[], count: number, random: SeededRandom): readonly Bit[] {
  return Array.from({ length: count }, () => {
    const { start, end } = ranges[random.below(ranges.length)] ?? { start: 0n, end: 1n };
    return [start + BigInt(random.below(Number(end - start))), random.below(8)] as const;
  });
}

export function flippedSource(source: ByteSource, offset: number, bit: number): ByteSource {
  const byte = new Uint8Array(1);
  source.readInto(offset, byte);
  return patchedSource(source, [{ offset, bytes: Uint8Array.of((byte[0] ?? 0) ^ (1 << bit)) }]);
}
