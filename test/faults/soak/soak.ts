/** An engine that works for long: what it holds after each round, and whether that grows. */
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the engine's process has after a round, when every dump is closed. */
export interface Held {
  readonly rss: number;
  /** Of JavaScript, after a collection, and memory outside that it holds. */
  readonly heap: number;
  readonly descriptors: number;
  readonly temporaryFiles: number;
  readonly cacheFiles: number;
  readonly cacheBytes: number;
}

const mebibyte = 2 ** 20;
/** By how much the middle of the last third of all rounds may be above that of the second third. */
export const mostGrowth: Readonly<Record<keyof Held, number>> = {
  rss: 64 * mebibyte,
  heap: 4 * mebibyte,
  descriptors: 0,
  temporaryFiles: 0,
  cacheFiles: 0,
  cacheBytes: mebibyte,
};

export const figures = Object.keys(mostGrowth) as readonly (keyof Held)[];
const median = (values: readonly number[]): number => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;

/** The medians of each third, the first of which holds what is made once. */
export const thirdsOf = (rounds: readonly Held[], figure: keyof Held): readonly number[] =>
  [0, 1, 2].map((third) =>
    median(rounds.slice(Math.floor((rounds.length * third) / 3), Math.floor((rounds.length * (third + 1)) / 3)).map((held) => held[figure])),
  );

/** What grows beyond its bound, in sentences; none where nothing does. @throws Error for too few rounds to say */
export function whatGrows(rounds: readonly Held[]): readonly string[] {
  if (rounds.length < 6) throw new Error(`${rounds.length} rounds do not show whether anything grows`);
  return figures.flatMap((figure) => {
    const [, second = NaN, last = NaN] = thirdsOf(rounds, figure);
    return last - second <= mostGrowth[figure] ? [] : [`${figure} grew from ${second} to ${last}`];
  });
}

/**
 * @param folder an empty one
 * @param length rounds, or minutes, in which a real dump is looked at too
 */
export async function soak(folder: string, length: { readonly rounds: number } | { readonly minutes: number }): Promise<readonly Held[]> {
  const [temporary, dumps] = [join(folder, 'temporary'), join(folder, 'dumps')];
  for (const place of [temporary, dumps]) mkdirSync(place);
  const words = 'rounds' in length ? [String(length.rounds)] : ['', String(length.minutes)];
  const held: Held[] = [];
  await new Promise<void>((resolve, reject) => {
    const child = fork(new URL('rounds.mts', import.meta.url), [dumps, ...words], {
      execArgv: ['--expose-gc'],
      env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: temporary },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    child.on('message', (message) => held.push(message as Held));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the engine's process ended with ${signal ?? `code ${code}`}: ${said}`));
    });
  });
  return held;
}
