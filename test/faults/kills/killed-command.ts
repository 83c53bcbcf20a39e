/**
 * A command of the command line that is killed (SIGKILL) at a moment of its own work: when it makes its Nth change to a file or a folder, half-way where that is a
 * write. Of how many changes there are an undisturbed run of the same test tells.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { partialPaths } from '../../../src/files/resumable-output.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';
import type { CliResult } from '../../cli-process.ts';
import type { FailingDisk } from '../disk/failing-disk.ts';

/** Folders of one run, new for each moment. */
export interface Place {
  readonly out: string;
  readonly cache: string;
}

export interface KilledCommand {
  readonly name: string;
  /** The dump that it works on, which must stay as it is. */
  readonly dump: string;
  readonly words: (place: Place) => readonly string[];
  /** What it made, as plain data: the same after any kill. */
  readonly result: (place: Place, run: CliResult) => unknown;
  /** The file that gets its name when it is whole. */
  readonly output?: string;
  /** Prepares a place before the first run. */
  readonly prepare?: (place: Place) => void;
}

/** Everything of a folder of evidence that a command could alter. */
export function evidenceOf(folder: string): unknown {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { ino, size, mtimeNs, ctimeNs, mode } = statSync(path, { bigint: true });
      return [name, ino, size, mtimeNs, ctimeNs, mode, createHash('sha256').update(readFileSync(path)).digest('hex')].join(' ');
    });
}

export interface Killing {
  readonly disk: FailingDisk;
  /** For the places. */
  readonly scratch: string;
  /** Folder of the dumps. */
  readonly evidence: string;
}

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Kills a command at so many moments, and holds what is left and what the next run makes against an undisturbed one. */
export async function killAtMoments(command: KilledCommand, count: number, random: SeededRandom, { disk, scratch, evidence }: Killing): Promise<void> {
  const newPlace = (): Place => {
    const folder = mkdtempSync(join(scratch, 'place-'));
    const place = { out: join(folder, 'out'), cache: join(folder, 'cache') };
    for (const one of [place.out, place.cache]) mkdirSync(one);
    command.prepare?.(place);
    return place;
  };
  const remove = ({ out }: Place): void => rmSync(join(out, '..'), { recursive: true, force: true });
  // Compiled modules are kept apart: they are written at the end of a first run alone.
  const env = ({ cache }: Place): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: join(scratch, 'code') });
  const run = (place: Place, faults = {}, words = command.words(place)) => disk.run(words, faults, env(place));
  const finish = async (place: Place): Promise<unknown> => {
    const done = await run(place);
    expect([done.code, done.signal], done.err).toEqual([0, null]);
    return command.result(place, done);
  };

  const untouched = evidenceOf(evidence);
  const first = newPlace();
  const expected = await finish(first);
  const output = command.output;
  const whole = output === undefined ? undefined : digestOf(join(first.out, output));
  remove(first);
  const counted = newPlace();
  const moments = join(scratch, `${command.name}.moments`);
  const undisturbed = await run(counted, { MOMENTS: moments });
  expect(undisturbed.code, undisturbed.err).toBe(0);
  remove(counted);
  const changes = Number(readFileSync(moments).readBigInt64LE(0));
  expect(changes).toBeGreaterThan(20);

  let killed = 0;
  // How many changes there are differs a little from run to run where threads or times decide.
  for (let tries = 0; killed < count; tries += 1) {
    expect(tries, 'hardly any run lived to its moment').toBeLessThan(count * 3 + 10);
    const place = newPlace();
    const moment = 1 + random.below(changes);
    rmSync(moments, { force: true });
    const about = `${command.name}, killed at change ${moment} of ${changes}`;
    const { signal } = await run(place, { MOMENTS: moments, KILL: moment });
    if (signal === 'SIGKILL') killed += 1;
    expect(evidenceOf(evidence), about).toEqual(untouched);
    if (output !== undefined) {
      const path = join(place.out, output);
      if (existsSync(path)) expect(digestOf(path), about).toBe(whole);
      const unfinished = Object.values(partialPaths(path));
      const strange = readdirSync(place.out).filter((name) => name !== output && !/^\..*\.part$/.test(name) && !unfinished.includes(join(place.out, name)));
      expect(strange, about).toEqual([]);
      // What is whole is not made again without being asked.
      if (existsSync(path)) rmSync(path);
    }
    rest(join(place.out, '..'));
    if (killed % 2 === 1) {
      const pruned = await run(place, {}, ['cache', 'prune', '--max', '0', '--json']);
      expect(pruned.code, pruned.err).toBe(0);
      expect(filesBelow(place.cache), about).toEqual([]);
    }
    expect(await finish(place), about).toEqual(expected);
    expect(
      filesBelow(place.out).filter((name) => name.includes('.part')),
      about,
    ).toEqual([]);
    expect(evidenceOf(evidence), about).toEqual(untouched);
    remove(place);
  }
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** What is half written rests for longer than it is kept for a process of another machine, which cannot be asked. */
function rest(folder: string): void {
  const before = new Date(Date.now() - 2 * 3600 * 1000);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.name.endsWith('.part')) utimesSync(join(entry.parentPath, entry.name), before, before);
}
