/** Which regions are compared by contents: the named ones, and the stored segments around them. */
import type { RegionJson } from '../../../shared/structure-model.ts';

/** Each takes a query to the index. */
export const mostRegions = 200;

const named: ReadonlySet<RegionJson['kind']> = new Set<RegionJson['kind']>(['crashkernel', 'kernel', 'lowcore', 'structure']);

const size = ({ start, end }: RegionJson): bigint => BigInt(end) - BigInt(start);
const rank = (region: RegionJson): number => (named.has(region.kind) ? 0 : region.kind === 'stored' ? 1 : 2);

/** Regions of at least a page that have a name, or are stored. */
export const comparableRegions = (regions: readonly RegionJson[]): readonly RegionJson[] =>
  regions.filter((region) => rank(region) < 2 && size(region) >= 4096n);

/** Prefers named regions, then stored segments, each group largest first; only regions of at least a page. Returned in address order. */
export function comparedRegions(regions: readonly RegionJson[]): readonly RegionJson[] {
  const bySize = (left: RegionJson, right: RegionJson): number => rank(left) - rank(right) || (size(left) < size(right) ? 1 : -1);
  const chosen = comparableRegions(regions).toSorted(bySize).slice(0, mostRegions);
  return chosen.toSorted((left, right) => (BigInt(left.start) < BigInt(right.start) ? -1 : 1));
}
