/**
 * How much the garbage collector lets pile up before it looks at what is new. Node.js lets it grow to two halves of 64 MiB each, which is half of
 * what a command may take for a hostile dump; with halves of 16 MiB commands take the same time.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of both halves. */
const most = 32 * 2 ** 20;

const size = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? most;

/**
 * Makes it grow to its final size at once, and no more. To be called first of all: a collection while the program loads would let it grow past that.
 * V8 reads the factor whenever it grows the young generation, which is when enough of it has stayed alive.
 */
export function boundYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=16');
  let kept: object[] = [];
  for (let round = 0; size() < most && round < 64; round += 1) kept = [...kept.slice(-16_000), ...Array.from({ length: 1000 }, (_, index) => ({ index }))];
  setFlagsFromString('--semi-space-growth-factor=1');
}
