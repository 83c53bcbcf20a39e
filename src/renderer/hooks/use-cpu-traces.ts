import { cpuNumber } from '../../shared/cpu-registers.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { BacktraceJson } from '../../shared/task-model.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { useWorkbench } from '../workbench.ts';
import { useQuery } from './use-query.ts';

/** What ran on every CPU. Waits until the first facts are loaded: stacks may need a search for the kernel's symbols. */
export function useCpuTraces(dump: OpenDump): BacktraceJson | undefined {
  const { engine } = useWorkbench();
  const { triage } = dump;
  const hasCpus = triage !== undefined && dump.checked !== 'triage' && triage.cpus.length > 0;
  return useQuery(dump, hasCpus ? 'cpu activity' : undefined, (handle, signal) => engine.call('backtrace', { dump: handle }, { signal })).value;
}

/** Id of the CPU that crashed, if one did. */
export function crashedCpu(cpus: readonly CpuJson[], traces: BacktraceJson | undefined): number | undefined {
  const crashed = traces?.traces.find((trace) => trace.crashed === true);
  return traces === undefined || crashed === undefined ? undefined : cpus.find((cpu) => cpuNumber(cpu, traces.numbering) === crashed.cpu)?.id;
}
