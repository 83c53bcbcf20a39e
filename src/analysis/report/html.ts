/** Self-contained page without script: light and dark, prints well. Every text from the dump is escaped. */
import { cpuNumber, cpuNumbering } from '../../shared/cpu-registers.ts';
import { byteText } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { CheckResult, Finding } from '../../shared/model.ts';
import { verdictSentence, type ReportFormat, type ReportModel } from './report-model.ts';

/** Text as it may stand in HTML: nothing in it is markup, and nothing can hide or reorder what the reader sees. */
export function escapeHtml(text: string): string {
  return visibleText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

const style = `
:root{color-scheme:light dark;--bg:#fff;--text:#1b2230;--dim:#566074;--line:#d5d9e0;--ok:#17794a;--bad:#c4281b;--warn:#8f6400;--raised:#f4f5f7}
@media(prefers-color-scheme:dark){:root{--bg:#14171c;--text:#dfe3ea;--dim:#98a2b3;--line:#2e3541;--ok:#4cc38a;--bad:#ff6b5e;--warn:#f0b429;--raised:#1b1f26}}
@media print{:root{--bg:#fff;--text:#000;--dim:#444;--line:#bbb;--ok:#17794a;--bad:#c4281b;--warn:#8f6400;--raised:#fff}section{break-inside:avoid}}
body{margin:0 auto;padding:24px;max-width:1080px;background:var(--bg);color:var(--text);font:14px/20px "IBM Plex Sans",system-ui,sans-serif}
h1{font-size:22px;line-height:28px;margin:0 0 4px}h2{font-size:14px;margin:28px 0 8px;text-transform:uppercase;letter-spacing:.05em;color:var(--dim)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--dim);font-weight:500}code,.mono{font:12px/18px "IBM Plex Mono",ui-monospace,monospace}
.verdict{padding:12px 16px;border-left:4px solid var(--ok);background:var(--raised);margin:16px 0;font-weight:600}.verdict.bad{border-color:var(--bad)}
.passed{color:var(--ok)}.failed,.error{color:var(--bad);font-weight:600}.unreadable,.warning{color:var(--warn)}.dim,.info{color:var(--dim)}`;

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

function table(heads: readonly string[], rows: readonly string[]): string {
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function facts(report: ReportModel): string {
  const { info } = report;
  const list: readonly (readonly [string, string | undefined])[] = [
    ['File', `${report.fileName}, ${byteText(info.file.bytes)}`],
    ['Identity', report.identity],
    ['SHA-256 of the file', report.digests.file],
    ['Memory root', report.digests.memoryRoot],
    ['Format', `${info.container.format}${info.container.version === undefined ? '' : `, version ${info.container.version}`}`],
    ['Written by', info.container.producer],
    ['Complete', info.container.complete ? 'yes' : 'no'],
    [
      'Machine',
      [
        info.machine.arch,
        info.machine.machineType && `type ${info.machine.machineType}`,
        info.machine.serial && `serial ${info.machine.serial}`,
        info.machine.hypervisor,
      ]
        .filter(Boolean)
        .join(', '),
    ],
    ['CPUs', String(info.machine.cpuCount)],
    ['Memory', `${byteText(info.memory.bytes)} in ${info.memory.ranges.map((range) => `${range.start}-${range.end}`).join(', ')}`],
    ['Crashkernel', info.memory.crashkernel === undefined ? undefined : `${info.memory.crashkernel.start}-${info.memory.crashkernel.end}`],
    ['Kernel', [info.kernel.release, info.kernel.version].filter(Boolean).join(' ')],
    ['Node name', info.kernel.nodename],
    ['Dump started', info.times.dumpStart],
    ['Dump ended', info.times.dumpEnd],
    ['Crashed', info.times.crash],
  ];
  return table(
    ['Fact', 'Value'],
    list.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [row([escapeHtml(name), code(value)])])),
  );
}

function place(where: NonNullable<Finding['where']>): string {
  return 'space' in where ? `${where.space}:${where.start}-${where.end}` : `file:0x${where.fileOffset.toString(16)} + ${where.bytes}`;
}

