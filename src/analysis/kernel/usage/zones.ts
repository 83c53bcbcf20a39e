/** Memory zones of all nodes, by what vmcoreinfo records of them. */
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

const maxNodes = 1024n;
const maxZones = 16;

/** Addresses of struct zone in all nodes: contig_page_data, or the pointers in node_data with NUMA; sizes and offsets from vmcoreinfo. */
export function zonesOf(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): readonly bigint[] | string {
  const number = (key: string): bigint | undefined => vmcoreinfoNumber(vmcoreinfo, key);
  const zoneBytes = number('SIZE(zone)');
  const first = number('OFFSET(pglist_data.node_zones)');
  const count = number('OFFSET(pglist_data.nr_zones)');
  if (zoneBytes === undefined || first === undefined || count === undefined) return 'vmcoreinfo does not say where the zones of a node lie';
  const only = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(contig_page_data)');
  const table = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(node_data)');
  const length = number('LENGTH(node_data)') ?? 1n;
  const nodes =
    only !== undefined
      ? [only]
      : table === undefined || length > maxNodes
        ? []
        : Array.from({ length: Number(length) }, (_, at) => memory.pointer(table + BigInt(at * 8)) ?? 0n).filter((node) => node !== 0n);
  if (nodes.length === 0) return 'vmcoreinfo names neither contig_page_data nor node_data';
  const zones: bigint[] = [];
  for (const node of nodes) {
    const used = memory.u32(node + count);
    if (used === undefined || used > maxZones) return 'a memory node is not in the dump';
    for (let at = 0; at < used; at += 1) zones.push(node + first + BigInt(at) * zoneBytes);
  }
  return zones;
}
