/** The state of the kernel, from the dump alone: what ran, on which stack, with which modules and memory. */
import { useQuery } from '../../hooks/use-query.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { AnalysisPane } from './AnalysisPane.tsx';
import { FactsPane } from './FactsPane.tsx';
import { CpuTracesPane, MemoryUsagePane, ModulesPane } from './StatePanes.tsx';
import { TasksPane } from './TasksPane.tsx';
import './kernel.css';

const panes = [
  { id: 'tasks', title: 'Tasks' },
  { id: 'traces', title: 'Backtraces' },
  { id: 'modules', title: 'Modules' },
  { id: 'usage', title: 'Memory usage' },
  { id: 'facts', title: 'Facts' },
  { id: 'analyses', title: 'Analyses' },
] as const;
type Pane = (typeof panes)[number]['id'];

export function KernelView({ dump }: { readonly dump: OpenDump }) {
  const { engine, kernelPane } = useWorkbench();
  const wanted = useStore(kernelPane)[dump.key];
  const pane: Pane = panes.find(({ id: one }) => one === wanted)?.id ?? 'tasks';
  const facts = useQuery(dump, 'kernel facts', (handle, signal) => engine.call('kernelFacts', { dump: handle }, { signal }));
  const known = facts.value;
  const id = `kernel-pane-${dump.key}`;
  return (
    <div className="view kernel-view">
      <header className="kernel-head">
        <p className="cut">
          <strong>
            <Hostile text={known?.release?.value ?? 'kernel'} />
          </strong>
          {known?.taint === undefined ? null : (
            <span className={known.taint.flags.length === 0 ? 'dim' : 'tone-warn'}>
              {' '}
              {known.taint.flags.length === 0 ? 'not tainted' : `tainted ${known.taint.flags.map(({ letter }) => letter).join('')}`}
            </span>
          )}
          {known?.hardware === undefined ? null : (
            <span className="dim">
              {' · '}
              <Hostile text={known.hardware.value} />
            </span>
          )}
        </p>
        {known?.commandLine === undefined ? null : (
          <p className="cut code dim" data-testid="kernel-command-line">
            <Hostile text={known.commandLine.value} title />
          </p>
        )}
        <div className="kernel-tabs" role="tablist" aria-label="Parts of the kernel's state">
          {panes.map(({ id: one, title }) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`${id}-${one}`}
              aria-selected={pane === one}
              aria-controls={id}
              className={pane === one ? 'kernel-tab current' : 'kernel-tab'}
              onClick={() => kernelPane.update((old) => ({ ...old, [dump.key]: one }))}
              data-testid={`kernel-tab-${one}`}
            >
              {title}
            </button>
          ))}
        </div>
      </header>
      <div className="kernel-pane" role="tabpanel" id={id} aria-labelledby={`${id}-${pane}`}>
        {pane === 'tasks' ? <TasksPane dump={dump} /> : null}
        {pane === 'traces' ? <CpuTracesPane dump={dump} /> : null}
        {pane === 'modules' ? <ModulesPane dump={dump} /> : null}
        {pane === 'usage' ? <MemoryUsagePane dump={dump} /> : null}
        {pane === 'analyses' ? <AnalysisPane dump={dump} /> : null}
        {pane === 'facts' ? known === undefined ? <QueryMessage query={facts} what="the facts" /> : <FactsPane dump={dump.key} facts={known} /> : null}
      </div>
    </div>
  );
}
