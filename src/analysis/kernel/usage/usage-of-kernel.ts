/** Memory usage of a kernel by its symbols, and by its types where they are known. */
import { failed } from '../../../shared/result.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import { kernelPageBytes, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { countedTwice } from './counted-twice.ts';
import { memoryUsage, type MemoryUsage } from './memory-usage.ts';
import { blockDevicePages, percpuCounterSum } from './typed-counters.ts';
import { zonesOf } from './zones.ts';

export interface UsageSources {
  readonly memory: KernelMemory;
  readonly symbols: SymbolTable;
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  readonly types: BtfTypes | undefined;
  /** Why there are no types. */
  readonly noTypes: string;
  readonly perCpuOffsets: readonly bigint[];
}

export function usageOfKernel({ memory, symbols, vmcoreinfo, types, noTypes, perCpuOffsets }: UsageSources): MemoryUsage {
  return memoryUsage({
    memory,
    symbols,
    pageBytes: kernelPageBytes(vmcoreinfo),
    zones: zonesOf(memory, vmcoreinfo),
    twice: countedTwice(memory, vmcoreinfo, types),
    buffers: types === undefined ? failed('page caches of the block devices', `types are needed: ${noTypes}`) : blockDevicePages(types, memory, symbols),
    percpuCounter: (name) =>
      types === undefined ? failed(name, `types are needed: ${noTypes}`) : percpuCounterSum(types, memory, symbols, name, perCpuOffsets),
  });
}
