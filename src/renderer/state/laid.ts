import type { Position } from './position.ts';

/** A structure applied to bytes at a place: moving the cursor does not move it. */
export interface Laid {
  readonly layout: string;
  /** A type described by the dump's kernel, not one declared here. */
  readonly isKernelType?: true;
  readonly at: Position;
  /** Its size in bytes, once known. */
  readonly size?: number;
}
