/** Rules over zones of memory: too little free, or free in pieces that are too small. */
import { failed, isFailure, type Failure, type Result } from '../../../../shared/result.ts';
import { byteText } from '../../../../shared/units.ts';
import { freeAreas, freeListShape } from '../../pages/free-lists.ts';
import { freePages, memoryZones, watermark, type MemoryZone } from '../../pages/memory-zones.ts';
import { zonePages } from '../../pages/zone-pages.ts';
import { kernelPageBytes } from '../../vmcoreinfo/vmcoreinfo.ts';
import type { Problem, ProblemRule } from '../problem-rule.ts';
import { firstFailure, type ProblemFacts } from '../problem-facts.ts';

/** Zones that the allocator has memory of. */
function* zonesInUse({ kernel: { objects } }: ProblemFacts): Generator<MemoryZone | Failure, void> {
  for (const one of memoryZones(objects)) {
    if (isFailure(one)) {
      yield one;
      continue;
    }
    const { managed } = zonePages(one.zone);
    if (isFailure(managed)) yield managed;
    else if (managed.value > 0n) yield one;
  }
}

const placeOf = ({ zone }: MemoryZone): Pick<Problem, 'address'> => (isFailure(zone.address) ? {} : { address: zone.address.value });
const nameOf = ({ node, name }: MemoryZone): string => `zone ${name} of node ${node}`;

export const zoneWatermarks: ProblemRule = {
  id: 'zone-watermarks',
  title: 'Free memory of zones',
  threshold: 'fewer free pages than the low watermark of a zone, below which the kernel reclaims memory; an error below min, where allocations wait for that',
  source: 'memory',
  see: 'zones',
  *look(facts) {
    const { objects } = facts.kernel;
    const pageBytes = BigInt(kernelPageBytes(objects.space.vmcoreinfo));
    for (const one of zonesInUse(facts)) {
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const [free, min, low, high] = [
        freePages(objects, one.zone),
        watermark(objects, one.zone, 'WMARK_MIN'),
        watermark(objects, one.zone, 'WMARK_LOW'),
        watermark(objects, one.zone, 'WMARK_HIGH'),
      ];
      const unread = firstFailure(free, min, low, high);
      if (unread !== undefined || isFailure(free) || isFailure(min) || isFailure(low) || isFailure(high)) {
        if (unread !== undefined) yield unread;
        continue;
      }
      // They are computed at boot.
      if (high.value === 0n) {
        yield failed(`watermarks of ${nameOf(one)}`, `${min.value}, ${low.value} and ${high.value} are not watermarks`);
        continue;
      }
      if (free.value >= low.value) continue;
      const isShort = free.value < min.value;
      const mark = isShort ? min.value : low.value;
      const inText = (pages: bigint): string => byteText(pages * pageBytes);
      yield {
        subject: nameOf(one),
        severity: isShort ? 'error' : 'warning',
        text: isShort
          ? `${inText(free.value)} are free in ${nameOf(one)}, less than the watermark min of ${inText(mark)}: allocations have to reclaim memory first.`
          : `${inText(free.value)} are free in ${nameOf(one)}, less than the watermark low of ${inText(mark)}: the kernel reclaims memory.`,
        value: `${free.value} pages`,
        evidence: `free ${free.value}, min ${min.value}, low ${low.value}, high ${high.value} pages`,
        ...placeOf(one),
      };
    }
  },
};

/** PAGE_ALLOC_COSTLY_ORDER (include/linux/mmzone.h): up to this order the kernel does not give up before it has tried all it can. */
const costlyOrder = 3;
/** sysctl_extfrag_threshold (mm/compaction.c): above it the kernel takes fragmentation, not a lack of memory, for the cause. */
const usualThreshold = 500n;

interface Fragments {
  readonly pages: bigint;
  readonly blocks: bigint;
  /** Blocks of the order and larger ones. */
  readonly suitable: bigint;
}

function fragmentsOf(counts: readonly Result<bigint>[]): Result<Fragments> {
  let sum: Fragments = { pages: 0n, blocks: 0n, suitable: 0n };
  for (const [order, count] of counts.entries()) {
    if (isFailure(count)) return count;
    sum = {
      pages: sum.pages + (count.value << BigInt(order)),
      blocks: sum.blocks + count.value,
      suitable: sum.suitable + (order >= costlyOrder ? count.value : 0n),
    };
  }
  return { value: sum };
}

export const fragmentation: ProblemRule = {
  id: 'fragmentation',
  title: 'Fragmentation',
  threshold: `no free block of ${2 ** costlyOrder} pages in a zone that has more free pages than its watermark min, and a fragmentation index above extfrag_threshold (500 unless it is set)`,
  source: 'memory',
  see: 'buddy',
  *look(facts) {
    const { objects } = facts.kernel;
    const shape = freeListShape(objects);
    if (isFailure(shape)) {
      yield shape;
      return;
    }
    const set = objects.variable('sysctl_extfrag_threshold', 'void').s32();
    const threshold = isFailure(set) ? usualThreshold : BigInt(set.value);
    for (const one of zonesInUse(facts)) {
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const areas = freeAreas(objects, one.zone, shape.value);
      const found = isFailure(areas) ? areas : fragmentsOf(areas.map(({ count }) => count));
      const min = watermark(objects, one.zone, 'WMARK_MIN');
      if (isFailure(found) || isFailure(min)) {
        yield isFailure(found) ? found : isFailure(min) ? min : failed('fragmentation', '');
        continue;
      }
      const { pages, blocks, suitable } = found.value;
      // Too little memory is another rule's.
      if (suitable > 0n || blocks === 0n || min.value === 0n || pages <= min.value) continue;
      // __fragmentation_index() (mm/vmstat.c): towards 0 memory is short, towards 1000 it is in pieces.
      const index = 1000n - (1000n + (pages * 1000n) / BigInt(2 ** costlyOrder)) / blocks;
      if (index <= threshold) continue;
      yield {
        subject: nameOf(one),
        severity: 'warning',
        text: `${pages} pages are free in ${nameOf(one)}, and no ${2 ** costlyOrder} of them are contiguous: larger allocations fail or wait although there is memory.`,
        value: `index ${index}`,
        evidence: `nr_free of each order: ${pages} pages in ${blocks} blocks; threshold ${threshold}`,
        ...placeOf(one),
      };
    }
  },
};
