/** Where the divider between two panes may be. Fractions are those of the first pane, from 0 to 1. */

export interface SplitRoom {
  /** Pixels that both panes share. */
  readonly room: number;
  /** Minimum sizes of the first and the second pane in pixels. */
  readonly first: number;
  readonly second: number;
}

/** The nearest fraction that leaves both panes their minimum; if there is no room for both minimums, they shrink proportionally. */
export function fitShare(share: number, { room, first, second }: SplitRoom): number {
  if (room <= 0) return share;
  const least = first + second > room ? first / (first + second) : first / room;
  const most = first + second > room ? least : 1 - second / room;
  return Math.min(most, Math.max(least, share));
}

/** The fraction after a key press; undefined for a key without effect. */
export function keyShare(key: string, share: number, direction: 'row' | 'column', large: boolean): number | undefined {
  const step = large ? 0.1 : 0.02;
  const [less, more] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  if (key === less) return share - step;
  if (key === more) return share + step;
  if (key === 'Home') return 0;
  if (key === 'End') return 1;
  return undefined;
}
