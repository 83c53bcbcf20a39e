/**
 * Dumps on a file system whose times do not show every change: a byte is written through a mapping on tmpfs, and size, device, inode and
 * times are what they were. No index and no unpacked copy answers for the new bytes as if they were the old ones.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as v from 'valibot';
import { fileSystemType } from '../../../src/files/change-time.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { compareSchema } from '../../../src/shared/compare-model.ts';
import { indexSchema, sqlSchema } from '../../../src/shared/memory-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { searchSchema } from '../../../src/shared/search-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
const tmpfs = 0x01021994n;
const inMemory = ['/dev/shm', '/tmp', '/run'].find((path) => existsSync(path) && fileSystemType(path) === tmpfs);
if (inMemory === undefined) console.warn('undated-files: there is no tmpfs here, so changes without a trace in times are NOT tested');

/** Every stored page is in a sample. */
const text = (seed: number): string => `arch x86_64\nmemory 1 MiB\nlines 0x1000 65536\nrandom 0xc0000 0x40000 seed=${seed}\nformat elf-vmcore producer=qemu`;
const dump = Buffer.from(buildCase(text(1)));
const query = 'SELECT class, count(*) FROM page WHERE class IS NOT NULL GROUP BY class';

async function json<T>(schema: v.GenericSchema<unknown, T>, ...argv: readonly string[]): Promise<T> {
  const { out, err } = await runInProcess([...argv, '--json']);
  expect(out, err).not.toBe('');
  return v.parse(schema, JSON.parse(out));
}

describeNeeding('failing-disk', 'a change that times do not show', () => {
  const program = join(folder, 'write-mapped');
  let place = '';
  let file = '';
  beforeAll(() => {
    execFileSync('cc', ['-O1', '-o', program, fileURLToPath(new URL('write-mapped.c', import.meta.url))]);
    if (inMemory !== undefined) place = mkdtempSync(join(inMemory, 'dumpbench-test-'));
  });
  afterAll(() => {
    if (place !== '') rmSync(place, { recursive: true, force: true });
  });
  beforeEach(() => {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    file = join(place, 'vmcore');
    if (place !== '') writeFileSync(file, dump);
  });

  /** Flips a byte without a trace. @param offset from the end */
  function flip(path: string, offset: number): void {
    const state = (): unknown => {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      return { dev, ino, size, mtimeNs, ctimeNs };
    };
    const before = state();
    execFileSync(program, [path, String(statSync(path).size - offset)]);
    expect(state()).toEqual(before);
  }
  /** On a disk, where nothing was indexed yet. */
  async function rootOfCopy(path: string): Promise<string | undefined> {
    const copy = join(folder, 'copy');
    copyFileSync(path, copy);
    const { memoryRoot } = await json(indexSchema, 'index', copy, '--digest', '--index', join(folder, `copy-${Math.random()}.sqlite`));
    return memoryRoot;
  }

  it.skipIf(inMemory === undefined)('index --digest reads the bytes again, changed or not', async () => {
    const made = await json(indexSchema, 'index', file, '--digest');
    const again = await json(indexSchema, 'index', file, '--digest');
    expect(again).toMatchObject({ memoryRoot: made.memoryRoot, resumed: false, discarded: expect.stringMatching(/times do not show/) as unknown });
    expect(again.bytesRead).toBeGreaterThan(0);
    flip(file, 5000);
    const after = await json(indexSchema, 'index', file, '--digest');
    expect(after.memoryRoot).not.toBe(made.memoryRoot);
    expect(after.memoryRoot).toBe(await rootOfCopy(file));
  });

  it.skipIf(inMemory === undefined)('sql and search report this with every answer, and index compares a sample', async () => {
    await json(indexSchema, 'index', file);
    const unconfirmed = /^unconfirmed: times do not show .*vmcore, a write through a mapping of it changes no times \(tmpfs\)/;
    expect((await json(sqlSchema, 'sql', file, query)).unconfirmed).toMatch(unconfirmed);
    expect((await json(searchSchema, 'search', file, '00', '--type', 'bytes', '--class', 'text', '--limit', '1')).unconfirmed).toMatch(unconfirmed);
    expect((await runInProcess(['sql', file, query])).err).toMatch(/^dumpbench: unconfirmed: times/);
    const agreed = await json(indexSchema, 'index', file);
    expect(agreed).toMatchObject({ resumed: true, bytesRead: 0, confirmed: { why: expect.stringContaining('times do not show') as unknown } });
    flip(file, 5000);
    expect(await json(indexSchema, 'index', file)).toMatchObject({ resumed: false, discarded: expect.stringContaining('is not what it says') as unknown });
  });

  it.skipIf(inMemory === undefined)('compare says what its fingerprints are based on', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, buildCase(text(2)));
    await json(indexSchema, 'index', file);
    const { remarks } = await json(compareSchema, 'compare', file, other);
    expect(remarks).toContainEqual({
      kind: 'other-files',
      text: expect.stringMatching(/the left dump: .*times do not show.*a sample of \d+ of \d+ pages/) as unknown,
    });
  });

  it.skipIf(inMemory === undefined)('verify finds the page that is not what the index says', async () => {
    await json(indexSchema, 'index', file);
    flip(file, 5000);
    const { checks, digests } = await json(verifySchema, 'verify', file);
    expect(checks.find(({ id }) => id === 'index-digest')?.verdict).toBe('failed');
    expect(digests.memoryRoot).toBeUndefined();
  });

  it.skipIf(inMemory === undefined)('an unpacked copy is compared by digest, or made again', async () => {
    const packed = join(place, 'vmcore.gz');
    // Stored, so that a flipped byte of it is one of the dump.
    writeFileSync(packed, gzipSync(dump, { level: 0 }));
    const copyOf = async (): Promise<string | undefined> => (await json(infoSchema, 'info', packed)).container.copy;
    expect([await copyOf(), await copyOf()]).toEqual(['made', 'compared']);
    flip(packed, 5000);
    // Its own checksum is not that of what it unpacks to now.
    const { container, findings } = await json(infoSchema, 'info', packed);
    expect(container).toMatchObject({ copy: 'made', complete: false });
    expect(findings.map(({ id }) => id)).toContain('container-complete/packed-file-damaged');
  });
});
