/**
 * What the kernel counts twice: each page counter of all memory is the sum of those of its zones, or of its nodes (zone_page_state_add() and
 * node_page_state_add(), include/linux/vmstat.h), and all pages are those that the zones manage (adjust_managed_page_count(), mm/page_alloc.c).
 */
import { valueOf } from '../../../shared/result.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { memoryNodes } from './zones.ts';

export interface CountedTwice {
  /** The counter at this place of vm_zone_stat, as the zones have it; undefined where that is not known. */
  ofZones(index: number): bigint | undefined;
  /** The same of vm_node_stat and the nodes. */
  ofNodes(index: number): bigint | undefined;
  /** Pages that all zones manage. */
  readonly managed: bigint | undefined;
}

/** One of the two counts is changed after the other, and a dump of a running system has them from different times. */
const leastDifference = 32n;
const mostShare = 8n;

/** Whether two counts of the same pages cannot both be right. */
export function disagree(one: bigint, other: bigint): boolean {
  const difference = one > other ? one - other : other - one;
  return difference > leastDifference && difference * mostShare > (one > other ? one : other);
}

export function countedTwice(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined, types: BtfTypes | undefined): CountedTwice {
  const nodes = valueOf(memoryNodes(memory, vmcoreinfo)) ?? [];
  const zones = nodes.flatMap((node) => node.zones);
  const offset = (struct: string, member: string): number | undefined => (types === undefined ? undefined : offsetOf(types, struct, member));
  const zoneCounters = vmcoreinfoNumber(vmcoreinfo, 'OFFSET(zone.vm_stat)') ?? offset('zone', 'vm_stat');
  const summed = (owners: readonly bigint[], at: bigint | number | undefined): bigint | undefined => {
    if (at === undefined || owners.length === 0) return undefined;
    let sum = 0n;
    for (const owner of owners) {
      const value = memory.u64(owner + BigInt(at));
      if (value === undefined) return undefined;
      sum += BigInt.asIntN(64, value);
    }
    return sum < 0n ? 0n : sum;
  };
  const element = (start: bigint | number | undefined, index: number): bigint | undefined =>
    start === undefined ? undefined : BigInt(start) + BigInt(index * 8);
  const nodeCounters = offset('pglist_data', 'vm_stat');
  const addresses = nodes.map(({ address }) => address);
  return {
    ofZones: (index) => summed(zones, element(zoneCounters, index)),
    ofNodes: (index) => summed(addresses, element(nodeCounters, index)),
    managed: summed(zones, offset('zone', 'managed_pages')),
  };
}
