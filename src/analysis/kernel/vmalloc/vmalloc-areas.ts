/** Areas of vmalloc space (mm/vmalloc.c): the list vmap_area_list up to 6.8, since 6.9 trees in the array vmap_nodes. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import { rbtreeEntries } from '../object/containers/rbtree.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

export interface VmallocArea {
  readonly start: bigint;
  readonly end: bigint;
  /** struct vm_struct; undefined for what vm_map_ram() made, which has none. */
  readonly vm: KernelObject | undefined;
}

const mostNodes = 4096;

function* entries(objects: KernelObjects): Generator<KernelObject, void> {
  if (!isFailure(objects.addressOf('vmap_nodes'))) {
    const count = objects.variable('nr_vmap_nodes', 'int').number();
    const nodes = objects.variable('vmap_nodes', 'vmap_node *').pointer();
    if (isFailure(count)) return;
    for (let at = 0; at < Math.min(count.value, mostNodes); at += 1) yield* rbtreeEntries(nodes.element(at).at('busy.root'), 'vmap_area', 'rb_node');
    return;
  }
  yield* listEntries(objects.variable('vmap_area_list', 'list_head'), 'vmap_area', 'list');
}

/** In the order of the kernel's lists. */
export function* vmallocAreas(objects: KernelObjects): Generator<VmallocArea | Failure, void> {
  // Without types vmcoreinfo has va_start alone: then no area can be read, and to look at each says no more.
  for (const member of ['va_start', 'va_end']) {
    const offset = objects.offsetOf('vmap_area', member);
    if (!isFailure(offset)) continue;
    yield failed('areas of vmalloc', offset.missing.why);
    return;
  }
  const count = isFailure(objects.addressOf('vmap_nodes')) ? { value: 1 } : objects.variable('nr_vmap_nodes', 'int').number();
  if (isFailure(count)) yield count;
  else if (count.value < 1 || count.value > mostNodes) yield failed('areas of vmalloc', `${count.value} nodes are none that a kernel has`);
  for (const area of entries(objects)) {
    const [start, end] = [area.at('va_start').u64(), area.at('va_end').u64()];
    if (isFailure(start)) yield start;
    else if (isFailure(end)) yield end;
    else {
      const vm = area.pointer('vm');
      yield { start: start.value, end: end.value, vm: vm.isNull ? undefined : vm };
    }
  }
}
