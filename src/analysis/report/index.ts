/** The registry of report formats. */
import { csvReport } from './csv.ts';
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import type { ReportFormat } from './report-model.ts';
import { sarifReport } from './sarif.ts';

export const reportFormats: readonly ReportFormat[] = [htmlReport, jsonReport, markdownReport, sarifReport, junitReport, csvReport];