function checkRow(check: CheckResult): string {
  const values = [
    check.recorded === undefined ? '' : `recorded ${code(check.recorded)}`,
    check.computed === undefined ? '' : `computed ${code(check.computed)}`,
  ]
    .filter((part) => part !== '')
    .join('<br>');
  const ranges = (check.ranges ?? []).map((range) => code(place(range))).join('<br>');
  const steps = (check.steps ?? [])
    .map((step) => `<br><span class="${step.passed === false ? 'failed' : 'dim'}">${escapeHtml(step.check)}: ${escapeHtml(step.detail)}</span>`)
    .join('');
  return row([
    `<span class="${check.verdict}">${escapeHtml(check.verdict)}</span>`,
    `${code(check.id)}<br>${escapeHtml(check.title)}`,
    `${escapeHtml(check.detail)}${steps}`,
    values,
    ranges,
  ]);
}

function findingsOf(report: ReportModel): readonly Finding[] {
  const all = [...report.info.findings, ...report.checks.flatMap((check) => check.findings ?? [])];
  return all.filter((finding, index) => all.findIndex((other) => other.id === finding.id && other.detail === finding.detail) === index);
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

/** The three decisions, each with its steps; none is derived from another. */
function decisions(report: ReportModel): string {
  const list = [
    ['Would a panic have started kdump?', report.panicKdump],
    ['Would a stand-alone kdump have started?', report.standaloneKdump],
    ['What would the two-stage dump have done?', report.twoStage],
  ] as const;
  const verdict = (passed: boolean | undefined): string =>
    passed === undefined ? '' : passed ? '<span class="passed">passed</span>' : '<span class="failed">failed</span>';
  return list
    .flatMap(([title, decision]) => {
      if (decision === undefined) return [];
      const rows = decision.steps.map((step) => row([escapeHtml(step.check), verdict(step.passed), escapeHtml(step.detail)]));
      return [section(`${title} ${decision.outcome}`, table(['Step', 'Result', 'Detail'], rows))];
    })
    .join('\n');
}

function render(report: ReportModel): string {
  const { health } = report;
  const findings = findingsOf(report);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Integrity report: ${escapeHtml(report.fileName)}</title><style>${style}</style></head><body>
<h1>Integrity report: ${escapeHtml(report.fileName)}</h1>
<div class="dim">${escapeHtml(report.tool.name)} ${escapeHtml(report.tool.version)}</div>
<div class="verdict${health.failed > 0 ? ' bad' : ''}">${escapeHtml(verdictSentence(health))}${report.reason === undefined ? '' : ` ${escapeHtml(report.reason)}`}</div>
${section('Facts', facts(report))}
${section('Checks', table(['Verdict', 'Check', 'Why', 'Values', 'Bytes'], report.checks.map(checkRow)))}
${decisions(report)}
${section(
  'Findings',
  findings.length === 0
    ? '<p class="dim">None.</p>'
    : table(
        ['Severity', 'Finding', 'Detail', 'Where'],
        findings.map((finding) =>
          row([
            `<span class="${finding.severity}">${finding.severity}</span>`,
            `${code(finding.id)}<br>${escapeHtml(finding.title)}`,
            escapeHtml(finding.detail),
            finding.where === undefined ? '' : code(place(finding.where)),
          ]),
        ),
      ),
)}
${section(
  'CPUs',
  report.cpus.length === 0
    ? '<p class="dim">The dump holds no CPU state.</p>'
    : table(
        ['CPU', 'State', 'PSW', 'Prefix', 'Source'],
        report.cpus.map((cpu) =>
          row([
            String(cpuNumber(cpu, cpuNumbering(report.cpus))),
            escapeHtml(cpu.state ?? ''),
            cpu.psw === undefined ? '' : code(`${cpu.psw.mask} ${cpu.psw.address}`),
            cpu.prefix === undefined ? '' : code(cpu.prefix),
            cpu.source,
          ]),
        ),
      ),
)}
${section(
  'Memory',
  table(
    ['Kind', 'Range', 'Name'],
    report.regions.slice(0, 1000).map((region) => row([region.kind, code(`${region.start}-${region.end}`), escapeHtml(region.name)])),
  ),
)}
${report.regions.length > 1000 ? `<p class="dim">${report.regions.length - 1000} more regions are in the JSON report.</p>` : ''}
</body></html>
`;
}

export const htmlReport: ReportFormat = { id: 'html', title: 'Web page', mediaType: 'text/html', extension: 'html', render };
