/**
 * What a container knows of its memory without reading a page, as a map that is asked instead of a list that is held: filtered dumps of
 * large systems have tens of millions of runs.
 */
import { defined } from '../../shared/defined.ts';
import { pageSize, type AddressRange } from '../../shared/units.ts';
import type { Extent, ExtentMap } from './dump-format.ts';

const page = BigInt(pageSize);

type Totals = Pick<ExtentMap, 'storedPages' | 'availableEnd' | 'cut'>;

/** Stored pages, available end and cut boundaries of extents, in one pass. */
function totalsOf(extents: Iterable<Extent>): Totals {
  let storedPages = 0;
  let availableEnd = 0n;
  let cut = false;
  /** One past the last page that was counted. */
  let counted = 0n;
  for (const { start, end, state } of extents) {
    cut ||= start % page !== 0n || end % page !== 0n;
    if (start === end || (state !== 'stored' && state !== 'zero')) continue;
    availableEnd = end;
    if (state === 'zero') continue;
    const first = start / page > counted ? start / page : counted;
    const last = (end + page - 1n) / page;
    storedPages += Number(last - first);
    counted = last;
  }
  return { storedPages, availableEnd, cut };
}

/** How a map finds its extents. */
interface ExtentSource {
  /** As `ExtentMap` has them; without `at` it is the first that comes from there. */
  readonly from: (address: bigint) => Generator<Extent, undefined>;
  readonly at?: (address: bigint) => Extent | undefined;
  readonly count?: number;
  readonly counts?: ExtentMap['counts'];
  readonly heldBytes?: number;
  /** Where the container knows them without a pass. */
  readonly totals?: Totals;
}

/** A map that makes its extents on demand; totals take a pass, once, unless they are given. */
export function generatedExtents({ from, at, count, counts, heldBytes, totals: given }: ExtentSource): ExtentMap {
  let totals = given;
  const known = (): Totals => (totals ??= totalsOf(from(0n)));
  return {
    at:
      at ??
      ((address) => {
        for (const extent of from(address)) return extent;
        return undefined;
      }),
    from,
    [Symbol.iterator]: () => from(0n),
    get storedPages() {
      return known().storedPages;
    },
    get availableEnd() {
      return known().availableEnd;
    },
    get cut() {
      return known().cut;
    },
    ...defined({ count, counts, heldBytes }),
  };
}

/** Index of the range that holds `address`, for ranges that cover the space without gaps; their number when none does. */
function indexAt(ranges: readonly AddressRange[], address: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A map of few extents, which are held as a list. */
export function extentList(list: readonly Extent[]): ExtentMap {
  return generatedExtents({
    at: (address) => list[indexAt(list, address)],
    *from(address) {
      for (let index = indexAt(list, address); index < list.length; index += 1) {
        const extent = list[index];
        if (extent !== undefined) yield extent;
      }
      return undefined;
    },
    count: list.length,
  });
}
