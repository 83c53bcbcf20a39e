/** How much a run does: the normal one takes seeded samples, `npm run test:all` (DUMPBENCH_ALL=1) takes everything. */
import { seededRandom, type SeededRandom } from '../src/samples/seeded-random.ts';

export const everything = process.env.DUMPBENCH_ALL === '1';

/** Seed of this run; a worker that was started without one (an editor's test runner) takes 1. */
export const seed = Number(process.env.DUMPBENCH_SEED ?? '1') >>> 0;

/** A count for the normal run and one for the run of everything. */
export const runs = (normal: number, all: number): number => (everything ? all : normal);

/** Random numbers of this run that do not depend on the order of tests: each use names itself. */
export function randomFor(name: string): SeededRandom {
  let mixed = seed;
  for (let index = 0; index < name.length; index += 1) mixed = (Math.imul(mixed ^ name.charCodeAt(index), 0x01000193) + 0x811c9dc5) >>> 0;
  return seededRandom(mixed);
}

/** `count` of the items, drawn without repetition and in their order; all of them in a run of everything. */
export function sample<T>(items: readonly T[], count: number, name: string): readonly T[] {
  if (everything || items.length <= count) return items;
  const random = randomFor(name);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.below(items.length));
  return items.filter((_, index) => chosen.has(index));
}
