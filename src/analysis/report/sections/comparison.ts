import { classLine } from '../../../shared/verdict-text.ts';
import { type Block, marked, mono, paragraph, plainText, quoted, table, type Text } from '../blocks.ts';
import { caseFacts } from '../case-facts.ts';
import type { ReportedDump, ReportModel } from '../report-model.ts';
import type { ReportSection } from './section.ts';

/** What the first page says of each, row by row; where both say the same it is repeated next to it. */
function sideBySide(left: ReportedDump, right: ReportedDump): Block {
  const of = (dump: ReportedDump): readonly (readonly [string, Text | undefined])[] => [
    ['Verdict', quoted(dump.verdict.title)],
    ['Class', quoted(classLine(dump.verdict))],
    ...caseFacts(dump),
    ['Identity', mono(dump.identity)],
  ];
  const other = of(right);
  const rows = of(left).flatMap(([name, value = ''], at): readonly (readonly Text[])[] => {
    const beside = other[at]?.[1] ?? '';
    const [one, two] = [plainText(value), plainText(beside)];
    if (one === '' && two === '') return [];
    return [[one === two ? marked('plain', 'same') : marked('doubtful', 'differs'), name, value, beside]];
  });
  return table(
    [
      ['', 'mark'],
      ['', 'text'],
      ['This dump', 'text'],
      ['The other dump', 'text'],
    ],
    rows,
  );
}

function outcome({ comparison }: ReportModel): Text {
  return comparison === undefined ? '' : quoted(comparison.summary);
}

export const comparisonSection: ReportSection = {
  id: 'comparison',
  title: 'Two dumps',
  about: 'two dumps side by side, and how much differs: the first page of a report that compares',
  byDefault: true,
  content(report): readonly Block[] {
    const { comparison } = report;
    if (comparison === undefined) return [];
    return [
      { kind: 'callout', tone: 'plain', title: outcome(report), lines: [] },
      ...(comparison.other === undefined
        ? [paragraph(['Compared with ', quoted(comparison.with.fileName), ', identity ', mono(comparison.with.identity), '.'])]
        : [sideBySide(report, comparison.other)]),
      { kind: 'contents' },
    ];
  },
};
