/** The registry of report formats. */
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import type { ReportFormat } from './report-model.ts';

export const reportFormats: readonly ReportFormat[] = [htmlReport, jsonReport];
