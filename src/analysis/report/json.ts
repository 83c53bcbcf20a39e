import { visibleJson } from '../../shared/visible-text.ts';
import type { ReportFormat } from './report-model.ts';

export const jsonReport: ReportFormat = {
  id: 'json',
  title: 'JSON report',
  about: 'everything, for scripts',
  mediaType: 'application/json',
  extension: 'json',
  render: (report) => `${visibleJson(report)}\n`,
};
