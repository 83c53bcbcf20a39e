/** Self-contained page without script: light and dark, prints well. Every text from the dump is escaped. */
import { memoryBarSvg } from '../../shared/memory-bar.ts';
import { waitGraphSvg } from '../../shared/wait-graph.ts';
import { analysisCellText } from '../../shared/analysis-text.ts';
import { verdictRows } from '../../shared/verdict-text.ts';
import { cpuNumber, cpuNumbering } from '../../shared/cpu-registers.ts';
import type { CheckResult } from '../../shared/check-model.ts';
import { verdictSentence, type ReportFormat, type ReportModel } from './report-model.ts';
import { annotationPlace, damageText, placeText, reportDecisions, reportFacts, reportFindings, reportText, reportTrust, shownAnalysis } from './report-text.ts';

/** Text as it may stand in HTML: nothing in it is markup, and nothing can hide or reorder what the reader sees. */
export function escapeHtml(text: string): string {
  return reportText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

const style = `
:root{color-scheme:light dark;--bg:#fff;--text:#1b2230;--dim:#566074;--line:#d5d9e0;--ok:#17794a;--bad:#c4281b;--warn:#8f6400;--raised:#f4f5f7}
@media(prefers-color-scheme:dark){:root{--bg:#14171c;--text:#dfe3ea;--dim:#98a2b3;--line:#2e3541;--ok:#4cc38a;--bad:#ff6b5e;--warn:#f0b429;--raised:#1b1f26}}
@media print{:root{--bg:#fff;--text:#000;--dim:#444;--line:#bbb;--ok:#17794a;--bad:#c4281b;--warn:#8f6400;--raised:#fff}section{break-inside:avoid}}
body{margin:0 auto;padding:24px;max-width:1080px;background:var(--bg);color:var(--text);font:14px/20px "IBM Plex Sans",system-ui,sans-serif}
h1{font-size:22px;line-height:28px;margin:0 0 4px}h2{font-size:14px;margin:28px 0 8px;text-transform:uppercase;letter-spacing:.05em;color:var(--dim)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--dim);font-weight:500;white-space:nowrap}td>span{white-space:nowrap}td>br~span{white-space:normal}code,.mono{font:12px/18px "IBM Plex Mono",ui-monospace,monospace}td code{white-space:pre-wrap}
.verdict{padding:12px 16px;border-left:4px solid var(--ok);background:var(--raised);margin:16px 0;font-weight:600}.verdict.bad{border-color:var(--bad)}
.passed{color:var(--ok)}.failed,.error{color:var(--bad);font-weight:600}.unreadable,.warning{color:var(--warn)}.dim,.info{color:var(--dim)}
.trust-contradicted{color:var(--bad);font-weight:600}.trust-verified,.trust-consistent{color:var(--ok)}.trust-missing{color:var(--warn)}
.drawing{overflow-x:auto}.wait-cycle{color:var(--bad)}.memory-number{fill:var(--text);stroke:var(--bg);stroke-width:3px;paint-order:stroke;font-weight:600}
.memory-part-0{fill:#b9c1cd}.memory-part-1{fill:#17794a}.memory-part-2{fill:#1f5fd0}.memory-part-3{fill:#2c8576}.memory-part-4{fill:#8f6400}.memory-part-5{fill:#9f8be0}.memory-part-6{fill:#b8763f}.memory-part-7{fill:#c4281b}.memory-part-8{fill:#8d8740}.memory-part-9{fill:#6b46c1}.memory-part-10{fill:#b07c8a}.memory-part-11{fill:#636c80}
@media(prefers-color-scheme:dark){.memory-part-0{fill:#4a5568}.memory-part-1{fill:#4cc38a}.memory-part-2{fill:#6ea8fe}.memory-part-3{fill:#4f9d8f}.memory-part-4{fill:#f0b429}.memory-part-5{fill:#7a63c7}.memory-part-6{fill:#b06a3a}.memory-part-7{fill:#ff6b5e}.memory-part-8{fill:#8f8c4e}.memory-part-9{fill:#b79bff}.memory-part-10{fill:#7d4f5c}.memory-part-11{fill:#7b8596}}`;

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const code = (text: string): string => `<code>${escapeHtml(text)}</code>`;

function table(heads: readonly string[], rows: readonly string[]): string {
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function facts(report: ReportModel): string {
  return table(
    ['Fact', 'Value'],
    reportFacts(report).map(([name, value]) => row([escapeHtml(name), code(value)])),
  );
}

function whatHappened({ verdict }: ReportModel): string {
  return table(
    ['What', 'Value'],
    verdictRows(verdict).map(([name, value]) => row([escapeHtml(name), code(value)])),
  );
}

function checkRow(check: CheckResult): string {
  const values = [
    check.recorded === undefined ? '' : `recorded ${code(check.recorded)}`,
    check.computed === undefined ? '' : `computed ${code(check.computed)}`,
  ]
    .filter((part) => part !== '')
    .join('<br>');
  const ranges = (check.ranges ?? []).map((range) => code(placeText(range))).join('<br>');
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

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function decisions(report: ReportModel): string {
  const verdict = (passed: boolean | undefined): string =>
    passed === undefined ? '' : passed ? '<span class="passed">passed</span>' : '<span class="failed">failed</span>';
  return reportDecisions(report)
    .map(({ question, outcome, steps }) => {
      const rows = steps.map((step) => row([escapeHtml(step.check), verdict(step.passed), escapeHtml(step.detail)]));
      return section(`${question} ${outcome}`, table(['Step', 'Result', 'Detail'], rows));
    })
    .join('\n');
}

/** Where the damage is, by file position and by address, with what lies there. */
function damage(report: ReportModel): string {
  if (report.damage.length === 0) return '';
  const rows = report.damage.map((entry) =>
    row([
      `<span class="${entry.severity}">${entry.severity}</span>`,
      code(placeText(entry.where)),
      escapeHtml(damageText(report, entry)),
      `${escapeHtml(entry.title)}<br>${entry.findings.map(code).join(' ')}`,
    ]),
  );
  return section('Damage map', table(['Severity', 'Where', 'What lies there', 'Finding'], rows));
}

function trust(report: ReportModel): string {
  const rows = reportTrust(report).map((one) =>
    row([`<span>${escapeHtml(one.fact)}</span>`, `<span class="trust-${one.trust}">${one.trust}</span>`, escapeHtml(one.source)]),
  );
  return section('Trust', table(['Fact', 'Trust', 'Why'], rows));
}

function comparison({ comparison: found }: ReportModel): string {
  if (found === undefined) return '';
  const parts = found.parts.map(({ title, lines }) => `<tr><td>${escapeHtml(title)}</td><td>${lines.map(code).join('<br>')}</td></tr>`);
  return section(
    `Compared with ${found.with.fileName}`,
    `<p>${escapeHtml(found.summary)} ${code(found.with.identity)}</p>${table(['Part', 'Differences'], parts)}`,
  );
}

/** One section for each analysis that was asked for. */
function analyses({ analyses: list = [] }: ReportModel): string {
  return list
    .map((one, at) => {
      const { columns, rows, notes } = shownAnalysis(one);
      const drawing =
        one.drawing === 'wait-graph'
          ? waitGraphSvg(one.rows, `waits-${at}`)
          : one.drawing === 'memory-tree'
            ? memoryBarSvg(one.rows, `memory-${at}`)
            : undefined;
      const cells = rows.map((cellsOf) =>
        row(columns.map(({ name, type }) => (cellsOf[name] === undefined ? '' : code(analysisCellText(type, cellsOf[name]))))),
      );
      const shown = columns.length === 0 ? '' : table(columns.map(({ name }) => name), cells); // prettier-ignore
      return section(
        one.title,
        `<p class="dim">${escapeHtml(one.about)}</p>${drawing === undefined ? '' : `<div class="drawing">${drawing}</div>`}${shown}${notes.map((note) => `<p class="warning">${escapeHtml(note)}</p>`).join('')}`,
      );
    })
    .join('\n');
}

/** A person's words, told apart from what the checks found. */
function annotations({ annotations: list = [] }: ReportModel): string {
  if (list.length === 0) return '';
  return section(
    'Annotations',
    `<p class="dim">Written by a person, found by no check.</p>${table(
      ['Where', 'Annotation'],
      list.map((one) => row([code(annotationPlace(one)), escapeHtml(one.text)])),
    )}`,
  );
}

function render(report: ReportModel): string {
  const { health } = report;
  const findings = reportFindings(report);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="${escapeHtml(`${report.tool.name} ${report.tool.version}`)}"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Integrity report: ${escapeHtml(report.fileName)}</title><style>${style}</style></head><body>
<h1>Integrity report: ${escapeHtml(report.fileName)}</h1>
<div class="dim">${escapeHtml(report.tool.name)} ${escapeHtml(report.tool.version)}</div>
<div class="verdict${health.failed > 0 ? ' bad' : ''}">${escapeHtml(verdictSentence(health))}${report.reason === undefined ? '' : ` ${escapeHtml(report.reason)}`}</div>
${section('What happened', whatHappened(report))}
${section('Facts', facts(report))}
${damage(report)}
${section('Checks', table(['Verdict', 'Check', 'Why', 'Values', 'Bytes'], report.checks.map(checkRow)))}
${decisions(report)}
${annotations(report)}
${analyses(report)}
${comparison(report)}
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
            finding.where === undefined ? '' : code(placeText(finding.where)),
          ]),
        ),
      ),
)}
${trust(report)}
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

export const htmlReport: ReportFormat = {
  id: 'html',
  title: 'HTML report',
  about: 'a page for people, light and dark, prints well',
  mediaType: 'text/html',
  extension: 'html',
  render,
};
