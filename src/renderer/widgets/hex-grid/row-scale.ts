/**
 * The scrollbar's scale. With a space of 2^64 bytes on a track of a few hundred pixels, a whole dump would fall on the first pixel: so nearly all of
 * the track represents the dump's memory, and its last part the rest of the address space.
 */
export interface RowScale {
  /** Total number of rows. */
  readonly rows: bigint;
  /** Rows that contain the dump's memory. */
  readonly memoryRows: bigint;
}

/** Fraction of the track for the memory if there is more after it. */
const memoryShare = 0.95;
const precision = 1n << 52n;

const scaled = (rows: bigint, share: number): bigint => (rows * BigInt(Math.round(share * Number(precision)))) / precision;
const ratio = (part: bigint, whole: bigint): number => (whole === 0n ? 0 : Number((part * precision) / whole) / Number(precision));

export const splitShare = ({ rows, memoryRows }: RowScale): number => (memoryRows > 0n && memoryRows < rows ? memoryShare : 1);

/** Place of a row on the track, 0 to 1. */
export function shareOfRow(scale: RowScale, row: bigint): number {
  const split = splitShare(scale);
  if (split === 1) return ratio(row, scale.rows);
  if (row <= scale.memoryRows) return ratio(row, scale.memoryRows) * split;
  return split + ratio(row - scale.memoryRows, scale.rows - scale.memoryRows) * (1 - split);
}

/** Row at a place of the track; 1 is the last row. */
export function rowAtShare(scale: RowScale, share: number): bigint {
  const at = Math.min(1, Math.max(0, share));
  const split = splitShare(scale);
  const last = scale.rows > 0n ? scale.rows - 1n : 0n;
  const row =
    split === 1
      ? scaled(scale.rows, at)
      : at <= split
        ? scaled(scale.memoryRows, at / split)
        : scale.memoryRows + scaled(scale.rows - scale.memoryRows, (at - split) / (1 - split));
  return row > last ? last : row;
}
