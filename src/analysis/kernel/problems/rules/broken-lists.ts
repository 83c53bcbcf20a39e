/** Lists of the kernel that do not lead back to where they begin. */
import type { ProblemRule } from '../problem-rule.ts';

export const brokenLists: ProblemRule = {
  id: 'broken-lists',
  title: 'Broken lists',
  threshold: 'the list of tasks or of modules does not close',
  source: 'memory',
  see: 'tasks',
  *look({ kernel: { kernel, tasks, why } }) {
    const lists = [
      ['tasks', tasks?.list.broken],
      ['modules', why('modules') === undefined && typeof kernel.modules !== 'string' ? kernel.modules.list.broken : undefined],
    ] as const;
    for (const [subject, broken] of lists) {
      if (broken === undefined) continue;
      yield {
        subject,
        severity: 'error',
        text: `The list of ${subject} does not close: memory was overwritten, or a page of it is not in the dump.`,
        value: broken,
        evidence: `next and prev of each member of the list of ${subject}`,
      };
    }
  },
};
