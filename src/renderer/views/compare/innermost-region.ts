import type { RegionJson } from '../../../shared/structure-model.ts';

/** What the dumped system had somewhere, not how the file stores it. */
const telling: ReadonlySet<RegionJson['kind']> = new Set<RegionJson['kind']>(['crashkernel', 'kernel', 'lowcore', 'structure']);

/** Name of the smallest named region around an absolute address. */
export function innermostRegion(regions: readonly RegionJson[], address: bigint): string | undefined {
  const around = regions
    .filter(({ kind, start, end }) => telling.has(kind) && BigInt(start) <= address && address < BigInt(end))
    .map(({ name, start, end }) => ({ name, size: BigInt(end) - BigInt(start) }));
  return around.reduce<(typeof around)[number] | undefined>((least, one) => (least === undefined || one.size < least.size ? one : least), undefined)?.name;
}
