import { useState } from 'react';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { MappingTable } from './MappingTable.tsx';
import { MissingList } from './MissingList.tsx';

/** Memory mappings of a process as /proc/PID/maps lists them, read when they are opened. */
export function Mappings({ dump, pid }: { readonly dump: OpenDump; readonly pid: number }) {
  const { engine } = useWorkbench();
  const [isOpen, setOpen] = useState(false);
  const query = useQuery(dump, isOpen ? `mappings ${pid}` : undefined, (handle, signal) => engine.call('mappings', { dump: handle, pid }, { signal }));
  // The last answer stays while the next process is being read.
  const answer = query.value?.task.pid === pid ? query.value : undefined;
  return (
    <details className="kernel-mappings" data-testid="mappings" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="dim">Memory mappings</summary>
      {!isOpen ? null : answer === undefined ? (
        <QueryMessage query={query} what="the mappings" />
      ) : (
        <>
          {answer.mappings.length === 0 ? null : <MappingTable mappings={answer.mappings} />}
          <MissingList missing={answer.missing} />
        </>
      )}
    </details>
  );
}
