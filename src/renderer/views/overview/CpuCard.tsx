import type { CpuJson } from '../../../shared/cpu-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { timesInText } from '../../words/durations.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { cpuActivity, type ActivityOf } from '../cpus/cpu-activity.ts';
import { CpuTable } from '../cpus/CpuTable.tsx';

const nothingYet: ActivityOf = () => undefined;

interface CpuCardProps {
  readonly dump: OpenDump;
  readonly cpus: readonly CpuJson[];
  /** Why the system probably stopped. */
  readonly reason: string | undefined;
}

/** What every CPU was doing, and why the system probably stopped. */
export function CpuCard({ dump, cpus, reason }: CpuCardProps) {
  const { engine, places, shownCpu } = useWorkbench();
  // The first facts come first: stacks may need a search for the kernel's symbols.
  const question = dump.checked === 'triage' || cpus.length === 0 ? undefined : 'cpu activity';
  const traces = useQuery(dump, question, (handle, signal) => engine.call('backtrace', { dump: handle }, { signal })).value;
  const activity = traces === undefined ? nothingYet : cpuActivity(traces);
  return (
    <section className="card overview-card" aria-labelledby={`cpus-${dump.key}`}>
      <div className="card-head">
        <h2 className="caption" id={`cpus-${dump.key}`}>
          CPUs
        </h2>
        {cpus.length > 6 ? <span className="dim">{cpus.length}</span> : null}
      </div>
      <div className="card-scroll">
        {cpus.length === 0 ? (
          <p className="dim">No registers are in this dump: no CPU note, and no lowcore that could be read. Memory, kernel log and tasks do not need them.</p>
        ) : (
          <CpuTable
            cpus={cpus}
            activity={activity}
            onChoose={(cpu) => {
              shownCpu.update((old) => ({ ...old, [dump.key]: cpu.id }));
              places.show('cpus', dump.key);
            }}
          />
        )}
      </div>
      {reason === undefined ? null : (
        <p className="overview-reason dim selectable" data-testid="reason">
          <Hostile text={timesInText(reason)} />
        </p>
      )}
    </section>
  );
}
