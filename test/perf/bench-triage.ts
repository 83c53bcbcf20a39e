/** The first screen with its verdict, of every real dump that is here. */
import { crashDumps, dumpEntries, dumpFile } from '../dumps.ts';
import type { Row } from './bench-row.ts';
import { childrenSeconds, median, timed, type Bench } from './bench-run.ts';
import type { NotMeasured } from './yardsticks.ts';

const rounds = 3;
/** Seconds above the start of Node itself. */
const most = 1.5;

interface Took {
  readonly name: string;
  readonly wall: number;
  /** Undefined where the system does not say. */
  readonly processor: number | undefined;
}

function triaged(bench: Bench, name: string, path: string): Took {
  const runs = Array.from({ length: rounds }, () => {
    const node = timed(process.execPath, ['-e', '0']);
    const before = childrenSeconds();
    const wall = bench.command('triage', '--json', path) - node;
    const after = childrenSeconds();
    return { wall, processor: before === undefined || after === undefined ? undefined : after - before - node };
  });
  const processor = runs.flatMap((run) => run.processor ?? []);
  return { name, wall: median(runs.map((run) => run.wall)), processor: processor.length === 0 ? undefined : median(processor) };
}

const largest = (all: readonly Took[], of: (one: Took) => number): Took | undefined => [...all].sort((left, right) => of(right) - of(left))[0];

/** Dumps that are refused are counted, and none of the rows is of them. */
export async function triageOfAll(bench: Bench): Promise<readonly (Row | NotMeasured)[]> {
  const all: Took[] = [];
  let refused = 0;
  for (const { name, how } of [...crashDumps, ...dumpEntries]) {
    if (how === 'derived') continue;
    const path = await dumpFile(name);
    try {
      all.push(triaged(bench, name, path));
    } catch {
      refused += 1;
    }
  }
  const [wall, processor] = [largest(all, (one) => one.wall), largest(all, (one) => one.processor ?? 0)];
  if (wall === undefined || processor === undefined) return [{ what: 'triage of every real dump', why: 'no real dumps are here' }];
  const note = `of ${all.length} dumps the slowest${refused === 0 ? '' : `; ${refused} more end with another exit code than 0`}`;
  return [
    { what: 'triage with verdict, above node -e 0', value: wall.wall, unit: 's', target: { most }, note: `${wall.name}, ${note}` },
    ...(processor.processor === undefined
      ? []
      : [{ what: 'triage with verdict, above node -e 0', value: processor.processor, unit: 's', note: `by processor time: ${processor.name}` }]),
    { what: 'triage with verdict, median of them', value: median(all.map((one) => one.wall)), unit: 's' },
  ];
}
