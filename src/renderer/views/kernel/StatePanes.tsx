/** The panes of the kernel view that show a single answer each. */
import { useState } from 'react';
import type { MemoryUsageJson } from '../../../shared/task-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { countText } from '../../words/numbers.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { trustText } from '../../words/trust.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';
import { Backtrace } from './Backtrace.tsx';
import { MissingList } from './MissingList.tsx';
import { ModuleTable } from './ModuleTable.tsx';

interface PaneProps {
  readonly dump: OpenDump;
}

/** Number of backtraces shown initially: on a large machine most are of idle CPUs. */
const firstTraces = 32;

/** What ran on every CPU. */
export function CpuTracesPane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'backtraces', (handle, signal) => engine.call('backtrace', { dump: handle }, { signal }));
  const [all, setAll] = useState(false);
  if (query.value === undefined) return <QueryMessage query={query} what="the backtraces" />;
  const { traces } = query.value;
  const shown = all ? traces : traces.slice(0, firstTraces);
  return (
    <div className="kernel-detail">
      {traces.length === 0 ? <p className="message">No CPU in this dump has registers to start from.</p> : null}
      {shown.map((trace, index) => (
        <Backtrace key={index} dump={dump.key} trace={trace} />
      ))}
      {shown.length === traces.length ? null : (
        <button type="button" className="link" data-testid="all-traces" onClick={() => setAll(true)}>
          Show the other {traces.length - shown.length}
        </button>
      )}
      <MissingList missing={query.value.missing} />
    </div>
  );
}

export function ModulesPane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'modules', (handle, signal) => engine.call('modules', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="the modules" />;
  const { modules, complete, source, missing } = query.value;
  return (
    <div className="kernel-detail">
      {modules.length === 0 ? (
        <p className="message">{complete ? 'No modules are loaded.' : 'No modules were found.'}</p>
      ) : (
        <ModuleTable dump={dump.key} modules={modules} />
      )}
      {source === undefined ? null : (
        <p className="dim" title={trustText('unverifiable', visibleText(source))}>
          <TrustMark trust="unverifiable" /> From the <Hostile text={source} />.
        </p>
      )}
      <MissingList missing={missing} />
    </div>
  );
}

const usageColumns: readonly DataColumn<MemoryUsageJson['lines'][number]>[] = [
  { id: 'name', title: 'as in /proc/meminfo', width: 22, text: ({ name }) => name },
  {
    id: 'kib',
    title: 'kB',
    width: 14,
    kind: 'number',
    text: ({ kib }) => countText(kib),
    value: ({ kib }) => kib,
    cell: ({ kib }) => <span className={kib === 0 ? 'dim' : undefined}>{countText(kib)}</span>,
  },
  {
    id: 'source',
    title: 'from',
    width: 40,
    grow: 1,
    text: ({ source }) => source,
    cell: ({ source }) => (
      <span className="dim" title={trustText('unverifiable', visibleText(source))}>
        <TrustMark trust="unverifiable" /> <Hostile text={source} />
      </span>
    ),
  },
];

export function MemoryUsagePane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'memory usage', (handle, signal) => engine.call('memoryUsage', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="the memory usage" />;
  const { lines, missing } = query.value;
  return (
    <div className="kernel-detail">
      {lines.length === 0 ? null : (
        <DataTable
          name="usage"
          label="Memory usage"
          testId="usage-table"
          columns={usageColumns}
          rows={lines}
          noun={['line', 'lines']}
          filter={{ label: 'Filter memory usage' }}
          asHighAsRows
        />
      )}
      <MissingList missing={missing} />
    </div>
  );
}
