import type { AbsoluteAddress } from '../../shared/units.ts';
import type { PageState } from '../../shared/model.ts';
import type { PartialBytes } from './struct.ts';

/** Missing part of a read, by absolute address, half open. */
export interface MemoryGap {
  readonly start: AbsoluteAddress;
  readonly end: AbsoluteAddress;
  readonly state: Exclude<PageState, 'present' | 'zero'>;
  readonly reason?: string;
}

export interface MemoryRead extends PartialBytes {
  readonly absences: readonly MemoryGap[];
}

/** What code that looks for structures needs of a dump's memory: bytes by absolute address, and what is missing. */
export interface AbsoluteMemory {
  /** One past the last address that the dump describes. */
  readonly end: AbsoluteAddress;
  /** Bytes at an absolute address; missing ones are zero and listed. */
  read(address: AbsoluteAddress, length: number): MemoryRead;
  /** The bytes if all of them are in the dump, else undefined. */
  readPresent(address: AbsoluteAddress, length: number): Uint8Array | undefined;
}
