/** Which bytes of two rows differ. */
import type { PageState } from '../../../shared/model.ts';

export interface RowBytes {
  /** Undefined while they are being read, or if they cannot be. */
  readonly bytes: Uint8Array | undefined;
  /** By index, why a byte is absent. */
  readonly absent: readonly (PageState | undefined)[];
  readonly error: Error | undefined;
}

/** By index. A byte that is in only one of the dumps differs too; one that is still being read does not. */
export function differingBytes(left: RowBytes | undefined, right: RowBytes | undefined): boolean[] {
  const one = left?.bytes;
  const other = right?.bytes;
  if (one === undefined || other === undefined) return [];
  return Array.from({ length: Math.min(one.length, other.length) }, (_, index) => {
    const gone = left?.absent[index] !== undefined;
    const otherGone = right?.absent[index] !== undefined;
    return gone || otherGone ? gone !== otherGone : one[index] !== other[index];
  });
}

/** Runs of true values as half-open ranges of indexes. */
export function runsOf(flags: readonly boolean[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  flags.forEach((flag, index) => {
    const last = runs.at(-1);
    if (!flag) return;
    if (last?.[1] === index) last[1] = index + 1;
    else runs.push([index, index + 1]);
  });
  return runs;
}
