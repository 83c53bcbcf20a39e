import { type Block, heading, mono, paragraph, quoted } from '../blocks.ts';
import type { ReportSection } from './section.ts';

export const comparisonSection: ReportSection = {
  id: 'comparison',
  title: 'Compared with another dump',
  about: 'what differs between the two dumps',
  byDefault: true,
  content({ comparison }): readonly Block[] {
    if (comparison === undefined) return [];
    return [
      paragraph(['Compared with ', quoted(comparison.with.fileName), ', identity ', mono(comparison.with.identity), '.']),
      paragraph(quoted(comparison.summary)),
      ...comparison.parts.flatMap(({ title, lines }): Block[] => [heading(quoted(title)), { kind: 'code', lines: lines.map((text) => ({ text })) }]),
    ];
  },
};
