/** Stacks of all CPUs and tasks, equal ones together. */
import { namedPids, StackGroups, type StackGroup } from '../stacks/stack-groups.ts';
import { traceGaps } from '../stacks/trace-gaps.ts';
import { address, count, defineAnalysis, optional, ownText, pause, pid, text } from './analysis.ts';

const statesText = ({ states }: StackGroup): string | undefined =>
  states.size === 0 ? undefined : [...states].map(([letter, number]) => `${letter} ${number}`).join(', ');

function pidsText({ pids, count: all }: StackGroup): string | undefined {
  if (pids.length === 0) return undefined;
  return `${pids.join(' ')}${pids.length < namedPids || all === pids.length ? '' : ` and ${all - pids.length} more`}`;
}

export const stacks = defineAnalysis({
  id: 'stacks',
  title: 'Grouped stacks',
  about:
    'Tasks whose stacks go through the same functions, the largest group first: hundreds of tasks become a few dozen rows. Stacks of CPUs and of sleeping tasks are those of the analysis "backtraces"; only the functions are compared, not the addresses in them, unless "exact" is set.',
  needs: ['tasks', 'stacks'],
  uses: ['symbols'],
  parameters: {
    exact: optional('flag', 'only stacks with equal addresses are one group'),
    state: optional('text', 'only tasks in this state, by its letter', ['R', 'S', 'D', 'T', 't', 'X', 'Z', 'P', 'I']),
  },
  columns: {
    count: count('tasks with this stack'),
    states: text('how many of them are in which state, by letters as /proc/PID/stat shows them'),
    running: count('how many of them occupied a CPU'),
    stack: text('functions, the innermost first; "?" marks an address that only lies on the stack, "(interrupted)" what an interruption stopped'),
    end: ownText('how the stack ends: entered-from-user, complete, partial, or broken'),
    depth: count('its frames'),
    task: address('task_struct of one of them'),
    pid: pid('its pid'),
    name: text('its comm'),
    pids: text('their pids; only the first ones if there are many'),
  },
  key: ['stack', 'end'],
  grouping: ['end'],
  comparing: { weight: 'count', passing: ['pids', 'name'] },
  *run({ stacks: found, tasks }, { exact, state }) {
    const groups = new StackGroups(exact === true);
    for (const trace of found?.all() ?? []) {
      const task = trace.task === undefined ? undefined : tasks?.list.tasks.at(BigInt(trace.task.address));
      if (state === undefined || task?.state?.letter === state) {
        for (const one of traceGaps(trace)) yield { missing: one };
        if (trace.frames.length > 0) groups.add(trace, task);
      }
      yield pause;
    }
    for (const group of groups.all) {
      const { stack, depth, end, example } = group;
      yield {
        row: {
          count: group.count,
          states: statesText(group),
          running: group.running,
          stack,
          end,
          depth,
          task: example === undefined ? undefined : BigInt(example.address),
          pid: example?.pid,
          name: example?.comm,
          pids: pidsText(group),
        },
      };
    }
    if (groups.beyond > 0) yield { missing: { what: 'stacks', why: `${groups.beyond} more are like none of those listed` } };
    for (const one of found?.missing ?? []) yield { missing: one };
  },
});
