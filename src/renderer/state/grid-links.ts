/** Hex grids that scroll as one, of one dump or of several: each keeps its distance from the others. */
import { createStore, type Readable } from './store.ts';

/** A grid as the others see it. */
export interface LinkedGrid {
  /** Address of the first row on screen. */
  readonly top: () => bigint;
  readonly scrollTo: (address: bigint) => void;
  /** Called with the new top when the user has scrolled, not after `scrollTo`. */
  readonly onScroll: (listener: (top: bigint) => void) => void;
}

export interface GridLinks {
  readonly isOn: Readable<boolean>;
  /** Grids that are on screen. */
  readonly count: Readable<number>;
  readonly toggle: () => void;
  /** Adds a grid that came on screen. Returns a function that removes it. */
  readonly join: (grid: LinkedGrid) => () => void;
}

export function createGridLinks(): GridLinks {
  const isOn = createStore(false);
  const count = createStore(0);
  /** The position of each when it was last in step with the others. */
  const tops = new Map<LinkedGrid, bigint>();
  const settle = (): void => {
    for (const grid of tops.keys()) tops.set(grid, grid.top());
  };
  return {
    isOn,
    count,
    toggle() {
      settle();
      isOn.update((old) => !old);
    },
    join(grid) {
      tops.set(grid, grid.top());
      count.set(tops.size);
      grid.onScroll((top) => {
        // A grid that was removed may scroll once more while another takes its place.
        if (!tops.has(grid)) return;
        const by = top - (tops.get(grid) ?? top);
        tops.set(grid, top);
        if (!isOn.get()) return;
        for (const [other, before] of tops) {
          if (other === grid) continue;
          // Relative to where it should be: at an end of memory it cannot follow, and is in step again on the way back.
          tops.set(other, before + by);
          other.scrollTo(before + by);
        }
      });
      return () => {
        tops.delete(grid);
        count.set(tops.size);
      };
    },
  };
}
