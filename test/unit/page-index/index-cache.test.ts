import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as v from 'valibot';
import { cachedIndexes as listed, pruneIndexes } from '../../../src/analysis/page-index/index-cache.ts';
import { removeIndex } from '../../../src/analysis/page-index/index-lock.ts';
import { partFolder } from '../../../src/files/cache-folder.ts';
import { cacheSchema } from '../../../src/shared/cache-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { openFor } from './open-for.ts';
import { numberedPage, pageImage } from './page-image.ts';
import { cachedIndexes, indexed } from './scratch-index.ts';

const newPath = cachedIndexes();
const { memory } = pageImage([{ pages: 3000, state: 'stored', fill: numberedPage }]);

/** Three indexes of one size, the first used longest ago, and things that are none. */
async function filled(): Promise<{ paths: string[]; others: string[] }> {
  const paths = [newPath(), newPath(), newPath()];
  for (const [age, path] of paths.entries()) {
    await indexed(path, memory);
    utimesSync(path, 1000 + age, 1000 + age);
  }
  const others = ['notes.sqlite', 'empty.sqlite', 'picture.png'].map((name) => join(partFolder('index'), name));
  writeFileSync(others[0]!, 'SQLite format 3\0 of somebody else'.padEnd(4096, '\0'));
  writeFileSync(others[1]!, '');
  writeFileSync(others[2]!, 'x');
  mkdirSync(join(partFolder('index'), 'folder.sqlite'), { recursive: true });
  const link = join(partFolder('index'), 'link.sqlite');
  rmSync(link, { force: true });
  symlinkSync(paths[0]!, link);
  onTestFinished(async () => {
    await pruneIndexes(0);
  });
  return { paths, others };
}

describe('cache of indexes', () => {
  it('lists indexes only, the one used last first', async () => {
    const { paths } = await filled();
    expect(listed().map(({ path }) => path)).toEqual(paths.toReversed());
  });

  it('makes room from the oldest on and leaves everything else', async () => {
    const { paths, others } = await filled();
    const size = listed()[0]!.bytes;
    const { removed, kept } = await pruneIndexes(2 * size);
    expect([removed.map(({ path }) => path), kept.map(({ path }) => path)]).toEqual([[paths[0]], [paths[2], paths[1]]]);
    expect((await pruneIndexes(0, paths[2])).kept.map(({ path }) => path)).toEqual([paths[2]]);
    expect(paths.map((path) => existsSync(path))).toEqual([false, false, true]);
    for (const other of others) expect(existsSync(other)).toBe(true);
    expect(readFileSync(others[0]!, 'latin1')).toContain('somebody else');
  });

  it('leaves an index that is being built', async () => {
    const { paths } = await filled();
    const store = await openFor(paths[0]!, memory);
    const { removed, busy } = await pruneIndexes(0);
    store.close();
    expect(removed.length).toBe(2);
    expect(busy.map(({ path }) => path)).toEqual([paths[0]]);
    expect(existsSync(paths[0]!)).toBe(true);
  });

  it('removes nothing that is not an index', async () => {
    const { others } = await filled();
    for (const other of others) await expect(removeIndex(other)).rejects.toThrow('left as it is');
    await expect(removeIndex(dirname(others[0]!))).rejects.toThrow('left as it is');
  });

  it('is shown and pruned by the command line', async () => {
    const { paths } = await filled();
    writeFileSync(paths[1]!, readFileSync(paths[1]!).subarray(0, 16_384));
    utimesSync(paths[1]!, 1001, 1001);
    const list = v.parse(cacheSchema, JSON.parse((await runInProcess(['cache', '--json'])).out));
    expect(list.indexes.map(({ path }) => path)).toEqual(paths.toReversed());
    expect(list.indexes[0]).toMatchObject({ identity: 'test', pages: 3000, totalPages: 3000, complete: true });
    expect(list.indexes[1]?.complete).toBeUndefined();
    expect(list.bytes).toBe(list.indexes.reduce((sum, { bytes }) => sum + bytes, 0));
    const text = await runInProcess(['cache']);
    expect(text.out).toContain('complete');
    expect(text.out).toContain('damaged or of another version');
    const pruned = v.parse(cacheSchema, JSON.parse((await runInProcess(['cache', 'prune', '--max', '1K', '--json'])).out));
    expect([pruned.indexes, pruned.removed?.length]).toEqual([[], 3]);
    for (const wrong of [['empty'], ['--max', '5'], ['prune', '--max', 'much']]) expect((await runInProcess(['cache', ...wrong])).code).toBe(2);
  });
});
