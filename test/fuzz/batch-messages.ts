/** What run.ts and its children say to each other. */
import type { Input, Tally } from './tries.ts';

export type ToBatch =
  | { readonly ask: 'spend'; readonly first: number; readonly milliseconds: number }
  | { readonly ask: 'input'; readonly number: number }
  | { readonly ask: 'attempt'; readonly input: Input };

export type FromBatch =
  | { readonly say: 'ready' }
  /** An input is about to be tried; without a number one that is being made smaller. */
  | { readonly say: 'before'; readonly number?: number }
  /** `input`: made smaller, for the first of its kind. */
  | { readonly say: 'failed'; readonly key: string; readonly text: string; readonly input?: Input }
  | { readonly say: 'input'; readonly input: Input }
  | { readonly say: 'attempted' }
  | { readonly say: 'done'; readonly tally: Tally; readonly milliseconds: number };
