/** Triage of an evidence capsule: what its report says about the dump, and what a capsule cannot answer. */
import { baseName } from '../../shared/base-name.ts';
import { capsuleLimits, recordedHeading, unknownCase } from '../../shared/capsule-text.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { findingLines, headline, healthLine, titleText, verdictLines } from './summary-text.ts';

/** `recorded` are statements of the capsule's author: each heading says so. */
export function capsuleTriageText({ info, recorded }: TriageDump, style: Style): string {
  const lines = [style.strong(visibleLine(baseName(info.file.path))), `  ${headline(info)}`, ''];
  if (recorded === undefined || 'why' in recorded) lines.push(`  ${style.warn(visibleLine(unknownCase(recorded)))}`);
  else {
    const { fileName, verdict, reason, health } = recorded;
    lines.push(`  ${style.dim(visibleLine(recordedHeading(fileName)))}`, `  ${titleText(verdict, style)}`, `  ${healthLine(health, style)}`);
    if (reason !== undefined) lines.push(`  ${visibleLine(reason)}`);
    lines.push('', style.strong('  What happened, as the report says'), verdictLines(verdict, style));
  }
  lines.push('', style.strong('  What this capsule can show'));
  for (const line of capsuleLimits) lines.push(`  ${line}`);
  if (info.findings.length > 0) lines.push('', style.strong('  Findings'), findingLines(info.findings, style));
  return `${lines.join('\n')}\n`;
}
