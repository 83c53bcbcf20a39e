/** All CPUs, and everything known about the chosen one, or about several side by side. */
import { useMemo, useState } from 'react';
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { addressesToName } from '../../../shared/place-names.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { crashedCpu, useCpuTraces } from '../../hooks/use-cpu-traces.ts';
import { useCpuColumns } from '../../hooks/use-cpu-columns.ts';
import { usePlaceNames } from '../../hooks/use-place-names.ts';
import { usePlaceWords } from '../../hooks/use-place-words.ts';
import { useWorkbench } from '../../workbench.ts';
import { CpuPicker } from '../../widgets/CpuPicker.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { cpuActivity } from './cpu-activity.ts';
import { CpuCompare } from './CpuCompare.tsx';
import { CpuDetails } from './CpuDetails.tsx';
import { CpuTable } from './CpuTable.tsx';
import { guessedPlaces, registerBlocks, registersText } from './register-rows.ts';
import './cpus.css';

const none: readonly CpuJson[] = [];

export function CpusView({ dump }: { readonly dump: OpenDump }) {
  const { engine, places, shell, tell } = useWorkbench();
  const query = useQuery(dump, 'cpus', (handle, signal) => engine.call('cpus', { dump: handle }, { signal }));
  // The triage has the same CPUs: using them avoids flicker while the query runs.
  const cpus: readonly CpuJson[] | undefined = query.value?.cpus ?? dump.triage?.cpus;
  const traces = useCpuTraces(dump);
  const activity = useMemo(() => (traces === undefined ? undefined : cpuActivity(traces)), [traces]);
  const choice = useCpuColumns(dump, cpus ?? none, crashedCpu(cpus ?? none, traces));
  const numbering = cpuNumbering(cpus ?? none);
  const names = usePlaceNames(dump, addressesToName(choice.columns));
  const words = usePlaceWords(dump, guessedPlaces(choice.columns, numbering));
  const known = useMemo(() => ({ names, words }), [names, words]);
  const [copied, setCopied] = useState<string>();
  if (cpus === undefined) {
    return (
      <div className="view">
        <QueryMessage query={query} what="the CPUs" />
      </div>
    );
  }
  const { columns } = choice;
  const [shown] = columns;
  if (shown === undefined) return <p className="view message">This dump contains no registers: it has no CPU notes and no readable lowcore.</p>;
  const what = columns.map(({ id }) => id).join();
  const copy = (): void => {
    const text = registersText(
      registerBlocks(columns, known, numbering),
      columns.map((cpu) => cpuName(cpu, numbering)),
    );
    shell.call('copyText', { text }).then(() => setCopied(what), tell);
  };
  return (
    <div className="view cpus-view">
      <SplitPane
        name={columns.length > 1 ? 'cpus.beside' : 'cpus'}
        label="Width of the list of CPUs"
        share={columns.length > 1 ? 0.17 : 0.36}
        stackBelow={2200}
        stackedShare={columns.length > 1 ? 0.18 : 0.22}
        least={[180, 280]}
      >
        <section className="cpus-list" aria-label="All CPUs">
          <CpuTable dump={dump.key} cpus={cpus} activity={activity} chosen={shown.id} onChoose={(cpu) => choice.only(cpu.id)} isFiltered />
        </section>
        <div className="cpus-main">
          <div className="cpus-bar" role="toolbar" aria-label="CPUs">
            <CpuPicker cpus={cpus} choice={choice} />
            <span className="cpus-bar-end">
              <span role="status" className="dim">
                {copied === what ? 'copied' : ''}
              </span>
              {shown.prefix === undefined ? null : (
                <button type="button" className="button" onClick={() => places.show('lowcore', dump.key)} data-testid="show-lowcore">
                  <Icon name="table" /> Lowcore
                </button>
              )}
              <button
                type="button"
                className="button"
                onClick={copy}
                title="Copy all registers as text, with tabs between columns"
                data-testid="copy-registers"
              >
                <Icon name="copy" /> Copy
              </button>
            </span>
          </div>
          {columns.length > 1 ? (
            <CpuCompare dump={dump} columns={columns} cpus={cpus} known={known} />
          ) : (
            <CpuDetails dump={dump} cpu={shown} cpus={cpus} known={known} />
          )}
        </div>
      </SplitPane>
    </div>
  );
}
