/** One row for every fact, check, step and finding, as RFC 4180 has it. No cell is a formula to a spreadsheet. */
import { missingText, rowText } from '../../shared/analysis-text.ts';
import { verdictRows } from '../../shared/verdict-text.ts';
import { csvField, csvLine } from '../../shared/csv.ts';
import type { ReportFormat, ReportModel } from './report-model.ts';
import { annotationPlace, damageText, placeText, reportDecisions, reportFacts, reportFindings, reportText, reportTrust } from './report-text.ts';

/** A cell; what is endless is cut. */
export const csvCell = (text: string): string => csvField(reportText(text));

const heads = ['record', 'id', 'result', 'title', 'detail', 'recorded', 'computed', 'where'] as const;
type Row = Partial<Record<(typeof heads)[number], string | undefined>> & { readonly record: string };

const passedWord = (passed: boolean | undefined): string => (passed === undefined ? '' : passed ? 'passed' : 'failed');

function rowsOf(report: ReportModel): readonly Row[] {
  return [
    { record: 'tool', id: report.tool.name, detail: report.tool.version },
    ...verdictRows(report.verdict).map(([title, detail]): Row => ({ record: 'verdict', id: report.verdict.class, title, detail })),
    ...reportFacts(report).map(([title, detail]): Row => ({ record: 'fact', title, detail })),
    ...reportTrust(report).map(({ fact, trust, source }): Row => ({ record: 'trust', id: fact, result: trust, detail: source })),
    ...report.damage.map((entry): Row => ({
      record: 'damage',
      id: entry.findings.join(' '),
      result: entry.severity,
      title: entry.title,
      detail: damageText(report, entry),
      where: placeText(entry.where),
    })),
    ...report.checks.flatMap((check): Row[] => [
      {
        record: 'check',
        id: check.id,
        result: check.verdict,
        title: check.title,
        detail: check.detail,
        recorded: check.recorded,
        computed: check.computed,
        where: (check.ranges ?? []).map(placeText).join(' '),
      },
      ...(check.steps ?? []).map((step): Row => ({ record: 'step', id: check.id, result: passedWord(step.passed), title: step.check, detail: step.detail })),
    ]),
    ...reportDecisions(report).flatMap(({ question, outcome, steps }): Row[] => [
      { record: 'decision', result: outcome, title: question },
      ...steps.map((step): Row => ({ record: 'decision step', result: passedWord(step.passed), title: step.check, detail: step.detail })),
    ]),
    ...(report.analyses ?? []).flatMap(({ id, title, columns, rows, note, missing }): Row[] => [
      ...rows.map((row): Row => ({ record: 'analysis row', id, title, detail: rowText(columns, row) })),
      ...(note === undefined ? [] : [{ record: 'analysis', id, title, detail: note }]),
      ...missing.map((one): Row => ({ record: 'analysis', id, result: 'not known', title, detail: missingText(one) })),
    ]),
    ...(report.annotations ?? []).map((one): Row => ({ record: 'annotation', detail: one.text, where: annotationPlace(one) })),
    ...(report.comparison?.parts ?? []).flatMap(({ title, lines }) => lines.map((detail): Row => ({ record: 'comparison', title, detail }))),
    ...reportFindings(report).map(({ id, severity, title, detail, recorded, computed, where }): Row => ({
      record: 'finding',
      id,
      result: severity,
      title,
      detail,
      recorded,
      computed,
      ...(where === undefined ? {} : { where: placeText(where) }),
    })),
  ];
}

function render(report: ReportModel): string {
  const lines = rowsOf(report).map((row) => csvLine(heads.map((head) => csvCell(row[head] ?? ''))));
  return [csvLine(heads), ...lines].join('');
}

export const csvReport: ReportFormat = { id: 'csv', title: 'CSV report', about: 'for spreadsheets', mediaType: 'text/csv', extension: 'csv', render };
