/** Which regions are compared by what they hold: the named ones, and around them the pieces that the dump stores. */
import type { RegionJson } from '../../../shared/structure-model.ts';

/** More bars than this are not legible, and each asks the index. */
export const mostRegions = 40;

const named: ReadonlySet<RegionJson['kind']> = new Set<RegionJson['kind']>(['crashkernel', 'kernel', 'lowcore', 'structure']);

/** Named regions first, then stored pieces, the largest first; each of at least a page. In the order of addresses. */
export function comparedRegions(regions: readonly RegionJson[]): readonly RegionJson[] {
  const size = ({ start, end }: RegionJson): bigint => BigInt(end) - BigInt(start);
  const rank = (region: RegionJson): number => (named.has(region.kind) ? 0 : region.kind === 'stored' ? 1 : 2);
  const bySize = (left: RegionJson, right: RegionJson): number => rank(left) - rank(right) || (size(left) < size(right) ? 1 : -1);
  const chosen = regions
    .filter((region) => rank(region) < 2 && size(region) >= 4096n)
    .toSorted(bySize)
    .slice(0, mostRegions);
  return chosen.toSorted((left, right) => (BigInt(left.start) < BigInt(right.start) ? -1 : 1));
}
