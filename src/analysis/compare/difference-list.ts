/** The differences of a comparison one after the other, for lists and for next and previous. */
import type { PairRange } from '../../shared/compare-protocol.ts';
import { pageSize } from '../../shared/units.ts';
import type { PairRuns } from './pair-runs.ts';

export interface DifferenceList {
  readonly total: number;
  /** At most `most` from position `first` on. */
  slice(first: number, most: number): PairRange[];
  /** Position of the first difference that ends after an address; `total` when there is none. */
  positionFrom(address: bigint): number;
}

export function differenceList(runs: PairRuns): DifferenceList {
  const total = runs.listed;
  const page = BigInt(pageSize);
  return {
    total,
    slice(first, most) {
      const ranges: PairRange[] = [];
      const end = Math.min(total, first + most);
      for (let index = runs.indexOfListed(first); index < runs.length && first + ranges.length < end; index += 1) {
        const { start, end: stop, kind } = runs.at(index);
        if (kind === 'equal' || kind === 'neither') continue;
        ranges.push({ index: first + ranges.length, kind, start: BigInt(start) * page, end: BigInt(stop) * page });
      }
      return ranges;
    },
    positionFrom: (address) => runs.listedBefore(runs.indexFrom(Number(address / page))),
  };
}
