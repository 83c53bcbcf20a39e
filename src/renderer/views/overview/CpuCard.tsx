import type { CpuJson } from '../../../shared/model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { CpuTable } from '../cpus/CpuTable.tsx';

export function CpuCard({ dump, cpus }: { readonly dump: OpenDump; readonly cpus: readonly CpuJson[] }) {
  const { places, shownCpu } = useWorkbench();
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
          <p className="dim">No registers are in this dump: no CPU note, and no lowcore that could be read.</p>
        ) : (
          <CpuTable
            cpus={cpus}
            onChoose={(cpu) => {
              shownCpu.update((old) => ({ ...old, [dump.key]: cpu.id }));
              places.show('cpus', dump.key);
            }}
          />
        )}
      </div>
    </section>
  );
}
