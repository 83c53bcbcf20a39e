import { useState } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { MissingList } from './MissingList.tsx';

/** Memory mappings of a process as /proc/PID/maps lists them, read when they are opened. */
export function Mappings({ dump, pid }: { readonly dump: OpenDump; readonly pid: number }) {
  const { engine } = useWorkbench();
  const [isOpen, setOpen] = useState(false);
  const query = useQuery(dump, isOpen ? `mappings ${pid}` : undefined, (handle, signal) => engine.call('mappings', { dump: handle, pid }, { signal }));
  // The last answer stays while the next process is asked for.
  const answer = query.value?.task.pid === pid ? query.value : undefined;
  return (
    <details className="kernel-mappings" data-testid="mappings" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="dim">Memory mappings</summary>
      {!isOpen ? null : answer === undefined ? (
        <QueryMessage query={query} what="the mappings" />
      ) : (
        <>
          {answer.mappings.length === 0 ? null : (
            <table className="table">
              <thead className="unseen">
                <tr>
                  <th>addresses</th>
                  <th>permissions</th>
                  <th>file</th>
                </tr>
              </thead>
              <tbody>
                {answer.mappings.map(({ start, end, permissions, file }) => (
                  <tr key={start}>
                    <td className="code">
                      {start}–{end}
                    </td>
                    <td className="code dim">{permissions}</td>
                    <td className="code">{file === undefined ? null : <Hostile text={file} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <MissingList missing={answer.missing} />
        </>
      )}
    </details>
  );
}
