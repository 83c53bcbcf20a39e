/** A stored piece of memory: where it belongs, and how its bytes are had. */
import type { AddressRange } from '../../shared/units.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { ExtentState } from './dump-format.ts';

/** A compressed piece: decodes to the bytes of the whole piece, or says in words why it cannot. */
export type DecodePiece = () => Uint8Array | string;

/** A piece as a header lists it. Where pieces overlap, the one listed first wins, but never with bytes that a cut file has lost. */
export interface MemoryPiece extends AddressRange {
  readonly state: ExtentState;
  /** Where a stored piece starts in its file, if its bytes lie there as they are. */
  readonly fileOffset?: number;
  /** File that holds it, if not the dump's first. */
  readonly source?: ByteSource;
  readonly decode?: DecodePiece;
  readonly reason?: string;
}
