import { type Block, heading, marked, quoted, table, type Text } from '../blocks.ts';
import { passedMark } from '../marks.ts';
import { reportDecisions } from '../report-text.ts';
import type { ReportSection } from './section.ts';

export const decisionsSection: ReportSection = {
  id: 'decisions',
  title: 'Would kdump have started?',
  about: 'the decisions about kdump, replayed step by step',
  byDefault: true,
  content: (report) =>
    reportDecisions(report).flatMap(({ question, outcome, steps }): Block[] => [
      heading([question, ' ', marked('plain', outcome)]),
      table(
        [
          ['Result', 'mark'],
          ['Step', 'text'],
          ['Detail', 'text'],
        ],
        steps.map(({ check, passed, detail }): Text[] => [passedMark(passed), quoted(check), quoted(detail)]),
      ),
    ]),
};
