/** Finds bytes with masks at the speed of Buffer.indexOf where two neighbouring bytes are known, else by a table. */
import type { Match, Matcher } from './matcher.ts';
import type { MaskedBytes } from './pattern.ts';

interface Finder {
  readonly pattern: MaskedBytes;
  /** First candidate start at or after `from`, or -1; it still has to be verified. */
  readonly candidate: (window: Buffer, from: number, to: number) => number;
}

/** The longest stretch of known bytes that starts with none of the commonest byte of memory, zero. */
function knownStretch({ values, masks }: MaskedBytes): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < values.length; at += 1) {
    if (masks[at] !== 0xff || values[at] === 0) continue;
    let end = at;
    while (end < values.length && masks[end] === 0xff) end += 1;
    if (end - at > best.length) best = { at, length: end - at };
  }
  return best;
}

const setSize = (mask: number): number => 1 << (8 - mask.toString(2).replaceAll('0', '').length);

/** Place that the fewest bytes fit; of equal ones one that zero does not fit. */
function rarestPlace({ values, masks }: MaskedBytes): number {
  const cost = (at: number): number => 2 * setSize(masks[at] ?? 0) + (values[at] === 0 ? 1 : 0);
  let best = 0;
  for (let at = 1; at < values.length; at += 1) if (cost(at) < cost(best)) best = at;
  return best;
}

function finderOf(pattern: MaskedBytes): Finder {
  const stretch = knownStretch(pattern);
  if (stretch.length >= 2) {
    const { at } = stretch;
    const known = Buffer.from(pattern.values.subarray(at, at + stretch.length));
    return {
      pattern,
      candidate(window, from, to) {
        const found = window.indexOf(known, from + at);
        return found === -1 || found - at >= to ? -1 : found - at;
      },
    };
  }
  const at = rarestPlace(pattern);
  const mask = pattern.masks[at] ?? 0;
  const value = pattern.values[at] ?? 0;
  const fits = Uint8Array.from({ length: 256 }, (_, byte) => ((byte & mask) === value ? 1 : 0));
  return {
    pattern,
    candidate(window, from, to) {
      const end = to + at;
      for (let place = from + at; place < end; place += 1) if (fits[window[place] ?? 0] === 1) return place - at;
      return -1;
    },
  };
}

function fitsAt(window: Buffer, start: number, { values, masks }: MaskedBytes): boolean {
  for (let index = 0; index < values.length; index += 1) if (((window[start + index] ?? 0) & (masks[index] ?? 0)) !== values[index]) return false;
  return true;
}

/** @param alternatives of one length; every place where any of them fits is a match, also where matches overlap */
export function maskedMatcher(alternatives: readonly MaskedBytes[]): Matcher {
  const finders = alternatives.map(finderOf);
  const reach = alternatives[0]?.values.length ?? 0;
  const findOne = ({ pattern, candidate }: Finder, window: Buffer, from: number, end: number, most: number): number[] => {
    const starts: number[] = [];
    for (let start = candidate(window, from, end); start !== -1 && starts.length < most; start = candidate(window, start + 1, end))
      if (fitsAt(window, start, pattern)) starts.push(start);
    return starts;
  };
  return {
    reach,
    behind: 0,
    overlapping: true,
    matchesZeros: alternatives.some(({ values }) => values.every((value) => value === 0)),
    find(window, from, to, most): readonly Match[] {
      const bytes = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
      const end = Math.min(to, window.length - reach + 1);
      const found = finders.map((finder) => findOne(finder, bytes, from, end, most));
      const starts = found.length === 1 ? (found[0] ?? []) : [...new Set(found.flat())].sort((left, right) => left - right).slice(0, most);
      return starts.map((at) => ({ at, bytes: reach }));
    },
    close() {
      // Nothing to give back.
    },
  };
}
