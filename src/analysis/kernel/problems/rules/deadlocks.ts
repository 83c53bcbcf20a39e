/** Tasks that wait for each other in a circle. */
import { hex } from '../../../../shared/units.ts';
import { isFailure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { waitGraph } from '../../verdict/hangs/wait-graph.ts';

/** Members that are named. */
const mostNamed = 8;

export const deadlocks: ProblemRule = {
  id: 'deadlocks',
  title: 'Deadlocks',
  threshold: 'any circle of tasks in which each waits for a lock of the next',
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
        text: `${cycle.length} ${cycle.length === 1 ? 'task waits for a lock that it has itself, and never gets on' : 'tasks wait for each other, and never get on'}: ${names.slice(0, mostNamed).join(', ')}${cycle.length > mostNamed ? ` and ${cycle.length - mostNamed} more` : ''}.`,
        value: `${cycle.length} ${cycle.length === 1 ? 'task' : 'tasks'}`,
        evidence: 'owner words of the locks that they wait for',
        ...(first === undefined ? {} : { address: first }),
      };
    }
  },
};
