import type { ReportFormat } from './report-model.ts';

export const jsonReport: ReportFormat = {
  id: 'json',
  title: 'JSON',
  mediaType: 'application/json',
  extension: 'json',
  render: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};
