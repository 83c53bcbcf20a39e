/** Where the line between two panes may lie. Shares are those of the first pane, from 0 to 1. */

export interface SplitRoom {
  /** Pixels along which both panes share. */
  readonly room: number;
  /** Pixels that the first and the second pane need at least. */
  readonly first: number;
  readonly second: number;
}

/** The nearest share that leaves both panes what they need; the needs give way evenly where there is no room for both. */
export function fitShare(share: number, { room, first, second }: SplitRoom): number {
  if (room <= 0) return share;
  const least = first + second > room ? first / (first + second) : first / room;
  const most = first + second > room ? least : 1 - second / room;
  return Math.min(most, Math.max(least, share));
}

/** What a key does to a share; undefined for a key that has no meaning here. */
export function keyShare(key: string, share: number, direction: 'row' | 'column', large: boolean): number | undefined {
  const step = large ? 0.1 : 0.02;
  const [less, more] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  if (key === less) return share - step;
  if (key === more) return share + step;
  if (key === 'Home') return 0;
  if (key === 'End') return 1;
  return undefined;
}
