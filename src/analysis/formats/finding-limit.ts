import type { Finding } from '../../shared/model.ts';

/** A damaged count can make one finding a header, thousands of them; nobody reads more than a few of a kind. */
const perKind = 20;

/** Findings while they come in: the first ones of each id are kept, the rest is counted. */
export class LimitedFindings {
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<string, number>();

  push(finding: Finding): void {
    const count = (this.#counts.get(finding.id) ?? 0) + 1;
    this.#counts.set(finding.id, count);
    // The first one over the limit keeps the place of the line that counts the rest.
    if (count <= perKind + 1) this.#kept.push(finding);
  }

  /** What was kept, and for each id with more a finding that counts the rest. */
  all(): readonly Finding[] {
    const seen = new Map<string, number>();
    return this.#kept.map((finding): Finding => {
      const place = (seen.get(finding.id) ?? 0) + 1;
      seen.set(finding.id, place);
      if (place <= perKind) return finding;
      const rest = (this.#counts.get(finding.id) ?? 0) - perKind;
      return { id: finding.id, severity: finding.severity, title: finding.title, detail: `${rest} more of this kind ${rest === 1 ? 'is' : 'are'} not listed` };
    });
  }
}

/** The first findings of each id, and one that counts the rest. */
export function limitFindings(findings: Iterable<Finding>): readonly Finding[] {
  const limited = new LimitedFindings();
  for (const finding of findings) limited.push(finding);
  return limited.all();
}
