/** Memory usage of a dump's kernel, in the lines of /proc/meminfo. */
import { schemaVersion } from '../../shared/model.ts';
import type { MemoryUsageJson } from '../../shared/task-model.ts';
import { memoryUsage } from '../kernel/memory-usage.ts';
import { vmcoreinfoHex, vmcoreinfoNumber } from '../kernel/vmcoreinfo.ts';
import type { Session } from './session.ts';
import { vmcoreinfoOf } from './summary.ts';

const maxNodes = 1024n;
const maxZones = 16;

/** Addresses of struct zone in all nodes: contig_page_data, or the pointers in node_data with NUMA; sizes and offsets from vmcoreinfo. */
function zonesOf(session: Session): readonly bigint[] | string {
  const { memory } = session.kernel;
  const vmcoreinfo = vmcoreinfoOf(session);
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

export function describeMemoryUsage(session: Session): MemoryUsageJson {
  const search = session.kernel.symbols;
  if (!search.found) return { schema: schemaVersion, lines: [], missing: [{ what: 'all lines', why: search.why }] };
  const needsTypes = 'types are needed, and this kernel has none that are read';
  const { lines, missing } = memoryUsage({
    memory: session.kernel.memory,
    symbols: search.symbols,
    pageBytes: Number(vmcoreinfoNumber(vmcoreinfoOf(session), 'PAGESIZE') ?? 4096n),
    zones: zonesOf(session),
    buffers: needsTypes,
    percpuCounter: () => needsTypes,
  });
  return { schema: schemaVersion, lines: [...lines], missing: [...missing] };
}
