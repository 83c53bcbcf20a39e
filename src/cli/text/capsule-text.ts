/** What verifying an evidence capsule found, for a terminal. */
import type { VerifiedCaseJson } from '../../shared/case-model.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

const outcomeText: Readonly<Record<VerifiedCaseJson['outcome'], string>> = {
  verified: 'VERIFIED: unchanged since it was signed, by a signer whom you trust',
  consistent: 'CONSISTENT: unchanged since it was signed; the signer is not proven',
  failed: 'FAILED: changed since it was signed, or not signed by a signer whom you trust',
};

export function capsuleText({ outcome, steps, signer, dump, pages, notProven }: VerifiedCaseJson, style: Style): string {
  const verdict = (passed: boolean | undefined): string => (passed === undefined ? style.dim('open') : passed ? style.ok('passed') : style.bad('failed'));
  const facts = [
    ...(signer?.principals === undefined ? [] : [['Signed by', signer.principals]]),
    ...(signer === undefined ? [] : [['Key', signer.publicKey]]),
    ...(dump === undefined ? [] : [['Identity', dump.identity], ...dump.files.map(({ name, sha256 }) => ['File', `${sha256}  ${name}`])]),
    ...(dump?.memoryRoot === undefined ? [] : [['Memory root', dump.memoryRoot]]),
    ...(pages.proven === 0 ? [] : [['Proven pages', `${pages.proven}: ${pages.ranges.map(({ start, end }) => `${start}-${end}`).join(', ')}`]]),
  ];
  return [
    outcome === 'failed' ? style.bad(outcomeText[outcome]) : outcome === 'verified' ? style.ok(outcomeText[outcome]) : outcomeText[outcome],
    columns(steps.map(({ check, passed, detail }) => [check, verdict(passed), detail])),
    ...(facts.length === 0 ? [] : ['', columns(facts)]),
    '',
    'Not proven:',
    ...notProven.map((sentence) => `  ${sentence}`),
    '',
  ].join('\n');
}
