import type { CpuJson } from '../../shared/cpu-model.ts';
import { useWorkbench } from '../workbench.ts';
import { cpuColumns, withoutColumn } from '../state/cpu-columns.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { useStore } from './use-store.ts';

export interface CpuColumns {
  readonly columns: readonly CpuJson[];
  readonly add: (id: number) => void;
  readonly remove: (id: number) => void;
  /** Shows only this one. */
  readonly only: (id: number) => void;
}

/**
 * The CPUs that views of a dump show side by side: one choice shared by all views.
 * @param crashed the CPU shown before the user has chosen one
 */
export function useCpuColumns(dump: OpenDump, cpus: readonly CpuJson[], crashed: number | undefined): CpuColumns {
  const { shownCpu, besideCpus } = useWorkbench();
  const primary = useStore(shownCpu)[dump.key] ?? crashed;
  const beside = useStore(besideCpus)[dump.key] ?? [];
  const columns = cpuColumns(cpus, primary, beside);
  const set = ([first, ...rest]: readonly number[]): void => {
    if (first === undefined) return;
    shownCpu.update((old) => ({ ...old, [dump.key]: first }));
    besideCpus.update((old) => ({ ...old, [dump.key]: rest }));
  };
  return {
    columns,
    add: (id) => set([...columns.map((cpu) => cpu.id), id]),
    remove: (id) => set(withoutColumn(columns, id)),
    only: (id) => set([id]),
  };
}
