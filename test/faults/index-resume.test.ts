import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../src/analysis/page-index/indexer.ts';
import { randomFor, runs, seed } from '../run-size.ts';
import { openFor, tablesOf } from '../unit/page-index/open-for.ts';
import { scratchIndexes } from '../unit/page-index/scratch-index.ts';
import { killedImage, storedPages } from './killed-image.mts';

const newPath = scratchIndexes();

/** Pages that all processes together have read, as they wrote it down. */
const pagesRead = (log: string): number =>
  existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .reduce((sum, line) => sum + Number(line), 0)
    : 0;

/**
 * Runs the indexing child and kills it `after` milliseconds from its start.
 * @returns how long it took when it came to its end
 */
function indexAndKill(path: string, log: string, digest: boolean, after: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('index-until-killed.mts', import.meta.url), [path, log, ...(digest ? ['digest'] : [])], { execArgv: [] });
    let started = 0;
    let took: number | undefined;
    child.on('message', (message) => {
      if (message === 'done') took = performance.now() - started;
      if (message !== 'start') return;
      started = performance.now();
      if (after < Infinity) setTimeout(() => child.kill('SIGKILL'), after);
    });
    child.on('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(took);
      else reject(new Error(`the child ended with ${signal ?? `code ${code}`}`));
    });
  });
}

async function finish(path: string, log: string, digest: boolean) {
  const memory = killedImage(log, 0);
  const store = await openFor(path, memory);
  expect(store.fresh === undefined || store.fresh === 'new').toBe(true);
  const result = await buildIndex({ memory }, store, { digest });
  const tables = tablesOf(store);
  store.close();
  return { result, tables };
}

describe.each([false, true])('kill -9 while indexing (digest: %s)', (digest) => {
  it(`leaves an index that can be resumed to the same result (seed ${seed})`, async () => {
    const random = randomFor(digest ? 'kill with digest' : 'kill');
    const wholePath = newPath();
    const duration = (await indexAndKill(wholePath, `${wholePath}.log`, digest, Infinity)) ?? 0;
    expect(pagesRead(`${wholePath}.log`)).toBe(storedPages);
    const whole = await finish(wholePath, `${wholePath}.log`, digest);
    expect(whole.result.pagesRead).toBe(0);

    let begun = 0;
    // How long the child takes changes with what else the machine does: it goes on until one was killed in the middle.
    for (let kill = 0; kill < runs(5, 50) || (begun === 0 && kill < 100); kill += 1) {
      const path = newPath();
      const log = `${path}.log`;
      await indexAndKill(path, log, digest, (random.below(1000) / 1000) * duration);
      const before = pagesRead(log);
      const { result, tables } = await finish(path, log, digest);
      if (before > 0 && before < storedPages) begun += 1;
      expect(tables).toEqual(whole.tables);
      expect(result.memoryRoot).toBe(whole.result.memoryRoot);
      expect(result.pages).toEqual(whole.result.pages);
      expect(pagesRead(log) / storedPages).toBeLessThan(1.2);
    }
    expect(begun).toBeGreaterThan(0);
  });

  it('may happen again and again', async () => {
    const random = randomFor(digest ? 'again with digest' : 'again');
    const path = newPath();
    const log = `${path}.log`;
    for (let life = 0; life < 3; life += 1) await indexAndKill(path, log, digest, 10 + random.below(60));
    const { tables } = await finish(path, log, digest);
    const wholePath = newPath();
    expect(tables).toEqual((await finish(wholePath, `${wholePath}.log`, digest)).tables);
  });
});

describe('two processes at once', () => {
  it('read the dump once between them', async () => {
    const path = newPath();
    const log = `${path}.log`;
    await Promise.all([indexAndKill(path, log, false, Infinity), indexAndKill(path, log, false, Infinity)]);
    expect(pagesRead(log)).toBe(storedPages);
  });
});
