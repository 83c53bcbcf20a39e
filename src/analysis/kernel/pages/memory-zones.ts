/** Zones of memory (struct zone, include/linux/mmzone.h) by their nodes and names, with what /proc/zoneinfo says of them. */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { perCpuCopies, type PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { memoryNodes } from '../usage/zones.ts';
import { vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';
import { mostPages, ofManaged } from './zone-pages.ts';

export interface MemoryZone {
  /** node_id. */
  readonly node: number;
  /** "DMA", "Normal"; "zone 1" where types do not lead to its name. */
  readonly name: string;
  readonly zone: KernelObject;
}

/** Text that a zone may have as its name. */
const zoneName = /^[A-Za-z0-9]{1,15}$/;

/** Zones of all nodes in their order, empty ones too. */
export function* memoryZones(objects: KernelObjects): Generator<MemoryZone | Failure, void> {
  const nodes = memoryNodes(objects.space.memory, objects.space.vmcoreinfo);
  if (isFailure(nodes)) {
    yield nodes;
    return;
  }
  for (const { address, zones } of nodes.value) {
    const node = objects.at(address, 'pglist_data').at('node_id').u32();
    if (isFailure(node)) {
      yield node;
      continue;
    }
    for (const [at, start] of zones.entries()) {
      const zone = objects.at(start, 'zone');
      const name = zone.has('name') ? zone.at('name').string(16) : { value: `zone ${at}` };
      if (isFailure(name)) yield name;
      else if (!zoneName.test(name.value.replace(' ', '')))
        yield failed('memory zones', `the name of zone ${at} of node ${node.value} is not valid`, {
          space: 'virtual',
          start: hex(start),
          end: hex(start + 1n),
        });
      else yield { node: node.value, name: name.value, zone };
    }
  }
}

/** Whether there is memory in a zone; only such zones are in /proc/buddyinfo. vmcoreinfo has the place of spanned_pages alone. */
export const isPopulated = (zone: KernelObject): Result<boolean> => mapResult(zone.at('present_pages', 'spanned_pages').u64(), (pages) => pages !== 0n);

const wordBytes = 8n;
/** What CPUs can hold back of a counter together: 127 each, of 8192 at most. */
const mostHeldBack = 127n * 8192n;

/** NR_FREE_PAGES of a zone as the zone itself counts them, which is what /proc/zoneinfo prints; CPUs may hold a few more or less back. */
export function freePages(objects: KernelObjects, zone: KernelObject): Result<bigint> {
  return ofManaged(zone, zone.at('vm_stat').named('zone.vm_stat[NR_FREE_PAGES]'), freeCounter(objects, zone));
}

/** The same as it is, held against nothing. */
export function freeCounter(objects: KernelObjects, zone: KernelObject): Result<bigint> {
  const counters = zone.at('vm_stat').address;
  const known = objects.constant('zone_stat_item', 'NR_FREE_PAGES');
  const recorded = vmcoreinfoNumber(objects.space.vmcoreinfo, 'NUMBER(NR_FREE_PAGES)');
  const item = isFailure(known) ? recorded : known.value;
  if (isFailure(counters)) return counters;
  if (item === undefined) return isFailure(known) ? known : failed('zone.vm_stat', 'the place of NR_FREE_PAGES is not known');
  const place = objects.at(counters.value + item * wordBytes, 'void').named('zone.vm_stat[NR_FREE_PAGES]');
  const count = place.plausible(place.s64(), (value) => (value < -mostHeldBack ? `${value} pages is a negative number` : undefined));
  // A sum that CPUs add to on their own can be below 0 for a while; the kernel shows 0 then (zone_page_state()).
  return mapResult(count, (value) => (value < 0n ? 0n : value));
}

/** What of NR_FREE_PAGES the CPUs have not handed over yet. */
export function heldBackPages(objects: KernelObjects, zone: KernelObject, areas: readonly PerCpuArea[]): Result<bigint> {
  const item = objects.constant('zone_stat_item', 'NR_FREE_PAGES');
  if (isFailure(item)) return item;
  // struct per_cpu_zonestat since 5.14; before, with the lists of pages in struct per_cpu_pageset.
  const variable = zone.pointer(zone.has('per_cpu_zonestats') ? 'per_cpu_zonestats' : 'pageset');
  return summed(variable, areas, (copy) => copy.at('vm_stat_diff').element(Number(item.value)).integer());
}

/** Free pages that CPUs keep for themselves; they count as used in NR_FREE_PAGES. */
export function perCpuPages(zone: KernelObject, areas: readonly PerCpuArea[]): Result<bigint> {
  // struct per_cpu_pages itself since 5.14.
  const isOwn = zone.has('per_cpu_pageset');
  const variable = zone.pointer(isOwn ? 'per_cpu_pageset' : 'pageset');
  return ofManaged(
    zone,
    variable,
    summed(variable, areas, (copy) => copy.at(isOwn ? 'count' : 'pcp.count').integer()),
  );
}

function summed(variable: KernelObject, areas: readonly PerCpuArea[], valueOf: (copy: KernelObject) => Result<bigint>): Result<bigint> {
  if (variable.failure !== undefined) return variable.failure;
  if (areas.length === 0) return failed('per-CPU data', 'its address is not known');
  let sum = 0n;
  for (const { object } of perCpuCopies(variable, areas)) {
    const value = valueOf(object);
    if (isFailure(value)) return value;
    sum += value.value;
  }
  return { value: sum };
}

/** From so many managed pages on each watermark is higher than the one before: by watermark_scale_factor, at least 1, of 10000. */
const raisedFrom = 10_000n;

/**
 * Watermarks as /proc/zoneinfo prints them since 5.0: with the boost (min_wmark_pages()). The kernel computes them together, low as far above min
 * as high is above low (__setup_per_zone_wmarks(), mm/page_alloc.c, since 4.6): where that does not hold, none of them is known.
 */
export function watermark(objects: KernelObjects, zone: KernelObject, name: 'WMARK_MIN' | 'WMARK_LOW' | 'WMARK_HIGH'): Result<bigint> {
  const marks = zone.at('_watermark', 'watermark');
  const read = (one: string): Result<bigint> => {
    const index = objects.constant('zone_watermarks', one);
    return isFailure(index) ? index : marks.element(Number(index.value)).u64();
  };
  const [own, min, low, high] = [read(name), read('WMARK_MIN'), read('WMARK_LOW'), read('WMARK_HIGH')];
  if (isFailure(own)) return own;
  if (isFailure(min)) return min;
  if (isFailure(low)) return low;
  if (isFailure(high)) return high;
  const boost = watermarkBoost(zone);
  if (isFailure(boost)) return boost;
  const managed = zone.at('managed_pages').integer();
  const reserve = objects.variable('totalreserve_pages', 'u64').u64();
  const step = low.value - min.value;
  return marks.plausible({ value: own.value + boost.value }, () => {
    const all = `min ${min.value}, low ${low.value} and high ${high.value}`;
    if (step < 0n || high.value - low.value !== step || high.value > mostPages(zone)) return `${all} are not watermarks: each is as far above the one before`;
    // The reserve is computed from them.
    const areSet = !isFailure(reserve) && reserve.value > 0n && !isFailure(managed) && managed.value >= raisedFrom;
    return areSet && step === 0n ? `${all} are not watermarks of a zone of ${managed.value} pages` : undefined;
  });
}

/** Added to the watermarks; 0 in kernels before 5.0. */
export function watermarkBoost(zone: KernelObject): Result<bigint> {
  if (!zone.has('watermark_boost')) return { value: 0n };
  const boost = zone.at('watermark_boost');
  return ofManaged(zone, boost, boost.u64());
}
