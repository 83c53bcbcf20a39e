/** Areas of vmalloc on described memory: what types give, and that vmcoreinfo alone leads to one reason and not to one for each area. */
import { describe, expect, it } from 'vitest';
import { vmallocAreas } from '../../../src/analysis/kernel/vmalloc/vmalloc-areas.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { isFailure } from '../../../src/shared/result.ts';
import { vmcoreinfoOf } from './described-logs.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  vm_struct: { caller: 'u64' },
  vmap_area: { va_start: 'u64', va_end: 'u64', list: 'list_head', vm: 'vm_struct *' },
});
const head = 0x1000;
const areaAt = (number: number): number => 0x2000 + number * 0x1000;
const link = (number: number): number => (number < 0 || number >= 3 ? head : areaAt(number) + structs.offsetOf('vmap_area', 'list'));

function memoryOfAreas(): MemoryImage {
  const memory = new MemoryImage(0x8000, 'big');
  structs.put(memory, head, 'list_head', { next: link(0), prev: link(2) });
  for (const at of [0, 1, 2]) {
    structs.put(memory, areaAt(at), 'vmap_area', { va_start: 0x10_000 * (at + 1), va_end: 0x10_000 * (at + 1) + 0x2000 });
    structs.put(memory, link(at), 'list_head', { next: link(at + 1), prev: link(at - 1) });
  }
  return memory;
}
const symbols = { vmap_area_list: head };

describe('areas of vmalloc', () => {
  it('have their start and end from the types', () => {
    const { objects } = describedKernel(memoryOfAreas(), { types: structs.types(), symbols });
    const found = [...vmallocAreas(objects)].map((one) => (isFailure(one) ? one : [one.start, one.end]));
    expect(found).toEqual([1n, 2n, 3n].map((at) => [at * 0x10_000n, at * 0x10_000n + 0x2000n]));
  });

  it('are missing once, not once for each, where vmcoreinfo has only their start', () => {
    const offset = (type: string, member: string): string => `OFFSET(${type}.${member})=${structs.offsetOf(type, member)}`;
    const vmcoreinfo = vmcoreinfoOf([offset('vmap_area', 'va_start'), offset('vmap_area', 'list'), offset('list_head', 'next'), offset('list_head', 'prev')]);
    const { objects } = describedKernel(memoryOfAreas(), { symbols, vmcoreinfo });
    const found = [...vmallocAreas(objects)];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ missing: { what: 'areas of vmalloc' } });
  });
});
