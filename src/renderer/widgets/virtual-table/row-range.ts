/** Rows that are picked in a table: where the keyboard is, and from where it came. */
export interface RowRange {
  /** The row that stays when the range grows. */
  readonly anchor: number;
  /** The row that keys move. */
  readonly row: number;
}

export interface MoveKey {
  readonly key: string;
  readonly shift: boolean;
}

/** First and last row of a range, in order. */
export const rangeEnds = ({ anchor, row }: RowRange): readonly [number, number] => [Math.min(anchor, row), Math.max(anchor, row)];

function target(now: number | undefined, key: string, rows: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return now === undefined ? 0 : now + 1;
    case 'ArrowUp':
      return now === undefined ? rows - 1 : now - 1;
    case 'PageDown':
      return (now ?? 0) + page;
    case 'PageUp':
      return (now ?? 0) - page;
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    default:
      return undefined;
  }
}

/**
 * Where a key leads; undefined for a key that moves nothing.
 * @param start where the first key starts that comes without a range
 * @param page rows that are in sight at once
 */
export function movedRange(now: RowRange | undefined, { key, shift }: MoveKey, rows: number, page: number, start?: number): RowRange | undefined {
  const to = rows === 0 ? undefined : target(now?.row ?? start, key, rows, Math.max(1, page));
  if (to === undefined) return undefined;
  const row = Math.max(0, Math.min(rows - 1, to));
  return { anchor: shift ? (now?.anchor ?? row) : row, row };
}
