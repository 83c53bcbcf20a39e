/** All CPUs, and everything that is known of the chosen one. */
import type { CpuJson } from '../../../shared/model.ts';
import { useQuery } from '../../engine/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../state/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { CpuDetails } from './CpuDetails.tsx';
import { CpuTable } from './CpuTable.tsx';
import './cpus.css';

export function CpusView({ dump }: { readonly dump: OpenDump }) {
  const { engine, shownCpu } = useWorkbench();
  const query = useQuery(dump, 'cpus', (handle, signal) => engine.call('cpus', { dump: handle }, { signal }));
  const chosen = useStore(shownCpu)[dump.key];
  // The triage has the same CPUs: nothing flickers while the question runs.
  const cpus: readonly CpuJson[] | undefined = query.value?.cpus ?? dump.triage?.cpus;
  if (cpus === undefined) {
    return (
      <div className="view">
        <QueryMessage query={query} what="the CPUs" />
      </div>
    );
  }
  const shown = cpus.find(({ id }) => id === chosen) ?? cpus[0];
  if (shown === undefined) return <p className="view message">No registers are in this dump: no CPU note, and no lowcore that could be read.</p>;
  return (
    <div className="view cpus-view">
      <section className="cpus-list" aria-label="All CPUs">
        <CpuTable cpus={cpus} chosen={shown.id} onChoose={(cpu) => shownCpu.update((old) => ({ ...old, [dump.key]: cpu.id }))} />
      </section>
      <CpuDetails dump={dump.key} cpu={shown} cpus={cpus} />
    </div>
  );
}
