import { type Block, quoted, table } from '../blocks.ts';
import { verdictMark, isDoubtful } from '../marks.ts';
import type { ReportSection } from './section.ts';

export const passedSection: ReportSection = {
  id: 'passed',
  title: 'Other checks',
  about: 'checks that passed, and those that had nothing to compare, in a line each',
  byDefault: true,
  content({ checks }): readonly Block[] {
    const others = checks.filter((check) => !isDoubtful(check));
    if (others.length === 0) return [];
    const ordered = [...others.filter(({ verdict }) => verdict === 'passed'), ...others.filter(({ verdict }) => verdict !== 'passed')];
    return [
      table(
        [
          ['Verdict', 'mark'],
          ['Check', 'text'],
          ['Why', 'text'],
        ],
        ordered.map((check) => [verdictMark(check.verdict), quoted(check.title), quoted(check.detail)]),
      ),
    ];
  },
};
