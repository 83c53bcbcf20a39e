/**
 * Pages that differ at their address, but whose contents the other dump holds elsewhere: found by fingerprint among the
 * pages that differ. Each page is used once, so a content that was there twice and is there three times moved twice.
 */
import { pageClasses } from '../../shared/model.ts';

export interface MovedPage {
  /** Page in the left dump. */
  readonly from: number;
  /** Page in the right dump. */
  readonly to: number;
}

export interface MovedPages {
  addLeft(page: number, meta: number, low: number, high: number): void;
  addRight(page: number, meta: number, low: number, high: number): void;
  /**
   * @param confirm looks at the bytes, where they are to be compared; without it the fingerprint decides
   * @returns in the order of the right dump; undefined when too many pages differ to look for them
   */
  find(confirm?: (moved: MovedPage) => boolean | Promise<boolean>): Promise<readonly MovedPage[] | undefined>;
}

/** Pages kept for each dump: 2 M take 32 MiB. */
const maxKept = 1 << 21;
/** A page of one repeated value says nothing about where it came from. */
const fillClass = pageClasses.indexOf('fill');

interface Kept {
  pages: Float64Array;
  /** Low and high half of each. */
  words: Int32Array;
  length: number;
}

function keep(kept: Kept, page: number, low: number, high: number): void {
  if (kept.length === kept.pages.length) {
    const pages = new Float64Array(kept.length * 2);
    pages.set(kept.pages);
    const words = new Int32Array(kept.length * 4);
    words.set(kept.words);
    kept.pages = pages;
    kept.words = words;
  }
  kept.pages[kept.length] = page;
  kept.words[2 * kept.length] = low;
  kept.words[2 * kept.length + 1] = high;
  kept.length += 1;
}

/** @param shift of the comparison: a page that is found where it was compared has not moved */
export function movedPages(shift: number, limit = maxKept): MovedPages {
  const left: Kept = { pages: new Float64Array(256), words: new Int32Array(512), length: 0 };
  const right: Kept = { pages: new Float64Array(256), words: new Int32Array(512), length: 0 };
  let tooMany = false;
  const add = (kept: Kept, page: number, meta: number, low: number, high: number): void => {
    if (meta >> 3 === fillClass) return;
    if (kept.length >= limit) tooMany = true;
    else keep(kept, page, low, high);
  };
  return {
    addLeft: (page, meta, low, high) => add(left, page, meta, low, high),
    addRight: (page, meta, low, high) => add(right, page, meta, low, high),
    async find(confirm) {
      if (tooMany) return undefined;
      const table = tableOf(left);
      const found: MovedPage[] = [];
      for (let index = 0; index < right.length; index += 1) {
        const to = right.pages[index] ?? 0;
        const entry = table.take(right.words[2 * index] ?? 0, right.words[2 * index + 1] ?? 0);
        if (entry === undefined) continue;
        const moved = { from: left.pages[entry] ?? 0, to };
        if (moved.from + shift !== to && (confirm === undefined || (await confirm(moved)))) found.push(moved);
      }
      return found;
    },
  };
}

/** Hash table with open addressing; pages with one fingerprint hang on one slot, lowest address first. */
function tableOf(kept: Kept): { take(low: number, high: number): number | undefined } {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, kept.length * 2)));
  const slots = new Int32Array(size).fill(-1);
  const next = new Int32Array(kept.length).fill(-1);
  const slotOf = (low: number, high: number): number => {
    for (let slot = (low ^ (low >>> 15)) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const owner = slots[slot] ?? -1;
      if (owner === -1 || (kept.words[2 * owner] === low && kept.words[2 * owner + 1] === high)) return slot;
    }
  };
  const taken = new Set<number>();
  for (let index = kept.length - 1; index >= 0; index -= 1) {
    const slot = slotOf(kept.words[2 * index] ?? 0, kept.words[2 * index + 1] ?? 0);
    next[index] = slots[slot] ?? -1;
    slots[slot] = index;
  }
  return {
    take(low, high) {
      const slot = slotOf(low, high);
      const entry = slots[slot] ?? -1;
      if (entry === -1) return undefined;
      const following = next[entry] ?? -1;
      // The last one keeps the slot, or what was put after it by probing would be lost.
      if (following === -1) {
        if (taken.has(entry)) return undefined;
        taken.add(entry);
      } else slots[slot] = following;
      return entry;
    },
  };
}
