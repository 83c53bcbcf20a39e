/** Which bytes of two rows differ, and the boxes that mark them in one of the rows. */
import type { PageState } from '../../../shared/model.ts';
import { asciiColumn, byteOffset, hexColumn } from '../hex-grid/hex-row.ts';

export interface RowBytes {
  /** Undefined while they are read, or when they cannot be. */
  readonly bytes: Uint8Array | undefined;
  /** By index, why a byte is not there. */
  readonly absent: readonly (PageState | undefined)[];
  readonly error: Error | undefined;
}

/** By index. A byte that is there in one dump only differs too; what is still being read does not. */
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

/** Neighbouring true values as half-open ranges of indexes. */
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

export class RowDifferences {
  readonly #row: HTMLElement;
  readonly #boxes: HTMLElement[] = [];

  constructor(row: HTMLElement) {
    this.#row = row;
  }

  show(differ: readonly boolean[]): void {
    let used = 0;
    const place = (left: number, width: number): void => {
      let box = this.#boxes[used];
      if (box === undefined) {
        box = document.createElement('div');
        box.className = 'hex-box hex-differ';
        this.#boxes.push(box);
        // Below the text, or its contrast would change.
        this.#row.prepend(box);
      }
      box.hidden = false;
      box.style.left = `${left}ch`;
      box.style.width = `${width}ch`;
      used += 1;
    };
    for (const [from, to] of runsOf(differ)) {
      place(hexColumn + byteOffset(from), byteOffset(to - 1) + 2 - byteOffset(from));
      place(asciiColumn + from, to - from);
    }
    for (const box of this.#boxes.slice(used)) box.hidden = true;
  }
}
