/** The panes of the kernel view that are one answer each. */
import { useState } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { trustText } from '../../words/trust.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';
import { Backtrace } from './Backtrace.tsx';
import { MissingList } from './MissingList.tsx';
import { ModuleTable } from './ModuleTable.tsx';

interface PaneProps {
  readonly dump: OpenDump;
}

/** Backtraces that are in the page at first: of a large machine most are of idle CPUs. */
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
      {traces.length === 0 ? <p className="message">No CPU of this dump has registers to start from.</p> : null}
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

export function MemoryUsagePane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'memory usage', (handle, signal) => engine.call('memoryUsage', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="the memory usage" />;
  const { lines, missing } = query.value;
  return (
    <div className="kernel-detail">
      {lines.length === 0 ? null : (
        <table className="table kernel-usage" data-testid="usage-table">
          <thead>
            <tr>
              <th>as in /proc/meminfo</th>
              <th className="number">kB</th>
              <th>from</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, kib, source }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className={kib === 0 ? 'number code dim' : 'number code'}>{kib.toLocaleString('en-US').replaceAll(',', '\u202f')}</td>
                <td className="dim code" title={trustText('unverifiable', visibleText(source))}>
                  <TrustMark trust="unverifiable" /> <Hostile text={source} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <MissingList missing={missing} />
    </div>
  );
}
