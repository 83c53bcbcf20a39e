/** Ranges of a dump whose disk fails, and pieces for which there is no room. */
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { buildCase } from '../../../src/samples/case-text.ts';
import { indexRangeSchema, indexSchema } from '../../../src/shared/memory-model.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { failingDisk, type FailingDisk, type Faults, type FaultyRun } from './failing-disk.ts';

const folder = scratchFolder();
const dump = join(folder, 'dump.s390');
writeFileSync(dump, buildCase('system healthy memory=20MiB\nrandom 0x900000 1 MiB\nlines 0x1100000 64 KiB\nformat s390\n'));
const caches = (): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: mkdtempSync(join(folder, 'cache-')) });
const bad = 0x92_0000;
const ofRange = (number: number): readonly string[] => ['index', dump, '--digest', '--range-number', String(number), '--range-size', '16MiB', '--json', '-o'];

describeNeeding('failing-disk', 'ranges', () => {
  let disk: FailingDisk | undefined;
  beforeAll(() => {
    disk = failingDisk();
  });
  afterAll(() => {
    disk?.remove();
  });
  const run = (args: readonly string[], faults: Faults = {}, env: NodeJS.ProcessEnv = caches()): Promise<FaultyRun> => {
    if (disk === undefined) throw new Error('no failing disk');
    return disk.run(args, { FILE: [dump], ...faults }, env);
  };
  const json = <S extends v.GenericSchema>(schema: S, { out, err }: FaultyRun): v.InferOutput<S> => {
    expect(out, err).toMatch(/^\{/);
    return v.parse(schema, JSON.parse(out));
  };

  it('whose disk does not return a page are results, and are joined; once it returns the page, the result is that of one index', async () => {
    const pieces = join(folder, 'pieces');
    mkdirSync(pieces);
    const env = caches();
    const found = await run([...ofRange(0), pieces], { BAD: `${bad}-${bad + 4096}` });
    expect(found.code, found.err).toBe(0);
    const range = json(indexRangeSchema, found);
    expect(range).toMatchObject({ state: 'unreadable', pages: { unreadable: 1 }, readErrors: [{ file: dump, offset: bad, bytes: 4096 }] });
    expect(json(indexRangeSchema, await run([...ofRange(1), pieces])).state).toBe('indexed');
    const merge = ['index', dump, '--merge', pieces, '--json'];
    for (const more of [[], ['--pieces-from', '1']]) {
      const part = json(indexSchema, await run([...merge, ...more], {}, env));
      expect(part).toMatchObject({ pages: { unreadable: 1 }, readErrors: [{ offset: bad, bytes: 4096 }], joined: { pieces: 2 } });
      // A root over less than the dump would be taken for the dump's.
      expect(part.memoryRoot).toBeUndefined();
    }
    const { code, err } = await run(['index', dump], {}, env);
    expect([code, err]).toEqual([3, expect.stringContaining('is read from pieces, and they lack some of what was asked for')]);
    const again = json(indexRangeSchema, await run([...ofRange(0), pieces]));
    expect(again).toMatchObject({ state: 'indexed', existed: false, pages: { unreadable: 0 } });
    const joined = json(indexSchema, await run(merge, {}, env));
    const single = json(indexSchema, await run(['index', dump, '--digest', '--rebuild', '--json'], {}, env));
    expect(single).toMatchObject({ pages: { unreadable: 0 }, memoryRoot: joined.memoryRoot });
    expect(joined.pages).toEqual(single.pages);
  });

  it('leave nothing if there is no room for the piece, and lose nothing', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    const env = caches();
    const found = await run([...ofRange(0), full], { FULL: full, ROOM: 100_000 }, env);
    expect(found.code, found.err).toBe(3);
    expect(found.err).toMatch(/^dumpbench: .*the disk is full/);
    expect(readdirSync(full)).toEqual([]);
    const again = json(indexRangeSchema, await run([...ofRange(0), full], {}, env));
    expect(again).toMatchObject({ resumed: true, bytesRead: 0, existed: false });
  });

  it('end with a message if the cache folder is full', async () => {
    const place = mkdtempSync(join(folder, 'no-cache-'));
    const found = await run([...ofRange(0), join(folder, 'x.piece')], { FULL: place }, { HOME: place, XDG_CACHE_HOME: place, TMPDIR: place });
    expect([found.code, found.out]).toEqual([3, '']);
    expect(found.err).toMatch(/^dumpbench: the index .*\n$/);
    expect(readdirSync(folder)).not.toContain('x.piece');
  });
});
