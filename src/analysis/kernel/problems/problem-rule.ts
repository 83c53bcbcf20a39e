/** A rule that warns: what it looks at, from when on it warns, and what it found. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { Failure } from '../../../shared/result.ts';
import type { ProblemFacts } from './problem-facts.ts';

export interface Problem {
  /** Which of several things of its kind; left out where there is one. */
  readonly subject?: string;
  /** error: something does not work; warning: it may soon. */
  readonly severity: 'warning' | 'error';
  /** What is wrong, in a sentence. */
  readonly text: string;
  /** What was measured, with its unit. */
  readonly value: string;
  /** From what it was measured: variables, members, lines of the log. */
  readonly evidence: string;
  /** Where the evidence lies. */
  readonly address?: VirtualAddress;
}

export interface ProblemRule {
  /** Lower case, parts joined by hyphens. */
  readonly id: string;
  readonly title: string;
  /** From when on it warns, in words, and whose number that is. */
  readonly threshold: string;
  /** Memory, or only what the log says. */
  readonly source: 'memory' | 'log';
  /** Analysis that shows more. */
  readonly see?: string;
  /** Problems, and what could not be read for them. */
  look(facts: ProblemFacts): Iterable<Problem | Failure>;
}
