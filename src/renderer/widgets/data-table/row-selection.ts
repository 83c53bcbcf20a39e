/** The selected rows of a table, as ranges: all of a million rows can be selected. */

/** Both ends are included. */
export type RowRange = readonly [first: number, last: number];

export interface Selection {
  /** The fixed end when a range is extended. */
  readonly anchor: number;
  /** The row moved by keys. */
  readonly active: number;
  /** In order, not touching each other. */
  readonly ranges: readonly RowRange[];
}

export interface Press {
  readonly shift: boolean;
  /** Ctrl, or the Command key. */
  readonly ctrl: boolean;
}

const between = (one: number, other: number): RowRange => [Math.min(one, other), Math.max(one, other)];

export const selectedOne = (row: number): Selection => ({ anchor: row, active: row, ranges: [[row, row]] });
export const selectedAll = (rows: number, active = 0): Selection => ({ anchor: 0, active, ranges: [[0, rows - 1]] });

export const isSelected = (selection: Selection | undefined, row: number): boolean =>
  selection?.ranges.some(([first, last]) => row >= first && row <= last) ?? false;

export const selectedCount = (selection: Selection | undefined): number => (selection?.ranges ?? []).reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** Adds a range; touching ranges are merged. */
function joined(ranges: readonly RowRange[], added: RowRange): readonly RowRange[] {
  let [first, last] = added;
  const apart = ranges.filter(([from, to]) => {
    if (to < added[0] - 1 || from > added[1] + 1) return true;
    first = Math.min(first, from);
    last = Math.max(last, to);
    return false;
  });
  return [...apart, [first, last] as const].sort(([one], [other]) => one - other);
}

const without = (ranges: readonly RowRange[], row: number): readonly RowRange[] =>
  ranges.flatMap(([first, last]) => {
    if (row < first || row > last) return [[first, last] as const];
    return [...(row > first ? [[first, row - 1] as const] : []), ...(row < last ? [[row + 1, last] as const] : [])];
  });

/** After a click on a row: selects it alone; with Shift, all from the anchor to it; with Ctrl, adds or removes it; with both, adds a range. */
export function pressed(now: Selection | undefined, row: number, { shift, ctrl }: Press): Selection {
  if (now === undefined || (!shift && !ctrl)) return selectedOne(row);
  if (shift) {
    const range = between(now.anchor, row);
    return { anchor: now.anchor, active: row, ranges: ctrl ? joined(now.ranges, range) : [range] };
  }
  return { anchor: row, active: row, ranges: isSelected(now, row) ? without(now.ranges, row) : joined(now.ranges, [row, row]) };
}

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
 * After a key press; undefined for a key without effect. With Ctrl alone the active row moves, and the selection stays.
 * @param start where the first key starts if there is no selection
 * @param page number of visible rows
 */
export function moved(now: Selection | undefined, key: string, { shift, ctrl }: Press, rows: number, page: number, start?: number): Selection | undefined {
  const to = rows === 0 ? undefined : target(now?.active ?? start, key, rows, Math.max(1, page));
  if (to === undefined) return undefined;
  const row = Math.max(0, Math.min(rows - 1, to));
  if (ctrl && !shift && now !== undefined) return { ...now, anchor: row, active: row };
  return pressed(now, row, { shift, ctrl: false });
}
