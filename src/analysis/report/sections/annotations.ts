import { mono, paragraph, quoted, table } from '../blocks.ts';
import { annotationPlace } from '../report-text.ts';
import type { ReportSection } from './section.ts';

export const annotationsSection: ReportSection = {
  id: 'annotations',
  title: 'Annotations',
  about: 'what a person wrote about ranges of memory, kept apart from what checks found',
  byDefault: true,
  content({ annotations = [] }) {
    if (annotations.length === 0) return [];
    return [
      paragraph('Written by a person, not found by a check.'),
      table(
        [
          ['Where', 'mono'],
          ['Annotation', 'text'],
        ],
        annotations.map((one) => [mono(annotationPlace(one)), quoted(one.text)]),
        1000,
      ),
    ];
  },
};
