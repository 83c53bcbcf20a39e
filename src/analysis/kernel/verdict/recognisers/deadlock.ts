/** Tasks that wait for each other. */
import { hex } from '../../../../shared/units.ts';
import { meaningful } from '../meaningful-frames.ts';
import type { BlockedTask } from '../hangs/hangs.ts';
import { waitProof } from '../hangs/long-waits.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

/** The owners that a task waits for, until one comes again. */
function cycleFrom(start: BlockedTask, byTask: ReadonlyMap<bigint, BlockedTask>): readonly BlockedTask[] {
  const path: BlockedTask[] = [];
  for (let task: BlockedTask | undefined = start; task !== undefined;) {
    const seen = path.indexOf(task);
    if (seen !== -1) return path.slice(seen);
    path.push(task);
    task = task.wait.for === 'lock' && task.wait.owner !== undefined ? byTask.get(task.wait.owner.task) : undefined;
  }
  return [];
}

const ownFrames = ({ frames }: BlockedTask): string => meaningful(frames).join('\n');

/** The member that names the cycle: the same in every dump of one bug, whichever of them came first. */
const speaker = (cycle: readonly BlockedTask[]): BlockedTask | undefined => [...cycle].sort((left, right) => (ownFrames(left) < ownFrames(right) ? -1 : 1))[0];

export const deadlock: Recogniser = {
  id: 'deadlock',
  classes: ['deadlock'],
  about:
    'A cycle of owners: each task waits for a lock (found through the waiter on its stack) whose owner word names the next, and the last waits for the first. Its age does not matter: such a cycle never ends.',
  recognise({ hangs }): readonly Trouble[] {
    const byTask = new Map(hangs.blocked.map((task) => [task.task, task]));
    for (const task of hangs.blocked) {
      const cycle = cycleFrom(task, byTask);
      const first = speaker(cycle);
      if (first === undefined) continue;
      const kinds = new Set(cycle.flatMap(({ wait }) => (wait.for === 'lock' ? [wait.kind] : [])));
      const what =
        cycle.length === 1
          ? 'Lock taken again by its owner'
          : `Deadlock of ${cycle.length} tasks on ${kinds.size === 1 ? `${[...kinds][0] ?? ''}${[...kinds][0] === 'mutex' ? 'es' : 's'}` : 'locks'}`;
      const inCycle = new Set(cycle);
      const waiting = hangs.blocked.filter((one) => !inCycle.has(one) && cycleFrom(one, byTask).some((member) => inCycle.has(member)));
      const more = waiting.length === 0 ? [] : [{ text: `${waiting.length} more wait for them: ${waiting.slice(0, 8).map(({ name, task: address }) => `${name} (${hex(address)})`).join(', ')}` }]; // prettier-ignore
      return [{ class: 'deadlock', tie: 'lasting', what, frames: first.frames, evidence: [...cycle.map(waitProof), ...more] }];
    }
    return [];
  },
};
