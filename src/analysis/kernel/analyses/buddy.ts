/** Free memory by order of its blocks, as /proc/buddyinfo and /proc/pagetypeinfo count them (mm/vmstat.c). */
import { failed, isFailure } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { freeAreas, freeListShape, walkFreeList } from '../pages/free-lists.ts';
import { isPopulated, memoryZones } from '../pages/memory-zones.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { bytes, count, defineAnalysis, pausing, size, text } from './analysis.ts';

/** Blocks that are looked at in all lists together: those of a machine of some TiB in one piece each are fewer. */
const mostBlocks = 1 << 22;
/** No list is longer: it is taken for damage (memory/linked-list.ts). */
const mostInList = 1 << 20;

export const buddy = defineAnalysis({
  id: 'buddy',
  title: 'Free memory by order (buddy allocator)',
  about:
    'Free blocks of pages (the buddy allocator) by node, zone, size, and migrate type, as /proc/buddyinfo and /proc/pagetypeinfo count them. The lists go through struct page, which dumps keep also where the free pages themselves were left out. A list whose links contradict each other, or whose blocks do not match the count of its order, is listed under missing.',
  needs: [],
  uses: ['symbols', 'types'],
  columns: {
    node: count('NUMA node'),
    zone: text('name of the zone; its position in the node where types do not lead to the name'),
    order: count('a block has 2 to the power of this many pages'),
    type: text('migrate type: Unmovable, Movable, Reclaimable, HighAtomic, CMA, Isolate; a number where neither types nor migratetype_names give a name'),
    blocks: count('free blocks in the list'),
    bytes: bytes('memory of these blocks'),
    blockBytes: size('of a block'),
  },
  key: ['node', 'zone', 'order', 'type'],
  grouping: ['zone', 'order', 'type'],
  comparing: { sums: ['bytes'] },
  *run({ objects }) {
    const pageBytes = BigInt(kernelPageBytes(objects.space.vmcoreinfo));
    const shape = freeListShape(objects);
    if (isFailure(shape)) {
      yield shape;
      return;
    }
    let left = mostBlocks;
    for (const one of memoryZones(objects)) {
      if (isFailure(one)) {
        yield one;
        continue;
      }
      const { node, name, zone } = one;
      const hasMemory = isPopulated(zone);
      const areas = isFailure(hasMemory) ? hasMemory : hasMemory.value ? freeAreas(objects, zone, shape.value) : [];
      if (isFailure(areas)) {
        yield areas;
        continue;
      }
      for (const { order, count: counted, lists } of areas) {
        const what = `free blocks of order ${order} in zone ${name} of node ${node}`;
        const where = { space: 'virtual', start: hex(lists[0]?.head ?? 0n), end: hex((lists[0]?.head ?? 0n) + 1n) } as const;
        if (isFailure(counted)) yield counted;
        let sum = 0;
        let isWhole = true;
        for (const { type, head } of lists) {
          const list = yield* pausing(walkFreeList(objects, zone, shape.value, head, order, Math.min(left, mostInList)));
          left -= list.blocks;
          sum += list.blocks;
          if (list.broken !== undefined) {
            isWhole = false;
            yield failed(what, `the list of ${type} was followed for ${list.blocks} blocks: ${list.broken}`, where);
            continue;
          }
          const blockBytes = pageBytes << BigInt(order);
          yield { row: { node, zone: name, order, type, blocks: list.blocks, bytes: BigInt(list.blocks) * blockBytes, blockBytes } };
        }
        if (isWhole && !isFailure(counted) && counted.value !== BigInt(sum))
          yield failed(what, `nr_free counts ${counted.value}, and ${sum} are in the lists`, where);
      }
    }
  },
});
