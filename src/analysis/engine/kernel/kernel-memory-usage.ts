/** Memory usage of a dump's kernel, in the lines of /proc/meminfo. */
import { schemaVersion } from '../../../shared/model.ts';
import type { MemoryUsageJson } from '../../../shared/task-model.ts';
import { memoryUsage } from '../../kernel/usage/memory-usage.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import { blockDevicePages, percpuCounterSum } from '../../kernel/usage/typed-counters.ts';
import { vmcoreinfoHex, vmcoreinfoNumber, type Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { cpuContexts } from './kernel-cpus.ts';
import { kernelState } from './kernel-tasks.ts';
import type { Session } from '../session/session.ts';

const maxNodes = 1024n;
const maxZones = 16;

/** Addresses of struct zone in all nodes: contig_page_data, or the pointers in node_data with NUMA; sizes and offsets from vmcoreinfo. */
function zonesOf(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): readonly bigint[] | string {
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

/** @throws Cancelled */
export async function describeMemoryUsage(session: Session, signal: AbortSignal): Promise<MemoryUsageJson> {
  const state = await kernelState(session, signal);
  const { kernel, memory, symbols, types, noTypes } = state;
  const search = kernel.symbols;
  if (symbols === undefined) return { schema: schemaVersion, lines: [], missing: [{ what: 'all lines', why: search.found ? '' : search.why }] };
  const offsets = cpuContexts(session, kernel, types).cpus.flatMap(({ perCpuOffset }) => perCpuOffset ?? []);
  const { lines, missing } = memoryUsage({
    memory,
    symbols,
    pageBytes: Number(vmcoreinfoNumber(kernel.vmcoreinfo, 'PAGESIZE') ?? 4096n),
    zones: zonesOf(memory, kernel.vmcoreinfo),
    buffers: types === undefined ? `types are needed: ${noTypes}` : blockDevicePages(types.types, memory, symbols),
    percpuCounter: (name) => (types === undefined ? `types are needed: ${noTypes}` : percpuCounterSum(types.types, memory, symbols, name, offsets)),
  });
  return { schema: schemaVersion, lines: [...lines], missing: [...missing] };
}
