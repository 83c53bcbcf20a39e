/** A recogniser: one kind of trouble, identified by evidence of its own. */
import type { VerdictClass } from '../../../shared/verdict-model.ts';
import type { Proof, VerdictEvidence } from './evidence.ts';
import type { NamedFrame } from './meaningful-frames.ts';

/**
 * end: it brought the system down · detector: a watchdog brought it down, for a trouble that lasted · lasting: until the dump ·
 * request: somebody asked for the dump or the crash · finished: it was over, and the system continued.
 */
export type Tie = 'end' | 'detector' | 'lasting' | 'request' | 'finished';

export interface Trouble {
  readonly class: VerdictClass;
  readonly tie: Tie;
  /** What happened, without the function: "NULL pointer write". */
  readonly what: string;
  /** Said before the function; "in" unless given. */
  readonly preposition?: string;
  /** Where, innermost first. */
  readonly frames: readonly NamedFrame[];
  /** The function of the title, where it is not the first meaningful one. */
  readonly place?: string | undefined;
  /** Functions of the key, where they are not the meaningful ones of the frames. */
  readonly key?: readonly string[];
  readonly evidence: readonly Proof[];
  /** What lies before it could not be seen: what is excluded, and what is not, is part of the verdict. */
  readonly isOpen?: boolean;
}

export interface Recogniser {
  readonly id: string;
  readonly classes: readonly VerdictClass[];
  /** What it takes for evidence, memory and registers first, and what it would not take. */
  readonly about: string;
  recognise(evidence: VerdictEvidence): readonly Trouble[];
}
