/** The panes of the kernel view that are one answer each. */
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { kernelPosition } from '../../state/position.ts';
import { useWorkbench } from '../../workbench.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { trustText } from '../../words/trust.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { TrustMark } from '../../widgets/TrustMark.tsx';
import { Backtrace } from './Backtrace.tsx';
import { MissingList } from './MissingList.tsx';

interface PaneProps {
  readonly dump: OpenDump;
}

/** What ran on every CPU. */
export function CpuTracesPane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'backtraces', (handle, signal) => engine.call('backtrace', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="the backtraces" />;
  return (
    <div className="kernel-detail">
      {query.value.traces.length === 0 ? <p className="message">No CPU of this dump has registers to start from.</p> : null}
      {query.value.traces.map((trace, index) => (
        <Backtrace key={index} dump={dump.key} trace={trace} />
      ))}
      <MissingList missing={query.value.missing} />
    </div>
  );
}

export function ModulesPane({ dump }: PaneProps) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'modules', (handle, signal) => engine.call('modules', { dump: handle }, { signal }));
  if (query.value === undefined) return <QueryMessage query={query} what="the modules" />;
  const { modules, complete, source, missing } = query.value;
  const hasTypes = modules.some(({ bytes }) => bytes !== undefined);
  return (
    <div className="kernel-detail">
      {modules.length === 0 ? (
        <p className="message">{complete ? 'No modules are loaded.' : 'No modules were found.'}</p>
      ) : (
        <table className="table kernel-modules" data-testid="module-table">
          <thead>
            <tr>
              <th>module</th>
              <th>state</th>
              {hasTypes ? (
                <>
                  <th className="number">bytes</th>
                  <th className="number">users</th>
                  <th>base</th>
                  <th>taint</th>
                  <th className="number" title="Types of its own that View as knows; empty where its BTF is not in the dump">
                    types
                  </th>
                </>
              ) : null}
              <th>struct module</th>
            </tr>
          </thead>
          <tbody>
            {modules.map((module) => (
              <tr key={module.address}>
                <td className="code">
                  <Hostile text={module.name} />
                </td>
                <td className={module.state === 'live' ? 'dim' : 'tone-warn'}>{module.state}</td>
                {hasTypes ? (
                  <>
                    <td className="number">{module.bytes ?? ''}</td>
                    <td className="number">{module.users ?? ''}</td>
                    <td>{module.base === undefined ? null : <AddressLink dump={dump.key} position={kernelPosition(module.base)} />}</td>
                    <td>{module.taint ?? ''}</td>
                    <td className="number">{module.types ?? ''}</td>
                  </>
                ) : null}
                <td>
                  <AddressLink dump={dump.key} position={kernelPosition(module.address)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
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
