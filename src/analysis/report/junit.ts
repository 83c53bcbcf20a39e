/**
 * JUnit XML as CI systems read it: one test case a check. Only a failed check is a failure, as in the exit code of `verify`; what
 * could not be checked is skipped, with the reason. No times: the same dump gives the same bytes.
 */
import { verdictRows } from '../../shared/verdict-text.ts';
import { rowText } from '../../shared/analysis-text.ts';
import type { CheckResult } from '../../shared/check-model.ts';
import type { ReportFormat, ReportModel } from './report-model.ts';
import { annotationPlace, placeText, reportFacts, reportText, shownAnalysis } from './report-text.ts';

const references: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\n': '&#10;', '\t': '&#9;' };

/** Text for an attribute or an element; visible text has none of the characters that XML forbids. */
const xml = (text: string): string => reportText(text).replaceAll(/[&<>"'\n\t]/g, (mark) => references[mark] ?? mark);

function evidence(check: CheckResult): string {
  return [
    check.detail,
    ...(check.recorded === undefined ? [] : [`recorded ${check.recorded}`]),
    ...(check.computed === undefined ? [] : [`computed ${check.computed}`]),
    ...(check.ranges ?? []).map((range) => `bytes ${placeText(range)}`),
    ...(check.steps ?? []).map((step) => `${step.passed === undefined ? '-' : step.passed ? 'passed' : 'failed'} ${step.check}: ${step.detail}`),
    ...(check.findings ?? []).map((finding) => `${finding.severity} ${finding.id}: ${finding.title}: ${finding.detail}`),
  ]
    .map((line) => xml(line))
    .join('\n');
}

function testCase(check: CheckResult): string {
  const head = `    <testcase classname="dumpbench.integrity" name="${xml(`${check.id}: ${check.title}`)}"`;
  switch (check.verdict) {
    case 'passed':
      return `${head}>\n      <system-out>${evidence(check)}</system-out>\n    </testcase>`;
    case 'failed':
      return `${head}>\n      <failure type="${xml(check.id)}" message="${xml(check.detail)}">${evidence(check)}</failure>\n    </testcase>`;
    case 'not-recorded':
    case 'not-applicable':
    case 'unreadable':
    case 'not-run':
      return `${head}>\n      <skipped message="${xml(`${check.verdict}: ${check.detail}`)}"/>\n    </testcase>`;
  }
}

/** Analyses and a comparison are not tests: they go along as the output of the suite. */
function output({ analyses = [], comparison: found }: ReportModel): string {
  if (found === undefined && analyses.length === 0) return '';
  const lines = [
    ...analyses.flatMap((one) => {
      const { columns, rows, notes } = shownAnalysis(one);
      return [`${one.title}:`, ...rows.map((row) => `  ${rowText(columns, row)}`), ...notes.map((note) => `  ${note}`)];
    }),
    ...(found === undefined
      ? []
      : [
          `compared with ${found.with.fileName}, ${found.with.identity}: ${found.summary}`,
          ...found.parts.flatMap(({ title, lines: parts }) => [`${title}:`, ...parts.map((line) => `  ${line}`)]),
        ]),
  ];
  return `\n    <system-out>${lines.map((line) => xml(line)).join('\n')}</system-out>`;
}

function render(report: ReportModel): string {
  const { health } = report;
  const counts = `tests="${report.checks.length}" failures="${health.failed}" errors="0" skipped="${report.checks.length - health.passed - health.failed}"`;
  const name = xml(report.fileName);
  const rows = [...verdictRows(report.verdict), ...reportFacts(report)];
  const properties = rows.map(([fact, value]) => `      <property name="${xml(fact)}" value="${xml(value)}"/>`);
  for (const one of report.annotations ?? []) properties.push(`      <property name="${xml(`annotation ${annotationPlace(one)}`)}" value="${xml(one.text)}"/>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${xml(`${report.tool.name} ${report.tool.version}`)}" ${counts}>
  <testsuite name="${name}" ${counts}>
    <properties>
${properties.join('\n')}
    </properties>
${report.checks.map(testCase).join('\n')}${output(report)}
  </testsuite>
</testsuites>
`;
}

export const junitReport: ReportFormat = {
  id: 'junit',
  title: 'JUnit report',
  about: 'one test case per check, for CI',
  mediaType: 'application/xml',
  extension: 'xml',
  render,
};
