/** `tasks`: the tasks of a dump's kernel. */
import type { KernelTask } from '../../kernel/tasks/kernel-task.ts';
import type { TaskLayout } from '../../kernel/tasks/task-layout.ts';
import { defined } from '../../../shared/defined.ts';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { inPieces, type GivePiece } from '../../jobs/in-pieces.ts';
import type { Session } from '../session/session.ts';
import type { KernelTasks, TaskStream } from './find-tasks.ts';
import { kernelTasks, tasksAsRead } from './kernel-tasks.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { cpuNumbering } from '../../../shared/cpu-registers.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

function taskJson(task: KernelTask, layout: TaskLayout | undefined, runsOn: number | undefined): TaskJson {
  const { state, stack } = task;
  return {
    address: hex(task.address),
    comm: task.comm,
    ...defined({ pid: task.pid, tgid: task.tgid }),
    ...(state === undefined ? {} : { state: { letter: state.letter, word: state.word, value: hex(state.value) } }),
    ...defined({ parent: task.parent }),
    ...(stack === undefined || layout === undefined ? {} : { stack: { start: hex(stack), end: hex(stack + BigInt(layout.stackBytes)) } }),
    ...defined({ cpu: task.cpu, runsOn, kind: task.kind }),
    ...(task.isThread ? { thread: true } : {}),
  };
}

function answer(session: Session, { initTask, layout, missing, list }: KernelTasks, tasks: TaskJson[]): TasksJson {
  return {
    schema: schemaVersion,
    numbering: cpuNumbering(machineCpus(session).cpus),
    tasks,
    complete: list.complete,
    ...(initTask === undefined ? {} : { initTask: { address: hex(initTask.address), source: initTask.source } }),
    ...(layout === undefined ? {} : { layout: { method: layout.method, offsets: { ...layout.offsets } } }),
    missing: [...missing],
  };
}

/** The tasks of an answer, by who ran where. */
function rowOf({ cpus, layout }: Pick<KernelTasks, 'cpus' | 'layout'>): (task: KernelTask) => TaskJson {
  const runs = new Map(cpus.flatMap(({ current, number }) => (current === undefined ? [] : [[current, number] as const])));
  return (task) => taskJson(task, layout, runs.get(task.address));
}

/** Tasks are handed over as they are read; in their columns they stay for whoever asks next. */
async function giveAsRead(session: Session, { tasks, ...facts }: TaskStream, signal: AbortSignal, give: GivePiece<TaskJson>): Promise<KernelTasks | undefined> {
  const row = rowOf(facts);
  let found: KernelTasks | undefined;
  function* rows(): Generator<TaskJson | undefined> {
    for (;;) {
      const next = tasks.next();
      if (next.done === true) {
        found = next.value;
        return;
      }
      yield next.value === undefined ? undefined : row(next.value);
    }
  }
  await inPieces(rows(), give, signal);
  if (found !== undefined) kernelTasks.keep(session, found);
  return found;
}

/** All tasks that can be found; what cannot is said, not thrown. @param give takes the tasks piece by piece @throws Cancelled */
export async function describeTasks(session: Session, signal: AbortSignal, give?: GivePiece<TaskJson>): Promise<TasksJson> {
  const stream = give === undefined ? undefined : await tasksAsRead(session, signal);
  const given = give === undefined || stream === undefined ? undefined : await giveAsRead(session, stream, signal, give);
  if (given !== undefined) return answer(session, given, []);
  const found = await kernelTasks(session, signal);
  const row = rowOf(found);
  function* rows(): Generator<TaskJson> {
    for (const task of found.list.tasks) yield row(task);
  }
  return answer(session, found, await inPieces(rows(), give, signal));
}
