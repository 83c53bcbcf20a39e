/** Goes over pieces of memory with a matcher, so that a match across two pieces is found as if they were one. */
import type { Matcher } from './matcher.ts';
import { isZero, type Piece } from './searchable.ts';

export interface FoundAt {
  readonly address: bigint;
  readonly bytes: number;
}

/** A window of memory that is kept until every start in it is decided. */
class Window {
  #bytes = new Uint8Array(1 << 21);
  #length = 0;
  /** Address of the first byte of the window. */
  #start = 0n;
  /** First place whose start is not decided. */
  #next = 0;
  readonly #matcher: Matcher;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  restart(address: bigint): void {
    this.#start = address;
    this.#length = 0;
    this.#next = 0;
  }

  append(bytes: Uint8Array): void {
    const keepFrom = Math.max(0, this.#next - this.#matcher.behind);
    if (keepFrom > 0) {
      this.#bytes.copyWithin(0, keepFrom, this.#length);
      this.#length -= keepFrom;
      this.#start += BigInt(keepFrom);
      this.#next -= keepFrom;
    }
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Matches whose start is decided now, some at a time: all when nothing follows, else those that have their reach in the window. */
  async *decide(final: boolean, most: () => number): AsyncGenerator<readonly FoundAt[]> {
    const { reach, overlapping, matchesZeros } = this.#matcher;
    const to = final ? this.#length : this.#length - reach + 1;
    if (to <= this.#next) return;
    const window = this.#bytes.subarray(0, this.#length);
    if (!matchesZeros && isZeroAll(window)) {
      this.#next = to;
      return;
    }
    while (this.#next < to) {
      const wanted = Math.min(most(), matchesAtOnce);
      const matches = await this.#matcher.find(window, this.#next, to, wanted);
      const last = matches.at(-1);
      const end = last === undefined ? to : overlapping ? last.at + 1 : last.at + last.bytes;
      this.#next = matches.length < wanted ? (overlapping ? to : Math.max(to, end)) : end;
      yield matches.map(({ at, bytes }) => ({ address: this.#start + BigInt(at), bytes }));
      if (matches.length < wanted) return;
    }
  }
}

/** A step over a window of one byte many times over has a million matches. */
const matchesAtOnce = 1 << 14;

const zeroStep = 1 << 20;
function isZeroAll(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeroStep) if (!isZero(bytes.subarray(at, at + zeroStep))) return false;
  return true;
}

export interface SearchOptions {
  /** Only matches at multiples of it. */
  readonly align: bigint;
  readonly limit: number;
  /** After each step of at most 1 MiB, and for each few thousand matches of it; may wait, and throws to end the search. */
  readonly afterStep: (found: readonly FoundAt[]) => Promise<void>;
}

/**
 * Hands out matches in ascending order through `afterStep`.
 * @returns true when the limit ended the search and there are more
 */
export async function searchMemory(pieces: Iterable<Piece>, matcher: Matcher, options: SearchOptions): Promise<boolean> {
  const window = new Window(matcher);
  let left = options.limit;
  const state = { more: false };
  const decide = async (final: boolean): Promise<void> => {
    // Without alignment one match beyond the limit says that there are more.
    const most = (): number => (options.align === 1n ? left + 1 : Number.MAX_SAFE_INTEGER);
    for await (const all of window.decide(final, most)) {
      const found = options.align === 1n ? all : all.filter(({ address }) => address % options.align === 0n);
      state.more ||= found.length > left;
      const kept = found.slice(0, left);
      left -= kept.length;
      if (kept.length > 0) await options.afterStep(kept);
      if (state.more) return;
    }
  };
  for (const piece of pieces) {
    if (!piece.joined) {
      await decide(true);
      window.restart(piece.address);
    }
    if (!state.more) {
      window.append(piece.bytes);
      await decide(false);
    }
    await options.afterStep([]);
    if (state.more) return true;
  }
  await decide(true);
  return state.more;
}
