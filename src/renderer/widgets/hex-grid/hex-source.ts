/** Bytes for the hex grid, in windows that are read when they come into view, with a small cache. */
import type { AbsentRange } from './hex-row.ts';

export interface HexWindow {
  readonly data: Uint8Array;
  readonly absent: readonly AbsentRange[];
}

/** Reads bytes; rejects when the space cannot be read at all. */
export type ReadBytes = (address: bigint, length: number, signal: AbortSignal) => Promise<HexWindow>;

/** Half open. */
export interface Span {
  readonly start: bigint;
  readonly end: bigint;
}

export interface HexSource {
  /** Size of the space in bytes. */
  readonly size: bigint;
  /** The window that contains an address: its bytes, why there are none, or undefined while it is being read. */
  readonly at: (address: bigint) => { readonly start: bigint; readonly window: HexWindow | Error } | undefined;
  /** Reads the missing windows of some spans and cancels reads that are no longer needed. @param ahead spans that will be needed next */
  readonly want: (spans: readonly Span[], ahead?: Span) => void;
  readonly close: () => void;
}

export const windowBytes = 16384;
const window64 = BigInt(windowBytes);
const cachedWindows = 64;

const windowStart = (address: bigint): bigint => address - (address % window64);

export function createHexSource(size: bigint, read: ReadBytes, onChange: () => void): HexSource {
  // A Map keeps the order of insertion: the first entry is the least recently used.
  const cache = new Map<bigint, HexWindow | Error>();
  const pending = new Map<bigint, AbortController>();

  const keep = (start: bigint, window: HexWindow | Error): void => {
    cache.set(start, window);
    const [oldest] = cache.keys();
    if (cache.size > cachedWindows && oldest !== undefined) cache.delete(oldest);
  };
  const fetch = (start: bigint): void => {
    const abort = new AbortController();
    pending.set(start, abort);
    const left = size - start;
    read(start, left < window64 ? Number(left) : windowBytes, abort.signal).then(
      (window) => {
        if (pending.get(start) !== abort) return;
        pending.delete(start);
        keep(start, window);
        onChange();
      },
      (error: unknown) => {
        if (pending.get(start) !== abort) return;
        pending.delete(start);
        keep(start, error instanceof Error ? error : new Error(String(error)));
        onChange();
      },
    );
  };
  const giveUp = (keepIt: (start: bigint) => boolean): void => {
    for (const [start, abort] of pending) {
      if (keepIt(start)) continue;
      pending.delete(start);
      abort.abort();
    }
  };

  return {
    size,
    at(address) {
      const start = windowStart(address);
      const window = cache.get(start);
      if (window === undefined) return undefined;
      cache.delete(start);
      cache.set(start, window);
      return { start, window };
    },
    want(spans, ahead) {
      const wanted = new Set<bigint>();
      for (const { start, end } of ahead === undefined ? spans : [...spans, ahead])
        for (let at = windowStart(start); at < end && at < size; at += window64) wanted.add(at);
      giveUp((one) => wanted.has(one));
      for (const at of wanted) {
        const window = cache.get(at);
        if (window === undefined) {
          if (!pending.has(at)) fetch(at);
          continue;
        }
        // What is on screen is never evicted.
        cache.delete(at);
        cache.set(at, window);
      }
    },
    close: () => giveUp(() => false),
  };
}
