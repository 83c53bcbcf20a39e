/** Zones of memory with their counters and watermarks, as /proc/zoneinfo prints them (mm/vmstat.c). */
import { isFailure, mapResult } from '../../../shared/result.ts';
import { perCpuAreas } from '../cpus/per-cpu-areas.ts';
import { freeCounter, freePages, heldBackPages, memoryZones, perCpuPages, watermark, watermarkBoost } from '../pages/memory-zones.ts';
import { ofPresent, zonePages } from '../pages/zone-pages.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { address, bytes, count, defineAnalysis, text } from './analysis.ts';

export const zones = defineAnalysis({
  id: 'zones',
  title: 'Memory zones',
  about:
    'Zones of memory of each node: how much memory they have, what of it is free, and the watermarks below which the kernel reclaims memory. In pages, as /proc/zoneinfo prints them.',
  needs: [],
  uses: ['symbols', 'types'],
  columns: {
    zone: text('its name; its position in the node where types do not lead to the name'),
    node: count('NUMA node'),
    address: address('its struct zone'),
    free: count('pages in free blocks, as the zone counts them'),
    pending: count('what CPUs added to it or took from it and have not handed over yet: with it, it is what the lists of free blocks hold'),
    min: count('watermark, with the boost: below it only allocations of the kernel’s own reclaim and of interrupts succeed'),
    low: count('watermark, with the boost: below it kswapd reclaims memory'),
    high: count('watermark, with the boost: at it kswapd stops'),
    boost: count('added to the watermarks after blocks were broken up for another migrate type'),
    perCpu: count('free pages that CPUs keep for themselves, not counted in free'),
    managed: count('pages that the allocator manages'),
    present: count('pages that exist'),
    spanned: count('pages from its first to its last'),
    start: address('its first page', 'absolute'),
    cma: count('pages for contiguous allocations (CMA)'),
    highAtomic: count('pages set aside for allocations that cannot wait'),
    bytes: bytes('managed memory'),
  },
  key: ['node', 'zone'],
  *run({ objects, memory, symbols, cpus }) {
    const pageBytes = BigInt(kernelPageBytes(objects.space.vmcoreinfo));
    const areas = perCpuAreas({ memory, symbols, cpus });
    for (const one of memoryZones(objects)) {
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const { node, name, zone } = one;
      const { managed, present, spanned, start } = zonePages(zone, freeCounter(objects, zone));
      const [cma, highAtomic] = [zone.at('cma_pages'), zone.at('nr_reserved_highatomic')];
      yield {
        row: {
          zone: name,
          node,
          address: zone.address,
          free: freePages(objects, zone),
          pending: heldBackPages(objects, zone, areas),
          min: watermark(objects, zone, 'WMARK_MIN'),
          low: watermark(objects, zone, 'WMARK_LOW'),
          high: watermark(objects, zone, 'WMARK_HIGH'),
          boost: zone.has('watermark_boost') ? watermarkBoost(zone) : undefined,
          perCpu: perCpuPages(zone, areas),
          managed,
          present,
          spanned,
          start: zone.has('zone_start_pfn') ? mapResult(start, (pfn) => pfn * pageBytes) : undefined,
          cma: zone.has('cma_pages') ? ofPresent(zone, cma, cma.u64()) : undefined,
          highAtomic: zone.has('nr_reserved_highatomic') ? ofPresent(zone, highAtomic, highAtomic.u64()) : undefined,
          bytes: mapResult(managed, (pages) => pages * pageBytes),
        },
      };
    }
  },
});
