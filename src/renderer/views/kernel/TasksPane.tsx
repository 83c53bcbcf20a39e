import { useState } from 'react';
import type { EngineLink } from '../../engine/engine-link.ts';
import { append } from '../../../shared/append.ts';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { Backtrace } from './Backtrace.tsx';
import { Mappings } from './Mappings.tsx';
import { MissingList } from './MissingList.tsx';
import { TaskTable } from './TaskTable.tsx';

/** All tasks, as the engine streams them: it does not keep those already sent. */
async function allTasks(engine: EngineLink, dump: string, signal: AbortSignal): Promise<TasksJson> {
  const tasks: TaskJson[] = [];
  const answer = await engine.call('tasks', { dump, stream: true }, { signal, onProgress: (piece) => append(tasks, piece.tasks) });
  append(tasks, answer.tasks);
  return { ...answer, tasks };
}

/** Tasks on the left, the backtrace of the chosen one on the right: initially that of a running task. */
export function TasksPane({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'tasks', (handle, signal) => allTasks(engine, handle, signal));
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
    <SplitPane name="kernel.tasks" label="Width of the list of tasks" share={0.36} least={[220, 260]} stackBelow={860} stackedShare={0.45}>
      <TaskTable dump={dump.key} answer={query.value} chosen={chosen?.address} onChoose={setPicked} />
      <div className="kernel-detail">
        {trace.value === undefined ? (
          <QueryMessage query={trace} what="the backtrace" />
        ) : (
          trace.value.traces.map((one, index) => <Backtrace key={index} dump={dump.key} trace={one} />)
        )}
        {chosen?.kind === 'user' && chosen.pid !== undefined ? <Mappings key={chosen.address} dump={dump} pid={chosen.pid} /> : null}
        <MissingList missing={[...(trace.value?.missing ?? []), ...query.value.missing]} />
      </div>
    </SplitPane>
  );
}
