/**
 * The kernel's page counters by name: vmstat_text holds the names of vm_zone_stat and vm_node_stat in the order of their enums
 * (mm/vmstat.c; since 4.8), so that no enum has to be known. With NUMA the names of the NUMA events are between the two.
 */
import { failed, type Failure, type Result } from '../../../shared/result.ts';
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';
import { disagree, type CountedTwice } from './counted-twice.ts';

export interface VmStatistics {
  /**
   * As the kernel's sums have it; negative ones read as 0, as the kernel shows them. It fails where there is no such counter, where it cannot be
   * read, and where what the zones or nodes count is something else.
   */
  counter(name: string): Result<bigint>;
}

const maxNames = 512;
const maxNameBytes = 64;
const counterBytes = 8n;
const firstZoneItem = 'nr_free_pages';
const firstNodeItem = 'nr_inactive_anon';
const firstNumaEvent = 'numa_hit';
/** What is after the last node counter. */
const behindNodeItems = 'nr_dirty_threshold';

function readNames(memory: KernelMemory, table: bigint): readonly string[] {
  const names: string[] = [];
  while (names.length < maxNames) {
    const pointer = memory.pointer(table + BigInt(names.length * memory.pointerBytes));
    const name = pointer === undefined ? undefined : memory.cstring(pointer, maxNameBytes);
    if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) break;
    names.push(name);
  }
  return names;
}

/** Bytes up to the next symbol: the room that an array has. */
function room(symbols: SymbolTable, address: VirtualAddress): number | undefined {
  return symbols.at(address)?.size;
}

/**
 * @param twice what zones and nodes count of the same
 * @returns the counters, or why there are none
 */
export function vmStatistics(memory: KernelMemory, symbols: SymbolTable, twice: CountedTwice): Result<VmStatistics> {
  const not = (why: string): Failure => failed('all lines', why);
  if (memory.pointerBytes !== 8) return not('counters of 32-bit kernels are not read');
  const text = soleAddress(symbols, 'vmstat_text');
  const zone = soleAddress(symbols, 'vm_zone_stat');
  const node = soleAddress(symbols, 'vm_node_stat');
  if (text === undefined || zone === undefined || node === undefined)
    return not('the symbol table names no vmstat_text, vm_zone_stat and vm_node_stat (a kernel without CONFIG_KALLSYMS_ALL has function names only)');
  const names = readNames(memory, text);
  const nodeStart = names.indexOf(firstNodeItem);
  const numa = names.indexOf(firstNumaEvent);
  const nodeEnd = names.indexOf(behindNodeItems);
  const zoneEnd = numa === -1 ? nodeStart : numa;
  if (names[0] !== firstZoneItem || nodeStart < 1 || zoneEnd > nodeStart || nodeEnd < nodeStart)
    return not('vmstat_text does not hold the names of the counters');
  const zoneRoom = room(symbols, zone);
  const nodeRoom = room(symbols, node);
  if ((zoneRoom !== undefined && zoneRoom < zoneEnd * 8) || (nodeRoom !== undefined && nodeRoom < (nodeEnd - nodeStart) * 8))
    return not('vmstat_text holds more names than the counters have room for');
  const counters = new Map<string, Counter>();
  names.slice(0, zoneEnd).forEach((name, at) => counters.set(name, { place: zone + BigInt(at) * counterBytes, again: () => twice.ofZones(at), of: 'zones' }));
  names
    .slice(nodeStart, nodeEnd)
    .forEach((name, at) => counters.set(name, { place: node + BigInt(at) * counterBytes, again: () => twice.ofNodes(at), of: 'nodes' }));
  const counter = (name: string): Result<bigint> => {
    const found = counters.get(name);
    if (found === undefined) return failed(name, `there is no counter ${name}`);
    const value = memory.u64(found.place);
    if (value === undefined) return failed(name, `${name}: ${memory.absence(found.place, Number(counterBytes))?.detail ?? 'no bytes'}`);
    const shown = value >= 1n << 63n ? 0n : value;
    const again = found.again();
    return again !== undefined && disagree(shown, again)
      ? failed(name, `${name} is ${BigInt.asIntN(64, value)}, and the ${found.of} count ${again}`)
      : { value: shown };
  };
  return { value: { counter } };
}

interface Counter {
  readonly place: VirtualAddress;
  readonly again: () => bigint | undefined;
  readonly of: 'zones' | 'nodes';
}
