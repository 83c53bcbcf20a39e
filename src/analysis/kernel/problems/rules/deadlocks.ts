/** Tasks that wait for each other in a circle. */
import { hex } from '../../../../shared/units.ts';
import { isFailure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';
import type { Wait } from '../../verdict/hangs/hangs.ts';
import { waitGraph } from '../../verdict/hangs/wait-graph.ts';
import { defined } from '../../../../shared/defined.ts';

/** Members that are named. */
const mostNamed = 8;

/** A lock of which nothing tells the owner may close a circle; one that names none is held by readers, or by nobody. */
const isSeen = (wait: Wait): boolean =>
  wait.for === 'io' ||
  wait.for === 'event' ||
  (wait.for === 'lock' && (wait.owner === undefined || wait.owner.isIdle === true || wait.owner.name !== undefined));

export const deadlocks: ProblemRule = {
  id: 'deadlocks',
  title: 'Deadlocks',
  threshold: 'any cycle of tasks in which each waits for a lock of the next',
  source: 'memory',
  see: 'hangs',
  *look({ hangs }) {
    if (isFailure(hangs)) {
      yield hangs;
      return;
    }
    const graph = waitGraph(hangs.value);
    for (const cycle of new Set([...graph.values()].flatMap((one) => (one.cycle === undefined ? [] : [one.cycle])))) {
      const names = cycle.map((task) => graph.get(task)?.name ?? hex(task));
      const [first] = cycle;
      yield {
        subject: names[0] ?? '',
        severity: 'error',
        text: `${cycle.length} ${cycle.length === 1 ? 'task waits for a lock that it holds itself and can never continue' : 'tasks wait for each other and can never continue'}: ${names.slice(0, mostNamed).join(', ')}${cycle.length > mostNamed ? ` and ${cycle.length - mostNamed} more` : ''}.`,
        value: `${cycle.length} ${cycle.length === 1 ? 'task' : 'tasks'}`,
        evidence: 'owner words of the locks that they wait for',
        ...defined({ address: first }),
      };
    }
    const unseen = hangs.value.blocked.filter(({ wait }) => !isSeen(wait));
    const [one] = unseen;
    if (one !== undefined)
      yield {
        missing: { what: 'cycles of waiting tasks', why: `of ${unseen.length} of the tasks, such as ${one.name}, who holds what it waits for is not known` },
      };
  },
};
