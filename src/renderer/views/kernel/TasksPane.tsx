import { useState } from 'react';
import type { TaskJson } from '../../../shared/task-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { Backtrace } from './Backtrace.tsx';
import { Mappings } from './Mappings.tsx';
import { MissingList } from './MissingList.tsx';
import { TaskTable } from './TaskTable.tsx';

/** Tasks at the left, the backtrace of the chosen one at the right: at first that of a task which ran. */
export function TasksPane({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'tasks', (handle, signal) => engine.call('tasks', { dump: handle }, { signal }));
  const [picked, setPicked] = useState<TaskJson>();
  const tasks = query.value?.tasks ?? [];
  const first = tasks.find(({ runsOn, kind }) => runsOn !== undefined && kind !== 'idle') ?? tasks.find(({ runsOn }) => runsOn !== undefined) ?? tasks[0];
  const chosen = picked ?? first;
  const trace = useQuery(dump, chosen === undefined ? undefined : `backtrace ${chosen.address}`, (handle, signal) =>
    engine.call('backtrace', { dump: handle, task: BigInt(chosen?.address ?? '0x0') }, { signal }),
  );
  if (query.value === undefined) return <QueryMessage query={query} what="the tasks" />;
  if (tasks.length === 0) return <MissingList missing={query.value.missing} />;
  return (
    <div className="kernel-split">
      <TaskTable answer={query.value} chosen={chosen?.address} onChoose={setPicked} />
      <div className="kernel-detail">
        {trace.value === undefined ? (
          <QueryMessage query={trace} what="the backtrace" />
        ) : (
          trace.value.traces.map((one, index) => <Backtrace key={index} dump={dump.key} trace={one} />)
        )}
        {chosen?.kind === 'user' && chosen.pid !== undefined ? <Mappings key={chosen.address} dump={dump} pid={chosen.pid} /> : null}
        <MissingList missing={[...(trace.value?.missing ?? []), ...query.value.missing]} />
      </div>
    </div>
  );
}
