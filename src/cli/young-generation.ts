/**
 * How much new data the garbage collector lets accumulate before it collects. Node.js lets it grow to two halves of 64 MiB each, which is half of
 * what a command may take for a hostile dump; with halves of 16 MiB commands take the same time.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** In a piece of 60 KiB. */
const numbers = 7500;
/** Of both halves. */
const most = 32 * 2 ** 20;

const size = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? most;

/**
 * Makes it grow to its final size at once, and no more. To be called first of all: a collection while the program loads would let it grow past that.
 * V8 reads the factor whenever it grows the young generation, which is when enough of it has stayed alive.
 */
export function boundYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=16');
  // A few large pieces are looked at sooner than many small ones; larger ones would lie elsewhere.
  const kept: number[][] = [];
  while (size() < most && kept.length < 128) for (let count = 0; count < 4; count += 1) kept.push(new Array<number>(numbers).fill(0.5));
  setFlagsFromString('--semi-space-growth-factor=1');
}
