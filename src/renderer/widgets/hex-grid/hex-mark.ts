import type { MarkColour } from '../../../shared/session-model.ts';

/** Class that colours a mark (hex-grid.css). */
export type MarkTone = 'failed' | 'field' | 'hit' | `mark-${MarkColour}`;

/** A range worth looking at, such as what a failed check covers. Half open. */
export interface HexMark {
  readonly start: bigint;
  readonly end: bigint;
  readonly tone: MarkTone;
}
