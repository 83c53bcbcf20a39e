/** Health counts as text. Only what passed is called passed. */
import type { Health, Verdict } from '../../shared/check-model.ts';

export const verdictWords: Readonly<Record<Verdict, string>> = {
  passed: 'passed',
  failed: 'failed',
  'not-recorded': 'not recorded',
  'not-applicable': 'not applicable',
  unreadable: 'unreadable',
  'not-run': 'not run',
};

/** What a verdict means for the reader. */
export type Tone = 'ok' | 'bad' | 'warn' | 'plain';
export const verdictTones: Readonly<Record<Verdict, Tone>> = {
  passed: 'ok',
  failed: 'bad',
  'not-recorded': 'plain',
  'not-applicable': 'plain',
  unreadable: 'warn',
  'not-run': 'plain',
};

/** Counts to show, in the order of the health line. Passed, failed and not recorded are always shown. */
export function healthCounts(health: Health): readonly { readonly verdict: Verdict; readonly count: number; readonly tone: Tone }[] {
  const all: readonly (readonly [Verdict, number, boolean])[] = [
    ['passed', health.passed, true],
    ['failed', health.failed, true],
    ['unreadable', health.unreadable, false],
    ['not-recorded', health.notRecorded, true],
    ['not-run', health.notRun, false],
  ];
  return all
    .filter(([, count, always]) => always || count > 0)
    .map(([verdict, count]) => ({ verdict, count, tone: count === 0 ? ('plain' as const) : verdictTones[verdict] }));
}

export const healthWords = (health: Health): string =>
  healthCounts(health)
    .map(({ verdict, count }) => `${count} ${verdictWords[verdict]}`)
    .join(', ');

/** Badge of a recent file: passed only if something was compared and nothing is wrong. */
export const healthBadge = (health: Health): 'passed' | 'failed' | 'unknown' =>
  health.failed > 0 ? 'failed' : health.passed > 0 && health.unreadable === 0 ? 'passed' : 'unknown';
