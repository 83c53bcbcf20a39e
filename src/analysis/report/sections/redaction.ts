import { countText } from '../../../shared/count-text.ts';
import { paragraph, quoted, table } from '../blocks.ts';
import type { ReportSection } from './section.ts';

export const redactionSection: ReportSection = {
  id: 'redaction',
  title: 'What was taken out',
  about: 'which rules took what out of a redacted report, and what they cannot promise',
  byDefault: true,
  content({ redacted }) {
    if (redacted === undefined) return [];
    return [
      paragraph('In place of each value is a mark with a number; equal numbers are equal values.'),
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
