/** `tasks`: the tasks of a dump's kernel. */
import type { KernelTask } from '../../kernel/tasks/tasks.ts';
import type { TaskLayout } from '../../kernel/tasks/task-layout.ts';
import { defined } from '../../../shared/defined.ts';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { inPieces, type GivePiece } from '../../jobs/in-pieces.ts';
import type { Session } from '../session/session.ts';
import { kernelTasks } from './kernel-tasks.ts';
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

/** All tasks that can be found; what cannot is said, not thrown. @param give takes the tasks piece by piece @throws Cancelled */
export async function describeTasks(session: Session, signal: AbortSignal, give?: GivePiece<TaskJson>): Promise<TasksJson> {
  const { cpus, initTask, layout, list, missing } = await kernelTasks(session, signal);
  const runs = new Map(cpus.flatMap(({ current, number }) => (current === undefined ? [] : [[current, number] as const])));
  function* rows(): Generator<TaskJson> {
    for (const task of list.tasks) yield taskJson(task, layout, runs.get(task.address));
  }
  return {
    schema: schemaVersion,
    numbering: cpuNumbering(machineCpus(session).cpus),
    tasks: await inPieces(rows(), give, signal),
    complete: list.complete,
    ...(initTask === undefined ? {} : { initTask: { address: hex(initTask.address), source: initTask.source } }),
    ...(layout === undefined ? {} : { layout: { method: layout.method, offsets: { ...layout.offsets } } }),
    missing: [...missing],
  };
}
