/** Memory zones of all nodes, by what vmcoreinfo records of them. */
import { failed, type Failure, mapResult, type Result } from '../../../shared/result.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

const maxNodes = 1024n;
const maxZones = 16;

export interface MemoryNode {
  /** struct pglist_data. */
  readonly address: VirtualAddress;
  /** Addresses of struct zone, empty zones too, in the node's order. */
  readonly zones: readonly VirtualAddress[];
}

/** All nodes: contig_page_data, or the pointers in node_data with NUMA; sizes and offsets from vmcoreinfo. Why they are not known, where one is lost. */
export function memoryNodes(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): Result<readonly MemoryNode[]> {
  const not = (why: string): Failure => failed('memory zones', why);
  const number = (key: string): bigint | undefined => vmcoreinfoNumber(vmcoreinfo, key);
  const zoneBytes = number('SIZE(zone)');
  const first = number('OFFSET(pglist_data.node_zones)');
  const count = number('OFFSET(pglist_data.nr_zones)');
  if (zoneBytes === undefined || first === undefined || count === undefined) return not('vmcoreinfo does not say where the zones of a node lie');
  const only = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(contig_page_data)');
  const table = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(node_data)');
  const length = number('LENGTH(node_data)') ?? 1n;
  const nodes =
    only !== undefined
      ? [only]
      : table === undefined || length > maxNodes
        ? []
        : Array.from({ length: Number(length) }, (_, at) => memory.pointer(table + BigInt(at * 8)) ?? 0n).filter((node) => node !== 0n);
  if (nodes.length === 0) return not('vmcoreinfo names neither contig_page_data nor node_data');
  const found: MemoryNode[] = [];
  for (const address of nodes) {
    const used = memory.u32(address + count);
    if (used === undefined || used > maxZones) return not('a memory node is not in the dump');
    found.push({ address, zones: Array.from({ length: used }, (_, at) => address + first + BigInt(at) * zoneBytes) });
  }
  return { value: found };
}

/** Addresses of struct zone in all nodes. */
export function zonesOf(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): Result<readonly VirtualAddress[]> {
  return mapResult(memoryNodes(memory, vmcoreinfo), (nodes) => nodes.flatMap(({ zones }) => zones));
}
