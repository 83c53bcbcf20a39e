import { mono, quoted, table } from '../blocks.ts';
import { severityMark } from '../marks.ts';
import { placeText, reportFindings } from '../report-text.ts';
import type { ReportSection } from './section.ts';

export const findingsSection: ReportSection = {
  id: 'findings',
  title: 'Findings',
  about: 'what readers and checks noticed, with its place',
  byDefault: true,
  content(report) {
    const rows = reportFindings(report).map(({ severity, id, title, detail, where }) => [
      severityMark(severity),
      [quoted(title), ' ', mono(id)],
      quoted(detail),
      where === undefined ? '' : mono(placeText(where)),
    ]);
    if (rows.length === 0) return [];
    return [
      table(
        [
          ['Severity', 'mark'],
          ['Finding', 'text'],
          ['Detail', 'text'],
          ['Where', 'mono'],
        ],
        rows,
      ),
    ];
  },
};
