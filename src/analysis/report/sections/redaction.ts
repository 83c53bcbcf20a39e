import { countText } from '../../../shared/count-text.ts';
import { paragraph, quoted, table } from '../blocks.ts';
import type { ReportSection } from './section.ts';

export const redactionSection: ReportSection = {
  id: 'redaction',
  title: 'What was removed',
  about: 'which rules removed what from a redacted report, and what they cannot guarantee',
  byDefault: true,
  content({ redacted }) {
    if (redacted === undefined) return [];
    return [
      paragraph('Each value is replaced by a mark with a number; equal numbers mean equal values.'),
      table(
        [
          ['Rule', 'text'],
          ['Values', 'number'],
          ['Places', 'number'],
        ],
        redacted.rules.map(({ title, values, places }) => [quoted(title), countText(values), countText(places)]),
      ),
      ...redacted.limits.map((sentence) => paragraph(sentence)),
    ];
  },
};
