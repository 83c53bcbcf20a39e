import type { RegionJson } from '../../../shared/structure-model.ts';

/** Regions of the dumped system, not of how the file stores it. */
const telling: ReadonlySet<RegionJson['kind']> = new Set<RegionJson['kind']>(['crashkernel', 'kernel', 'lowcore', 'structure']);

/** Name of the smallest named region that contains an absolute address. */
export function innermostRegion(regions: readonly RegionJson[], address: bigint): string | undefined {
  const around = regions
    .filter(({ kind, start, end }) => telling.has(kind) && BigInt(start) <= address && address < BigInt(end))
    .map(({ name, start, end }) => ({ name, size: BigInt(end) - BigInt(start) }));
  return around.reduce<(typeof around)[number] | undefined>((least, one) => (least === undefined || one.size < least.size ? one : least), undefined)?.name;
}
