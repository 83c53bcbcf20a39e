import type { Position } from '../../state/position.ts';

/** A structure at the place where it was laid: moving the cursor does not move it. */
export interface Overlay {
  readonly layout: string;
  /** A type that the dump's kernel describes, not one that is declared here. */
  readonly isKernelType?: true;
  readonly at: Position;
}
