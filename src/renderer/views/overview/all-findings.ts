/** Findings of a dump from everywhere, worst first, each once. */
import { type CheckResult } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import { severities, type Finding, type Info } from '../../../shared/model.ts';
import { failureSentence } from '../../words/verdict.ts';

/** A failed check that reports no finding of its own is one. */
const fromCheck = (check: CheckResult): readonly Finding[] => {
  const own = check.findings ?? [];
  if (check.verdict !== 'failed' || own.some(({ severity }) => severity === 'error')) return own;
  const [where] = check.ranges ?? [];
  const finding: Finding = {
    id: check.id,
    severity: 'error',
    title: failureSentence(check).replace(/\.$/, ''),
    detail: check.detail,
    ...defined({ where }),
  };
  return [finding, ...own];
};

const key = ({ id, title, detail, where }: Finding): string => JSON.stringify([id, title, detail, where]);

export function allFindings(info: Info, checks: readonly CheckResult[]): readonly Finding[] {
  const all = [...checks.flatMap(fromCheck), ...info.findings];
  const unique = [...new Map(all.map((finding) => [key(finding), finding])).values()];
  return unique.sort((left, right) => severities.indexOf(right.severity) - severities.indexOf(left.severity));
}
