/** Tasks, as ps lists them. */
import { isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { isTaskState } from '../tasks/task-layout.ts';
import { address, cpu, defineAnalysis, duration, flag, hexadecimal, ownText, pid, text } from './analysis.ts';

/** start_boottime was real_start_time before 5.5; the idle tasks of CPUs have none (kernel/fork.c, fs/proc/array.c). */
const startMembers = ['start_boottime', 'real_start_time'] as const;
const nanoseconds = 1_000_000_000;

function startOf(objects: KernelObjects, task: VirtualAddress): Result<number> | undefined {
  const struct = objects.at(task, 'task_struct');
  const member = startMembers.find((name) => struct.has(name));
  const found = member === undefined ? undefined : struct.at(member).u64();
  return found === undefined || isFailure(found) ? found : found.value === 0n ? undefined : { value: Number(found.value) / nanoseconds };
}

/** Why the state of a task is not known: its bits are those of no state. */
function impossibleState(objects: KernelObjects, task: VirtualAddress): Failure | undefined {
  const struct = objects.at(task, 'task_struct');
  const [word, exit] = [struct.at('__state', 'state'), struct.at('exit_state')];
  const [state, exitState] = [word.integer(), exit.integer()];
  if (isFailure(state) || isFailure(exitState)) return undefined;
  const [bits, exitBits] = [BigInt.asUintN(64, state.value), BigInt.asUintN(32, exitState.value)];
  const held = word.plausible({ value: '' }, () =>
    isTaskState(Number(bits), Number(exitBits)) ? undefined : `${hex(bits)}, with ${hex(exitBits)} in exit_state, is not a state that a task can have`,
  );
  return isFailure(held) ? held : undefined;
}

export const tasks = defineAnalysis({
  id: 'tasks',
  title: 'Tasks',
  about: 'Idle tasks of the CPUs first, then processes in the order of the kernel, each followed by its threads.',
  needs: ['tasks'],
  uses: ['types'],
  columns: {
    task: address('its task_struct'),
    pid: pid('pid; of a thread its own'),
    tgid: pid('pid of the process'),
    parent: pid("pid of the parent's process"),
    name: text('its comm'),
    state: ownText('letter, as /proc/PID/stat shows it'),
    stateBits: hexadecimal('state and exit_state'),
    kind: ownText('idle, kernel or user'),
    thread: flag('a thread that does not lead its process'),
    cpu: cpu('CPU that it runs or last ran on'),
    runsOn: cpu('CPU that it occupied when the dump was taken'),
    stack: address('first byte of its kernel stack'),
    started: duration('when it was started, in seconds since boot, as the 22nd field of /proc/PID/stat counts them'),
  },
  key: ['pid', 'name', 'started'],
  grouping: ['state', 'kind', 'tgid', 'cpu'],
  comparing: {
    elsewhere: [['pid', 'name'], ['name']],
    first: { column: 'state', values: ['D', 'Z', 'R'] },
    passing: ['cpu', 'stateBits'],
  },
  *run({ tasks: found, cpus, objects }) {
    const runs = new Map(cpus.flatMap(({ current, number }) => (current === undefined ? [] : [[current, number] as const])));
    for (const task of found?.list.tasks ?? [])
      yield {
        row: {
          task: task.address,
          pid: task.pid,
          tgid: task.tgid,
          parent: task.parent,
          name: task.comm,
          state: task.state?.letter ?? impossibleState(objects, task.address),
          stateBits: task.state === undefined ? undefined : BigInt(task.state.value),
          kind: task.kind,
          thread: task.isThread,
          cpu: task.cpu,
          runsOn: runs.get(task.address),
          stack: task.stack,
          started: startOf(objects, task.address),
        },
      };
    for (const one of found?.missing ?? []) yield { missing: one };
  },
});
