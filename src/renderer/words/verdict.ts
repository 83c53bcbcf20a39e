/** The verdict banner: the worst thing first, in a sentence; then what it rests on. */
import type { CheckResult, StandaloneKdump, TriageDump } from '../../shared/model.ts';
import { plural } from './numbers.ts';

export interface VerdictBanner {
  readonly tone: 'bad' | 'warn' | 'ok' | 'plain';
  readonly headline: string;
  /** Sentences below it. */
  readonly detail: readonly string[];
  /** The check that it is about: its steps and its bytes are what the links lead to. */
  readonly check: CheckResult | undefined;
}

/** What a failed check says, as a sentence. A check that is not here is named by its title. */
const failures: Readonly<Record<string, string>> = {
  'container-complete': 'The dump is not complete.',
  segments: 'Memory segments contradict one another.',
  'end-marker': 'The end marker is missing or wrong.',
  'volume-set': 'The set of volumes is not complete.',
  'ngdump-digest': 'The memory does not match the digest that the dump records.',
  'page-decode': 'Some pages cannot be decoded.',
  'bitmap-count': 'The page bitmaps contradict the header.',
  'os-info-page': 'os_info is damaged.',
  'os-info-entries': 'A block that os_info describes is damaged.',
  ipib: 'The IPL information block is damaged.',
  'kdump-image': 'The loaded kdump kernel differs from its file.',
  'purgatory-sha256': 'The loaded kdump kernel is damaged.',
  vmcoreinfo: 'vmcoreinfo is damaged.',
  'cross-cpu-count': 'Sources disagree about the number of CPUs.',
  'cross-memory-size': 'Sources disagree about the size of memory.',
  'cross-prefix': 'Sources disagree about the prefix of a CPU.',
  'cross-kernel-release': 'Sources disagree about the kernel release.',
  'cross-time': 'The recorded times contradict one another.',
  'cross-registers': 'Sources disagree about the registers of a CPU.',
  manifest: 'The dump differs from its manifest.',
  'index-digest': 'Pages changed since they were indexed.',
};

/** The more of the rest depends on a check, the earlier it is told. */
const gravity = Object.keys(failures);
const rank = (check: CheckResult): number => {
  const at = gravity.indexOf(check.id);
  return at === -1 ? gravity.length : at;
};

const sentence = (text: string): string => {
  const trimmed = text.trim();
  // Names such as vmcoreinfo and os_info keep their own spelling at the start of a sentence.
  const capital = /^(a|all|an|both|it|no|of|one|the|there)\b/.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
};

export function kdumpSentence(kdump: StandaloneKdump | undefined): string | undefined {
  switch (kdump?.outcome) {
    case 'disabled-wait':
      return `A stand-alone kdump would have stopped in a disabled wait${kdump.waitCode === undefined ? '' : `, code ${kdump.waitCode}`}.`;
    case 'start-kdump':
      return 'A stand-alone kdump would have started.';
    case 'unknown':
    case undefined:
      return undefined;
  }
}

/** Splits "headline: rest" of the engine's reason. */
function splitReason(reason: string): readonly [string, string | undefined] {
  const at = reason.indexOf(': ');
  return at === -1 ? [sentence(reason), undefined] : [`${reason.slice(0, at)}.`, sentence(reason.slice(at + 2))];
}

/** @param checks the newest results, which may know more than the triage */
export function verdictBanner(triage: TriageDump, checks: readonly CheckResult[]): VerdictBanner {
  const failed = checks.filter((check) => check.verdict === 'failed').sort((left, right) => rank(left) - rank(right));
  const [worst] = failed;
  const kdump = kdumpSentence(triage.standaloneKdump);
  if (worst !== undefined) {
    const headline = failures[worst.id] ?? `The check “${worst.title}” failed.`;
    const more = failed.length === 1 ? undefined : `${plural(failed.length - 1, 'more check')} failed.`;
    const parts = [sentence(worst.detail), more, kdump, triage.reason];
    return { tone: 'bad', headline, detail: parts.filter((part) => part !== undefined), check: worst };
  }
  const unreadable = checks.find((check) => check.verdict === 'unreadable');
  if (unreadable !== undefined) {
    const parts = [sentence(unreadable.detail), kdump, triage.reason];
    return { tone: 'warn', headline: 'Not everything could be checked.', detail: parts.filter((part) => part !== undefined), check: unreadable };
  }
  const open = checks.filter((check) => check.verdict === 'not-run').length;
  const passed = checks.filter((check) => check.verdict === 'passed').length;
  const soFar = passed === 0 ? 'Nothing was recorded that could be checked' : `All ${passed} checks that have something to compare passed`;
  const checked = `${soFar}${open === 0 ? '' : `; ${plural(open, 'check')} not run yet`}.`;
  if (triage.reason !== undefined) {
    const [headline, rest] = splitReason(triage.reason);
    const parts = [rest, kdump, checked];
    return { tone: passed > 0 && open === 0 ? 'ok' : 'plain', headline, detail: parts.filter((part) => part !== undefined), check: undefined };
  }
  return {
    tone: passed > 0 && open === 0 ? 'ok' : 'plain',
    headline: passed === 0 ? 'Nothing to check was found so far.' : 'Nothing wrong was found.',
    detail: [checked, kdump].filter((part) => part !== undefined),
    check: undefined,
  };
}
