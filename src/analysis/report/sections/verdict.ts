import { verdictRows } from '../../../shared/verdict-text.ts';
import { facts, mono } from '../blocks.ts';
import type { ReportSection } from './section.ts';

export const verdictSection: ReportSection = {
  id: 'verdict',
  title: 'What happened',
  about: 'the verdict with its keys, the evidence for it, and what was excluded',
  byDefault: true,
  content: ({ verdict }) => [facts(verdictRows(verdict).map(([name, value]) => [name, mono(value)]))],
};
