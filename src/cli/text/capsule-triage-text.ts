/** Triage of an evidence capsule: what its report says of the dump, and what a capsule cannot answer. */
import { baseName } from '../../shared/base-name.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { findingLines, headline, healthLine, titleText, verdictLines } from './summary-text.ts';

/** `recorded` are statements of whoever made the capsule: each heading says so. */
export function capsuleTriageText({ info, recorded }: TriageDump, style: Style): string {
  const lines = [style.strong(visibleLine(baseName(info.file.path))), `  ${headline(info)}`, ''];
  if (recorded === undefined || 'why' in recorded)
    lines.push(`  ${style.warn(visibleLine(`What happened is not known: ${recorded?.why ?? 'the capsule has no report'}`))}`);
  else {
    const { fileName, verdict, reason, health } = recorded;
    lines.push(
      `  ${style.dim(`The report in the capsule says of ${visibleLine(fileName)}:`)}`,
      `  ${titleText(verdict, style)}`,
      `  ${healthLine(health, style)}`,
    );
    if (reason !== undefined) lines.push(`  ${visibleLine(reason)}`);
    lines.push('', style.strong('  What happened, as the report says'), verdictLines(verdict, style));
  }
  lines.push(
    '',
    style.strong('  What this capsule can show'),
    '  The pages that it cites, with read and inspect, and its report in full: report.html in the file, which is a zip archive.',
    '  Neither its signature nor the proofs of its pages were checked here: "dumpbench capsule verify" does that.',
    '  CPUs, registers, tasks, the kernel log, and pages that are not cited are not in it: questions about these need the dump that it was made from.',
  );
  if (info.findings.length > 0) lines.push('', style.strong('  Findings'), findingLines(info.findings, style));
  return `${lines.join('\n')}\n`;
}
