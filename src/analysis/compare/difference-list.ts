/** The differences of a comparison one after the other, for lists and for next and previous. */
import type { PairRange } from '../../shared/compare-protocol.ts';
import { pageSize } from '../../shared/units.ts';
import type { PairRuns } from './pair-runs.ts';

export interface DifferenceList {
  readonly total: number;
  /** At most `most` from position `first` on. */
  slice(first: number, most: number): PairRange[];
  /** Position of the first difference that ends behind an address; `total` when there is none. */
  positionFrom(address: bigint): number;
}

export function differenceList(runs: PairRuns): DifferenceList {
  let total = 0;
  const isListed = (index: number): boolean => {
    const { kind } = runs.at(index);
    return kind !== 'equal' && kind !== 'neither';
  };
  for (let index = 0; index < runs.length; index += 1) if (isListed(index)) total += 1;
  const listed = new Uint32Array(total);
  for (let index = 0, at = 0; index < runs.length; index += 1) if (isListed(index)) listed[at++] = index;
  const page = BigInt(pageSize);
  return {
    total,
    slice(first, most) {
      const ranges: PairRange[] = [];
      for (let position = first; position < Math.min(total, first + most); position += 1) {
        const { start, end, kind } = runs.at(listed[position] ?? 0);
        if (kind === 'equal' || kind === 'neither') continue;
        ranges.push({ index: position, kind, start: BigInt(start) * page, end: BigInt(end) * page });
      }
      return ranges;
    },
    positionFrom(address) {
      const run = runs.indexFrom(Number(address / page));
      let low = 0;
      let high = total;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((listed[middle] ?? 0) >= run) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}
