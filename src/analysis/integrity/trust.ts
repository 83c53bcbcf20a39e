/**
 * How far each fact can be trusted, as the checks leave it (docs/contract.md section 7): a failed check contradicts the facts that it is about, a passed
 * one makes them consistent, or verified where it recomputed a checksum over them. What is expected and absent is missing. The reason is
 * part of the source's words.
 */
import type { Provenance, Trust } from '../../shared/fact.ts';
import type { CheckResult } from '../../shared/check-model.ts';
import type { Info } from '../../shared/model.ts';

interface Rule {
  /** JSON pointers of facts. */
  readonly facts: readonly string[];
  readonly check: string;
  /** What a passed check makes of them. */
  readonly passed: Extract<Trust, 'verified' | 'consistent'> | undefined;
}

/** Which check speaks of which facts. */
const rules: readonly Rule[] = [
  { check: 'container-complete', facts: ['/container/complete', '/memory/bytes', '/memory/realBytes'], passed: 'consistent' },
  { check: 'end-marker', facts: ['/container/complete', '/times/dumpEnd'], passed: 'consistent' },
  {
    check: 'ngdump-digest',
    facts: ['/container/complete', '/memory/bytes', '/machine/arch', '/machine/cpuCount', '/times/dumpStart', '/times/dumpEnd'],
    passed: 'verified',
  },
  { check: 'os-info-page', facts: ['/memory/crashkernel'], passed: 'verified' },
  { check: 'cross-memory-size', facts: ['/memory/crashkernel'], passed: 'consistent' },
  { check: 'cross-cpu-count', facts: ['/machine/cpuCount', '/machine/realCpuCount'], passed: 'consistent' },
  { check: 'cross-kernel-release', facts: ['/kernel/release'], passed: 'consistent' },
  // Damaged vmcoreinfo speaks against what was read from it; intact text has no checksum that would speak for it. Of the time cross-time speaks.
  { check: 'vmcoreinfo', facts: ['/kernel/release', '/machine/pageSize'], passed: undefined },
  { check: 'cross-time', facts: ['/times/dumpStart', '/times/dumpEnd', '/times/crash'], passed: 'consistent' },
];

/** Facts that a dump of a Linux kernel should have, and the check whose words say why one has none. */
const expected: readonly { readonly fact: string; readonly check: string; readonly applies: (info: Info) => boolean }[] = [
  { fact: '/kernel/release', check: 'vmcoreinfo', applies: ({ kernel }) => kernel.release === undefined },
  {
    fact: '/memory/crashkernel',
    check: 'os-info-page',
    applies: ({ machine, memory }) => (machine.features?.includes('os-info') ?? false) && memory.crashkernel === undefined,
  },
  { fact: '/times/dumpEnd', check: 'end-marker', applies: ({ times }) => times.dumpEnd === undefined },
];

const ranks: readonly Trust[] = ['missing', 'unverifiable', 'consistent', 'verified', 'contradicted'];
/** Contradicted stays; else the better one counts. */
const stronger = (left: Trust, right: Trust): Trust => (ranks.indexOf(right) > ranks.indexOf(left) ? right : left);

/** The same facts with the trust that the checks give them. */
export function judgeFacts(info: Info, checks: readonly CheckResult[]): Info {
  const provenance: Record<string, Provenance> = { ...info.provenance };
  const verdictOf = (id: string): CheckResult | undefined => checks.find((check) => check.id === id);
  for (const { check: id, facts, passed } of rules) {
    const verdict = verdictOf(id)?.verdict;
    const trust = verdict === 'failed' ? 'contradicted' : verdict === 'passed' ? passed : undefined;
    if (trust === undefined) continue;
    for (const pointer of facts) {
      const known = provenance[pointer];
      if (known === undefined || known.trust === 'missing') continue;
      provenance[pointer] = { source: `${known.source}; ${id} ${verdict === 'failed' ? 'failed' : 'passed'}`, trust: stronger(known.trust, trust) };
    }
  }
  for (const { fact, check: id, applies } of expected) {
    const check = verdictOf(id);
    // "Not applicable" says that nothing was expected; a check that did not run says nothing.
    if (check === undefined || !applies(info) || ['not-applicable', 'not-run', 'passed'].includes(check.verdict)) continue;
    provenance[fact] = { source: `${id}: ${check.detail}`, trust: 'missing' };
  }
  return { ...info, provenance };
}
