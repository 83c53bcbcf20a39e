import { useMemo } from 'react';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { BacktraceJson } from '../../../shared/task-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { timesInText } from '../../words/durations.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { cpuActivity } from '../cpus/cpu-activity.ts';
import { CpuTable } from '../cpus/CpuTable.tsx';

interface CpuCardProps {
  readonly dump: OpenDump;
  readonly cpus: readonly CpuJson[];
  /** What each CPU was doing, once known. */
  readonly traces: BacktraceJson | undefined;
  /** Why the system probably stopped. */
  readonly reason: string | undefined;
}

/** What every CPU was doing, and why the system probably stopped. */
export function CpuCard({ dump, cpus, traces, reason }: CpuCardProps) {
  const { places, shownCpu } = useWorkbench();
  const activity = useMemo(() => (traces === undefined ? undefined : cpuActivity(traces)), [traces]);
  const caption = (
    <h2 className="caption" id={`cpus-${dump.key}`}>
      CPUs
      {cpus.length > 6 ? <span className="dim"> {cpus.length}</span> : null}
    </h2>
  );
  return (
    <section className="card overview-card cpu-card" aria-labelledby={`cpus-${dump.key}`}>
      {cpus.length === 0 ? (
        <>
          {caption}
          <p className="dim">This dump contains no registers: it has no CPU notes and no readable lowcore. Memory, kernel log and tasks do not need them.</p>
        </>
      ) : (
        <CpuTable
          dump={dump.key}
          cpus={cpus}
          activity={activity}
          before={caption}
          asHighAsRows
          onChoose={(cpu) => {
            shownCpu.update((old) => ({ ...old, [dump.key]: cpu.id }));
            places.show('cpus', dump.key);
          }}
        />
      )}
      {reason === undefined ? null : (
        <p className="overview-reason dim selectable" data-testid="reason">
          <AddressText dump={dump.key} text={timesInText(reason)} />
        </p>
      )}
    </section>
  );
}
