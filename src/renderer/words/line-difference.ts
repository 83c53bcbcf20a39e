/** How many lines of a text were added, removed, or changed. */

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
  /** Lines that replace the same number of others. */
  readonly changed: number;
}

/** Beyond this many differing lines, counting takes too long. */
const mostDifferences = 3000;

/**
 * Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): the shortest edit path from one list of lines to the other.
 * @returns undefined if they have too little in common
 */
export function lineCounts(older: string, newer: string): LineCounts | undefined {
  const [all, others] = [linesOf(older), linesOf(newer)];
  let start = 0;
  while (start < all.length && start < others.length && all[start] === others[start]) start += 1;
  let behind = 0;
  const shorter = Math.min(all.length, others.length) - start;
  while (behind < shorter && all[all.length - 1 - behind] === others[others.length - 1 - behind]) behind += 1;
  const [from, to] = [all.slice(start, all.length - behind), others.slice(start, others.length - behind)];
  // Text that was only appended to, or cut at its start, may be long.
  if (from.length === 0 || to.length === 0) return { added: to.length, removed: from.length, changed: 0 };
  const trace = shortestWay(from, to);
  return trace === undefined ? undefined : countSteps(from, to, trace);
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The furthest point on each diagonal, for each number of differences; diagonal 0 is in the middle. */
type Trace = readonly Int32Array[];

const on = (furthest: Int32Array | undefined, diagonal: number): number => furthest?.[(furthest.length >> 1) + diagonal] ?? 0;

function shortestWay(from: readonly string[], to: readonly string[]): Trace | undefined {
  const most = Math.min(from.length + to.length, mostDifferences);
  const middle = most + 1;
  const furthest = new Int32Array(2 * middle + 1);
  const trace: Int32Array[] = [];
  for (let differences = 0; differences <= most; differences += 1) {
    trace.push(furthest.slice(middle - differences - 1, middle + differences + 2));
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let at = isDown(furthest, diagonal, differences) ? on(furthest, diagonal + 1) : on(furthest, diagonal - 1) + 1;
      while (at < from.length && at - diagonal < to.length && from[at] === to[at - diagonal]) at += 1;
      furthest[middle + diagonal] = at;
      if (at >= from.length && at - diagonal >= to.length) return trace;
    }
  }
  return undefined;
}

const isDown = (furthest: Int32Array | undefined, diagonal: number, differences: number): boolean =>
  diagonal === -differences || (diagonal !== differences && on(furthest, diagonal - 1) < on(furthest, diagonal + 1));

/** Back along the path: lines both removed and added between two equal ones are changed. */
function countSteps(from: readonly string[], to: readonly string[], trace: Trace): LineCounts {
  const counts = { added: 0, removed: 0, changed: 0 };
  let [went, came] = [0, 0];
  const settle = (): void => {
    const changed = Math.min(went, came);
    counts.changed += changed;
    counts.removed += went - changed;
    counts.added += came - changed;
    [went, came] = [0, 0];
  };
  let [x, y] = [from.length, to.length];
  for (let differences = trace.length - 1; differences >= 0; differences -= 1) {
    const furthest = trace[differences];
    const diagonal = x - y;
    const down = isDown(furthest, diagonal, differences);
    const before = down ? diagonal + 1 : diagonal - 1;
    const beforeX = on(furthest, before);
    const beforeY = beforeX - before;
    while (x > beforeX && y > beforeY) {
      settle();
      x -= 1;
      y -= 1;
    }
    if (differences === 0) break;
    if (down) came += 1;
    else went += 1;
    [x, y] = [beforeX, beforeY];
  }
  settle();
  return counts;
}
