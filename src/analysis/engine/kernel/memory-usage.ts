/** `memoryUsage`: memory usage of a dump's kernel, in the lines of /proc/meminfo. */
import { schemaVersion } from '../../../shared/model.ts';
import type { MemoryUsageJson } from '../../../shared/task-model.ts';
import { usageOfKernel } from '../../kernel/usage/usage-of-kernel.ts';
import { cpuContexts } from './kernel-cpus.ts';
import { lookForCpus } from './look-for-cpus.ts';
import { kernelState } from './kernel-state.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

/** @throws Cancelled */
export async function describeMemoryUsage(session: Session, signal: AbortSignal): Promise<MemoryUsageJson> {
  const { kernel, memory, symbols, types, noTypes } = await kernelState(session, signal, 'when-asked');
  const search = kernel.symbols;
  if (symbols === undefined) return { schema: schemaVersion, lines: [], missing: [{ what: 'all lines', why: !isFailure(search) ? '' : search.missing.why }] };
  await lookForCpus(session, signal);
  const perCpuOffsets = cpuContexts(session).cpus.flatMap(({ perCpuOffset }) => perCpuOffset ?? []);
  const { lines, missing } = usageOfKernel({ memory, symbols, vmcoreinfo: kernel.vmcoreinfo, types: types?.types, noTypes, perCpuOffsets });
  return { schema: schemaVersion, lines: [...lines], missing: [...missing] };
}
