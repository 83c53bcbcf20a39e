/** Tasks that wait for each other. */
import { hex } from '../../../../shared/units.ts';
import { meaningful } from '../meaningful-frames.ts';
import type { BlockedTask } from '../hangs/hangs.ts';
import { waitProof } from '../hangs/long-waits.ts';
import { waitGraph } from '../hangs/wait-graph.ts';
import type { Recogniser, Trouble } from '../recogniser.ts';

const ownFrames = ({ frames }: BlockedTask): string => meaningful(frames).join('\n');

/** The member that names the cycle: the same in every dump of one bug, whichever of them came first. */
const speaker = (cycle: readonly BlockedTask[]): BlockedTask | undefined => [...cycle].sort((left, right) => (ownFrames(left) < ownFrames(right) ? -1 : 1))[0];

export const deadlock: Recogniser = {
  id: 'deadlock',
  classes: ['deadlock'],
  about:
    'A cycle of owners: each task waits for a lock (found through the waiter on its stack) whose owner word names the next, and the last waits for the first. Its age does not matter: such a cycle never ends.',
  recognise({ hangs }): readonly Trouble[] {
    const graph = waitGraph(hangs);
    for (const { task } of hangs.blocked) {
      const { root, cycle: members = [] } = graph.get(task) ?? {};
      const cycle = members.flatMap((member) => graph.get(member)?.blocked ?? []);
      const first = speaker(cycle);
      if (first === undefined || cycle.length < members.length) continue;
      const kinds = new Set(cycle.flatMap(({ wait }) => (wait.for === 'lock' ? [wait.kind] : [])));
      const what =
        cycle.length === 1
          ? 'Lock taken again by its owner'
          : `Deadlock of ${cycle.length} tasks on ${kinds.size === 1 ? `${[...kinds][0] ?? ''}${[...kinds][0] === 'mutex' ? 'es' : 's'}` : 'locks'}`;
      const waiting = hangs.blocked.filter((one) => graph.get(one.task)?.root === root && !members.includes(one.task));
      const more = waiting.length === 0 ? [] : [{ text: `${waiting.length} more ${waiting.length === 1 ? 'task waits' : 'tasks wait'} for them: ${waiting.slice(0, 8).map(({ name, task: address }) => `${name} (${hex(address)})`).join(', ')}` }]; // prettier-ignore
      return [{ class: 'deadlock', tie: 'lasting', what, frames: first.frames, evidence: [...cycle.map(waitProof), ...more] }];
    }
    return [];
  },
};
