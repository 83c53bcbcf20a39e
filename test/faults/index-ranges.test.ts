/** Ranges of one dump in processes that are killed at any moment, or that do the same range at once. */
import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { buildCase } from '../../src/samples/case-text.ts';
import { randomFor, runs, seed } from '../run-size.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const cache = join(folder, 'cache');
const dump = join(folder, 'dump.s390');
const rangeSize = 2 ** 26;

beforeAll(() => {
  const stretches = Array.from({ length: 16 }, (_, at) => `random 0x${(0x40_0000 * at).toString(16)} 3 MiB seed=${at + 1}`);
  writeFileSync(dump, buildCase(`memory 66 MiB\ncpu prefix=0x8000\n${stretches.join('\n')}\nformat s390\n`));
});

const doneSchema = v.object({ sha256: v.string(), resumed: v.boolean(), existed: v.boolean() });
type Done = v.InferOutput<typeof doneSchema>;

/** @returns what it made, and how long that took; undefined when it was killed before */
function indexAndKill(output: string, after = Infinity): Promise<(Done & { readonly took: number }) | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('range-until-killed.mts', import.meta.url), [dump, '0', String(rangeSize), output], {
      execArgv: [],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    let started = 0;
    let done: (Done & { readonly took: number }) | undefined;
    child.on('message', (message) => {
      if (message !== 'start') done = { ...v.parse(doneSchema, message), took: performance.now() - started };
      else {
        started = performance.now();
        if (after < Infinity) setTimeout(() => child.kill('SIGKILL'), after);
      }
    });
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(done);
      else reject(new Error(`the child ended with ${signal ?? `code ${code}`}`));
    });
  });
}

/** What anybody sees; a killed process may leave a file whose name begins with a dot. */
const seen = (place: string): readonly string[] => readdirSync(place).filter((name) => !name.startsWith('.'));

describe('one range', () => {
  it(`killed at any moment is absent or complete, and can be resumed to the same piece (seed ${seed})`, async () => {
    const random = randomFor('killed ranges');
    const place = join(folder, 'killed');
    mkdirSync(place);
    const whole = await indexAndKill(join(place, 'whole.piece'));
    expect(whole).toMatchObject({ resumed: false, existed: false });
    let resumed = 0;
    // How long the child takes changes with what else the machine does: it goes on until one was killed in the middle.
    for (let kill = 0; kill < runs(2, 40) || (resumed === 0 && kill < 60); kill += 1) {
      const output = join(place, `${kill}.piece`);
      const died = await indexAndKill(output, (random.below(1000) / 1000) * (whole?.took ?? 0));
      expect(seen(place).includes(`${kill}.piece`) || died === undefined).toBe(true);
      const again = await indexAndKill(output);
      expect(again?.sha256).toBe(whole?.sha256);
      if (again?.resumed === true) resumed += 1;
    }
    expect(resumed).toBeGreaterThan(0);
    expect(readdirSync(join(cache, 'dumpbench', 'index'))).toEqual([]);
  });

  it('in two processes at once is one piece, and both report the same about it', async () => {
    const place = join(folder, 'two');
    mkdirSync(place);
    const output = join(place, 'one.piece');
    const [one, two] = await Promise.all([indexAndKill(output), indexAndKill(output)]);
    expect(one?.sha256).toBeDefined();
    expect(two?.sha256).toBe(one?.sha256);
    expect(readdirSync(place)).toEqual(['one.piece']);
    expect(readdirSync(join(cache, 'dumpbench', 'index'))).toEqual([]);
  });
});
