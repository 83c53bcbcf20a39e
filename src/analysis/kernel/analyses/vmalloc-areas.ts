/** Areas of vmalloc space, as /proc/vmallocinfo lists them (mm/vmalloc.c). */
import { isFailure } from '../../../shared/result.ts';
import { vmallocAreas } from '../vmalloc/vmalloc-areas.ts';
import { address, bytes, count, defineAnalysis, ownText, symbol } from './analysis.ts';

/** VM_… of include/linux/vmalloc.h (5.10 to 6.12), in the order and by the words of show_vmap_area(). */
const kinds = [
  [0x1n, 'ioremap'],
  [0x2n, 'vmalloc'],
  [0x4n, 'vmap'],
  [0x8n, 'user'],
  [0x10n, 'dma-coherent'],
] as const;

export const vmallocTable = defineAnalysis({
  id: 'vmalloc-areas',
  title: 'Vmalloc areas',
  about: 'Areas of vmalloc space: stacks of tasks, modules, mapped devices, and large buffers, with the function that requested each (/proc/vmallocinfo).',
  needs: ['symbols', 'types'],
  uses: ['modules'],
  columns: {
    start: address('its first byte'),
    end: address('one past its last byte, which belongs to the guard page'),
    bytes: bytes('its size with the guard page'),
    caller: symbol('function that requested it'),
    kind: ownText('ioremap, vmalloc, vmap, user, dma-coherent; vm_map_ram for what has no struct vm_struct'),
    pages: count('pages of memory that back it'),
    physical: address('what an ioremap maps', 'absolute'),
  },
  key: ['start', 'bytes', 'caller'],
  grouping: ['caller', 'kind'],
  comparing: {
    elsewhere: [
      ['caller', 'kind', 'bytes'],
      ['caller', 'kind'],
    ],
    sums: ['bytes'],
  },
  *run({ objects }) {
    for (const area of vmallocAreas(objects)) {
      if (isFailure(area)) {
        yield area;
        continue;
      }
      const { start, end, vm } = area;
      if (vm === undefined) {
        yield { row: { start, end, bytes: end - start, kind: 'vm_map_ram' } };
        continue;
      }
      const [flags, size, caller, physical] = [vm.at('flags').u64(), vm.at('size').u64(), vm.at('caller').u64(), vm.at('phys_addr').u64()];
      if (isFailure(flags)) yield flags;
      yield {
        row: {
          start,
          end,
          bytes: size,
          caller: !isFailure(caller) && caller.value === 0n ? undefined : vm.at('caller').symbol(),
          kind: isFailure(flags)
            ? undefined
            : kinds
                .filter(([bit]) => (flags.value & bit) !== 0n)
                .map(([, word]) => word)
                .join(' '),
          pages: vm.at('nr_pages').number(),
          physical: isFailure(physical) || physical.value === 0n ? undefined : physical,
        },
      };
    }
  },
});
