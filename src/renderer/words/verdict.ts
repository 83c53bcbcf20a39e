/** The verdict banner: the worst thing first, in a sentence; then the evidence for it. */
import { sentence } from '../../shared/sentence.ts';
import type { CheckResult } from '../../shared/check-model.ts';
import type { OsInfoJson } from '../../shared/structure-model.ts';
import type { TriageDump } from '../../shared/triage-model.ts';
import type { VerdictClass } from '../../shared/verdict-model.ts';
import { timesInText } from './durations.ts';
import { plural } from './numbers.ts';

/** Decisions about kdump, from the triage or, if it has been read, from os_info. */
export interface Decisions {
  readonly standaloneKdump?: OsInfoJson['standaloneKdump'] | undefined;
  readonly panicKdump?: OsInfoJson['panicKdump'];
  readonly twoStage?: OsInfoJson['twoStage'];
}

/** Classes in which the system did not fail: it was running, or the dump was requested. */
const unfailed: ReadonlySet<VerdictClass> = new Set(['running', 'hypervisor-request']);
/** The system ended, on request or for an unknown reason. */
const warned: ReadonlySet<VerdictClass> = new Set(['operator-request', 'unknown']);

/** The severity of each way in which a system can end. */
export const classTone = (name: VerdictClass): 'bad' | 'warn' | 'plain' => (unfailed.has(name) ? 'plain' : warned.has(name) ? 'warn' : 'bad');

export interface VerdictBanner {
  /** Tone of the failed check, otherwise of what ended the system. */
  readonly tone: 'bad' | 'warn' | 'ok' | 'plain';
  readonly headline: string;
  /** Sentences below it. The full reason is not among them: it is shown with the CPUs. */
  readonly detail: readonly string[];
  /** The check that it is about, to whose steps and bytes the links lead. */
  readonly check: CheckResult | undefined;
}

/** What a failed check means. Results of an older engine only name the check. */
export const failureSentence = ({ failure, title }: CheckResult): string => failure ?? `${title}: the check failed.`;

/** What kdump would have done: the decisions are independent, and each is mentioned only if known. */
export function kdumpSentence({ standaloneKdump, panicKdump }: Decisions): string | undefined {
  const panic = panicKdump?.outcome;
  const standalone = standaloneKdump?.outcome;
  if (panic === 'started') return 'kdump has started.';
  if (panic === 'start-kdump' && standalone === 'start-kdump') return 'kdump would have started, after a panic and stand-alone.';
  const panicWords = {
    'start-kdump': 'A panic would have started kdump.',
    'falls-to-panic-action': 'A panic would not have started kdump.',
    'not-loaded': 'No kdump kernel was loaded.',
    'not-in-dump': undefined,
    unknown: undefined,
  };
  const code = standaloneKdump?.waitCode === undefined ? '' : `, code ${standaloneKdump.waitCode}`;
  const standaloneWords = {
    'start-kdump': 'A stand-alone kdump would have started.',
    'disabled-wait': `A stand-alone kdump would have stopped in a disabled wait${code}.`,
    unknown: undefined,
  };
  const known = [panic === undefined ? undefined : panicWords[panic], standalone === undefined ? undefined : standaloneWords[standalone]];
  const sentences = known.filter((one) => one !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/**
 * @param checks the newest results, which may contain more than the triage
 * @param decisions the newest ones
 */
export function verdictBanner(triage: TriageDump, checks: readonly CheckResult[], decisions: Decisions = triage): VerdictBanner {
  const gist = triage.reasonGist ?? triage.reason;
  const reason = gist === undefined ? undefined : sentence(timesInText(gist));
  const failed = checks.filter((check) => check.verdict === 'failed').sort((left, right) => (right.gravity ?? 0) - (left.gravity ?? 0));
  const [worst] = failed;
  const kdump = kdumpSentence(decisions);
  if (worst !== undefined) {
    const headline = failureSentence(worst);
    const more = failed.length === 1 ? undefined : `${plural(failed.length - 1, 'more check')} failed.`;
    const parts = [sentence(worst.detail), more, kdump, reason];
    return { tone: 'bad', headline, detail: parts.filter((part) => part !== undefined), check: worst };
  }
  const unreadable = checks.filter((check) => check.verdict === 'unreadable');
  const [unread] = unreadable;
  const open = checks.filter((check) => check.verdict === 'not-run').length;
  const passed = checks.filter((check) => check.verdict === 'passed').length;
  const soFar = passed === 0 ? 'Nothing was recorded to check against' : `All ${passed} checks that have something to compare passed`;
  const checked = `${soFar}${open === 0 ? '' : `; ${plural(open, 'check')} not run yet`}.`;
  if (reason !== undefined) {
    const blocked = unread === undefined ? undefined : `${plural(unreadable.length, 'check')} could not be made: ${unread.detail}.`;
    const parts = [kdump, checked, blocked];
    return { tone: classTone(triage.verdict.class), headline: reason, detail: parts.filter((part) => part !== undefined), check: undefined };
  }
  if (unread !== undefined) {
    const parts = [sentence(unread.detail), kdump, checked];
    return { tone: 'warn', headline: 'Not everything could be checked.', detail: parts.filter((part) => part !== undefined), check: unread };
  }
  const tone = classTone(triage.verdict.class);
  return {
    tone: tone === 'bad' ? tone : passed > 0 && open === 0 ? 'ok' : 'plain',
    headline: passed === 0 ? 'Nothing to check has been found so far.' : 'No check failed.',
    detail: [checked, kdump].filter((part) => part !== undefined),
    check: undefined,
  };
}
