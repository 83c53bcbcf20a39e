/** Verdicts and severities as documents show them: a word with a tone. */
import type { CheckResult, Verdict } from '../../shared/check-model.ts';
import type { Finding } from '../../shared/model.ts';
import { marked, type Piece, type Tone } from './blocks.ts';

const verdictTones: Readonly<Record<Verdict, Tone>> = {
  passed: 'good',
  failed: 'bad',
  unreadable: 'doubtful',
  'not-recorded': 'plain',
  'not-applicable': 'plain',
  'not-run': 'plain',
};

const severityTones: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'doubtful', info: 'plain' };

export const verdictMark = (verdict: Verdict): Piece => marked(verdictTones[verdict], verdict.replaceAll('-', ' '));
export const severityMark = (severity: Finding['severity']): Piece => marked(severityTones[severity], severity);
export const passedMark = (passed: boolean | undefined): Piece => (passed === undefined ? '' : passed ? marked('good', 'passed') : marked('bad', 'failed'));

/** Checks that a reader has to look at. */
export const isDoubtful = ({ verdict }: CheckResult): boolean => verdict === 'failed' || verdict === 'unreadable';
