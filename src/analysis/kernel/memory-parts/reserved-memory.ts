/** Memory that the page allocator never had: the kernel's image, struct page of every page, memory for a kdump kernel, what was reserved at boot. */
import { failed, isFailure, mapResult, type Result } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { MemoryPart } from './memory-part.ts';

/** crashk_res; 0 where none is reserved. */
function crashKernelBytes(objects: KernelObjects): Result<bigint> {
  const resource = objects.variable('crashk_res', 'resource');
  const [start, end, name] = [resource.at('start').u64(), resource.at('end').u64(), resource.at('name').string()];
  if (isFailure(start)) return start;
  if (isFailure(end)) return end;
  if (isFailure(name)) return name;
  // The name is set when the kernel is built: without it the structure is lost.
  if (name.value !== 'Crash kernel') return failed('crashk_res', 'its name is not "Crash kernel"');
  return end.value === 0n
    ? { value: 0n }
    : end.value > start.value
      ? { value: end.value - start.value + 1n }
      : failed('crashk_res', 'it ends before it starts');
}

/** @param present bytes that exist @param managed bytes that the allocator has */
export function reservedMemory(objects: KernelObjects, present: bigint, managed: bigint, pageBytes: bigint): MemoryPart {
  const struct = objects.sizeOf('page');
  return {
    name: 'reserved',
    bytes: managed > present ? failed('reserved memory', 'the allocator has more than there is') : { value: present - managed },
    source: 'present pages minus managed pages of the zones',
    see: 'zones',
    parts: [
      { name: 'memory for a kdump kernel', bytes: crashKernelBytes(objects), source: 'crashk_res' },
      {
        name: 'struct page of every page',
        bytes: mapResult(struct, (size) => (present / pageBytes) * BigInt(size)),
        source: 'present pages x size of struct page',
      },
    ],
    rest: 'kernel image and other memory reserved at boot',
  };
}
