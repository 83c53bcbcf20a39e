/**
 * What the kernel hands out as per-CPU data beyond its own section: chunks in the areas of vmalloc, on lists by the room that is left in them
 * (mm/percpu.c; pcpu_chunk_lists since 5.14, pcpu_slot before). A pointer into one is a number that lies as far from those of the section as the
 * chunk does from the first one: no address, though something else may lie there.
 */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { PerCpuSection } from './per-cpu-section.ts';

/** pcpu_nr_slots grows with the logarithm of a unit: 30 where a unit has a GiB. */
const mostSlots = 64;
const mostChunks = 4096;

const what = 'chunks of per-CPU data';

/** The numbers of all chunks but the first, whose own are `section`. */
export function perCpuChunks(objects: KernelObjects, section: PerCpuSection): Result<readonly PerCpuSection[]> {
  const { memory } = objects.space;
  const lists = ['pcpu_chunk_lists', 'pcpu_slot'].map((name) => objects.addressOf(name)).find((found) => !isFailure(found));
  const baseAt = objects.addressOf('pcpu_base_addr');
  const slotsAt = objects.addressOf('pcpu_nr_slots');
  if (lists === undefined || isFailure(lists)) return failed(what, 'no symbol leads to their lists');
  if (isFailure(baseAt)) return baseAt;
  if (isFailure(slotsAt)) return slotsAt;
  const first = memory.pointer(lists.value);
  const base = memory.pointer(baseAt.value);
  const slots = memory.u32(slotsAt.value);
  const headBytes = objects.sizeOf('list_head');
  if (isFailure(headBytes)) return headBytes;
  if (first === undefined || base === undefined || slots === undefined || slots > mostSlots) return failed(what, 'their lists cannot be read');
  const unit = section.end - section.start;
  const ranges: PerCpuSection[] = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const head = objects.at(first + BigInt(slot * headBytes.value), 'list_head');
    for (const chunk of listEntries(head, 'pcpu_chunk', 'list', mostChunks)) {
      const at = chunk.at('base_addr').address;
      const address = isFailure(at) ? undefined : memory.pointer(at.value);
      if (address === undefined) return failed(what, 'one of them cannot be read');
      const start = BigInt.asUintN(64, address - base + section.start);
      // What is left of the first unit after the section is a chunk as well.
      const isFirst = section.start <= start && start < section.end;
      if (!isFirst) ranges.push({ start, end: start + unit });
      if (ranges.length > mostChunks) return failed(what, `there are more than ${mostChunks}`);
    }
  }
  return { value: ranges };
}
