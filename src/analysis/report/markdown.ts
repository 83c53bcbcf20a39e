/**
 * Markdown for tickets and mails. Text from the dump stands in code spans, where CommonMark knows no markup, no links and no HTML;
 * there are no tables, because renderers disagree on how a bar in a cell is escaped.
 */
import { verdictRows } from '../../shared/verdict-text.ts';
import { rowText } from '../../shared/analysis-text.ts';
import { cpuName, cpuNumbering } from '../../shared/cpu-registers.ts';
import type { CheckResult } from '../../shared/check-model.ts';
import { verdictSentence, type ReportFormat, type ReportModel } from './report-model.ts';
import { annotationPlace, damageText, placeText, reportDecisions, reportFacts, reportFindings, reportText, reportTrust, shownAnalysis } from './report-text.ts';

/** A code span that holds any text: its fence is longer than any run of backticks within, and nothing in it ends the line. */
export function codeSpan(text: string): string {
  const line = reportText(text).replaceAll('\n', '\\u{a}').replaceAll('\t', '\\u{9}');
  if (line === '') return '';
  const longest = [...line.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  // One space at both ends is taken away again by the renderer; without them a backtick would join the fence.
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Words outside of a code span: every character that could be markup is a character reference. */
const plainWords = (text: string): string => reportText(text).replaceAll(/[^\p{L}\p{N} ,;?/-]/gu, (mark) => `&#${mark.codePointAt(0) ?? 0};`);

function checkLines(check: CheckResult): readonly string[] {
  return [
    `- **${check.verdict}** ${codeSpan(check.id)} ${plainWords(check.title)}`,
    `  - ${codeSpan(check.detail)}`,
    ...(check.recorded === undefined ? [] : [`  - recorded ${codeSpan(check.recorded)}`]),
    ...(check.computed === undefined ? [] : [`  - computed ${codeSpan(check.computed)}`]),
    ...(check.ranges ?? []).map((range) => `  - bytes ${codeSpan(placeText(range))}`),
    ...(check.steps ?? []).map(
      (step) => `  - ${step.passed === undefined ? '' : step.passed ? 'passed ' : '**failed** '}${codeSpan(`${step.check}: ${step.detail}`)}`,
    ),
  ];
}

function render(report: ReportModel): string {
  const findings = reportFindings(report);
  const lines = [
    `# Integrity report: ${codeSpan(report.fileName)}`,
    '',
    `${report.tool.name} ${report.tool.version}`,
    '',
    `**${plainWords(verdictSentence(report.health))}**`,
    ...(report.reason === undefined ? [] : ['', codeSpan(report.reason)]),
    '',
    '## What happened',
    '',
    ...verdictRows(report.verdict).map(([name, value]) => `- ${name}: ${codeSpan(value)}`),
    '',
    '## Facts',
    '',
    ...reportFacts(report).map(([name, value]) => `- ${plainWords(name)}: ${codeSpan(value)}`),
    '',
    '## Trust',
    '',
    ...reportTrust(report).map(({ fact, trust, source }) => `- ${codeSpan(fact)} **${trust}** ${codeSpan(source)}`),
    ...(report.damage.length === 0
      ? []
      : [
          '',
          '## Damage map',
          '',
          ...report.damage.map((entry) => {
            const lies = damageText(report, entry);
            return `- **${entry.severity}** ${codeSpan(placeText(entry.where))} ${codeSpan(entry.title)}${lies === '' ? '' : ` in ${codeSpan(lies)}`}`;
          }),
        ]),
    '',
    '## Checks',
    '',
    ...report.checks.flatMap(checkLines),
    ...reportDecisions(report).flatMap(({ question, outcome, steps }) => [
      '',
      `## ${plainWords(question)} ${codeSpan(outcome)}`,
      '',
      ...steps.map(
        (step, index) =>
          `${index + 1}. ${step.passed === undefined ? '' : step.passed ? 'passed ' : '**failed** '}${codeSpan(step.check)} ${codeSpan(step.detail)}`,
      ),
    ]),
    ...(report.annotations === undefined
      ? []
      : [
          '',
          '## Annotations',
          '',
          'Written by a person, found by no check.',
          '',
          ...report.annotations.map((one) => `- ${codeSpan(annotationPlace(one))} ${codeSpan(one.text)}`),
        ]),
    ...(report.analyses ?? []).flatMap((one) => {
      const { columns, rows, notes } = shownAnalysis(one);
      return [
        '',
        `## ${plainWords(one.title)}`,
        '',
        plainWords(one.about),
        '',
        ...rows.map((row) => `- ${codeSpan(rowText(columns, row))}`),
        ...notes.map((note) => `- ${codeSpan(note)}`),
      ];
    }),
    ...(report.comparison === undefined
      ? []
      : [
          '',
          `## Compared with ${codeSpan(report.comparison.with.fileName)}`,
          '',
          codeSpan(report.comparison.summary),
          ...report.comparison.parts.flatMap(({ title, lines: list }) => ['', `- ${codeSpan(title)}`, ...list.map((line) => `  - ${codeSpan(line)}`)]),
        ]),
    '',
    '## Findings',
    '',
    ...(findings.length === 0 ? ['None.'] : []),
    ...findings.map(
      ({ severity, id, title, detail, where }) =>
        `- **${severity}** ${codeSpan(id)} ${codeSpan(`${title}: ${detail}`)}${where === undefined ? '' : ` ${codeSpan(placeText(where))}`}`,
    ),
    '',
    '## CPUs',
    '',
    ...(report.cpus.length === 0 ? ['The dump holds no CPU state.'] : []),
    ...report.cpus.map((cpu) => {
      const parts = [
        cpu.state,
        cpu.psw === undefined ? undefined : `PSW ${cpu.psw.mask} ${cpu.psw.address}`,
        cpu.prefix === undefined ? undefined : `prefix ${cpu.prefix}`,
        `from ${cpu.source}`,
      ];
      return `- ${cpuName(cpu, cpuNumbering(report.cpus))}: ${codeSpan(parts.filter((part) => part !== undefined).join(', '))}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

export const markdownReport: ReportFormat = {
  id: 'markdown',
  title: 'Markdown report',
  about: 'for tickets and mails',
  mediaType: 'text/markdown',
  extension: 'md',
  render,
};
