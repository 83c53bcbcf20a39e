/** Tasks, as ps lists them. */
import { address, cpu, defineAnalysis, flag, hexadecimal, pid, text } from './analysis.ts';

export const tasks = defineAnalysis({
  id: 'tasks',
  title: 'Tasks',
  about: 'Idle tasks of the CPUs first, then processes in the order of the kernel, each followed by its threads.',
  needs: ['tasks'],
  columns: {
    task: address('its task_struct'),
    pid: pid('pid; of a thread its own'),
    tgid: pid('pid of the process'),
    parent: pid("pid of the parent's process"),
    name: text('its comm'),
    state: text('letter, as /proc/PID/stat shows it'),
    stateBits: hexadecimal('state and exit_state'),
    kind: text('idle, kernel or user'),
    thread: flag('a thread that does not lead its process'),
    cpu: cpu('CPU that it runs or last ran on'),
    runsOn: cpu('CPU that it occupied when the dump was taken'),
    stack: address('first byte of its kernel stack'),
  },
  key: ['pid', 'name'],
  grouping: ['state', 'kind', 'tgid', 'cpu'],
  *run({ tasks: found, cpus }) {
    const runs = new Map(cpus.flatMap(({ current, number }) => (current === undefined ? [] : [[current, number] as const])));
    for (const task of found?.list.tasks ?? [])
      yield {
        row: {
          task: task.address,
          pid: task.pid,
          tgid: task.tgid,
          parent: task.parent,
          name: task.comm,
          state: task.state?.letter,
          stateBits: task.state === undefined ? undefined : BigInt(task.state.value),
          kind: task.kind,
          thread: task.isThread,
          cpu: task.cpu,
          runsOn: runs.get(task.address),
          stack: task.stack,
        },
      };
    for (const one of found?.missing ?? []) yield { missing: one };
  },
});
