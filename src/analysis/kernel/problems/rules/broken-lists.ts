/** Lists of the kernel that do not lead back to where they begin. */
import { failed, valueOf } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';

/** Links that are there and contradict each other (memory/linked-list.ts); what is not in the dump contradicts nothing. */
const contradicts = /leads back to|does not point back/;

export const brokenLists: ProblemRule = {
  id: 'broken-lists',
  title: 'Broken lists',
  threshold: 'a link of the list of tasks or of modules leads back, or to what does not point back',
  source: 'memory',
  see: 'tasks',
  *look({ kernel: { kernel, tasks, why } }) {
    const lists = [
      ['tasks', tasks?.list.broken],
      ['modules', why('modules') === undefined ? valueOf(kernel.modules)?.list.broken : undefined],
    ] as const;
    for (const [subject, broken] of lists) {
      if (broken === undefined) continue;
      if (!contradicts.test(broken)) {
        yield failed(`list of ${subject}`, broken);
        continue;
      }
      yield {
        subject,
        severity: 'error',
        text: `The list of ${subject} does not close: links that are in the dump contradict each other.`,
        value: broken,
        evidence: `next and prev of each member of the list of ${subject}`,
      };
    }
  },
};
