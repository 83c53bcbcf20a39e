import { visibleJson } from '../../shared/visible-text.ts';
import type { ReportFormat } from './report-model.ts';

export const jsonReport: ReportFormat = {
  id: 'json',
  title: 'JSON report',
  about: 'everything, for scripts',
  mediaType: 'application/json',
  extension: 'json',
  // What is drawn by place is counted in `pages`.
  render: ({ strip: _strip, ...report }) => `${visibleJson(report)}\n`,
};
