import type { Finding } from '../../shared/model.ts';

/** A damaged count can make one finding a header, thousands of them; nobody reads more than a few of a kind. */
const perKind = 20;

/** The first findings of each id, and one that counts the rest. */
export function limitFindings(findings: readonly Finding[]): readonly Finding[] {
  const counts = new Map<string, number>();
  for (const { id } of findings) counts.set(id, (counts.get(id) ?? 0) + 1);
  const seen = new Map<string, number>();
  return findings.flatMap((finding): Finding[] => {
    const place = (seen.get(finding.id) ?? 0) + 1;
    seen.set(finding.id, place);
    if (place <= perKind) return [finding];
    if (place > perKind + 1) return [];
    const rest = (counts.get(finding.id) ?? 0) - perKind;
    return [{ id: finding.id, severity: finding.severity, title: finding.title, detail: `${rest} more of this kind ${rest === 1 ? 'is' : 'are'} not listed` }];
  });
}
