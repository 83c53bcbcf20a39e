import type { Position } from './position.ts';

/** A structure at the place where it was laid over bytes: moving the cursor does not move it. */
export interface Laid {
  readonly layout: string;
  /** A type that the dump's kernel describes, not one that is declared here. */
  readonly isKernelType?: true;
  readonly at: Position;
  /** Bytes of it, once that is known. */
  readonly size?: number;
}
