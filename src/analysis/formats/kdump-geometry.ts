/** Where a kdump-compressed dump has its bitmaps and descriptors. */
import type { Endian } from '../layout/field.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** One file of the set: the descriptors of page frames [start, end) begin at `descriptors`. */
export interface KdumpPart {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
  readonly descriptors: number;
  /** Its header says that the writer ran out of space: a descriptor of zeros is then a page that was not written any more. */
  readonly ranOut: boolean;
}

export interface KdumpGeometry {
  readonly endian: Endian;
  readonly blockSize: number;
  readonly maxMapnr: number;
  /** File that holds the bitmaps; they are the same in every part. */
  readonly source: ByteSource;
  /** Undefined in files with one bitmap: then every page that is not stored is excluded. */
  readonly bitmap1Offset: number | undefined;
  readonly bitmap2Offset: number;
  readonly parts: readonly KdumpPart[];
}
