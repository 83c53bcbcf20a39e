/** Memory usage in the lines of /proc/meminfo. */
import { usageOfKernel } from '../usage/usage-of-kernel.ts';
import { bytes, defineAnalysis, text } from './analysis.ts';

export const memoryUsage = defineAnalysis({
  id: 'memory-usage',
  title: 'Memory usage',
  about: 'The lines of /proc/meminfo in its order, from the counters that the kernel itself prints there. A line that cannot be proven is left out.',
  needs: ['symbols'],
  uses: ['types'],
  columns: {
    name: text('name of the line'),
    bytes: bytes('its value; /proc/meminfo shows KiB'),
    source: text('what it was computed from'),
  },
  key: ['name'],
  *run({ memory, symbols, types, kernel, cpus, why }) {
    if (symbols === undefined) return;
    const { lines, missing } = usageOfKernel({
      memory,
      symbols,
      vmcoreinfo: kernel.vmcoreinfo,
      types: types?.types,
      noTypes: why('types') ?? '',
      perCpuOffsets: cpus.flatMap(({ perCpuOffset }) => perCpuOffset ?? []),
    });
    for (const { name, kib, source } of lines) yield { row: { name, bytes: kib * 1024, source } };
    for (const one of missing) yield { missing: one };
  },
});
