/**
 * How much the garbage collector lets pile up before it looks at what is new. Node.js lets it grow to two halves of 64 MiB each, which is half of
 * what a command may take for a hostile dump; with halves of 16 MiB commands take the same time.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of both halves. */
const most = 32 * 2 ** 20;

const size = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? most;

/** Its next growth is to its final size at once. To be called first of all; V8 reads this number whenever it grows the young generation. */
export function growAtOnce(): void {
  setFlagsFromString('--semi-space-growth-factor=16');
}

/** From now on it grows no more. Loading the program has filled it once; where it has not, that is made up for. */
export function growNoMore(): void {
  let kept: object[] = [];
  for (let round = 0; size() < most && round < 64; round += 1) kept = [...kept.slice(-16_000), ...Array.from({ length: 1000 }, (_, index) => ({ index }))];
  setFlagsFromString('--semi-space-growth-factor=1');
}
