/** Two processes on one dump and one cache at once: both succeed, or one says why not, and the results are those of one alone. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { buildCase } from '../../../src/samples/case-text.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { indexSchema } from '../../../src/shared/memory-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { runCliProcess, type CliResult } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { contentOf } from '../../unit/page-index/pieced-dumps.ts';

const folder = scratchFolder();
const dump = join(folder, 'dump.s390');
const packed = join(folder, 'dump.s390.gz');
const bytes = buildCase('memory 48 MiB\ncpu prefix=0x8000\nrandom 0x100000 3 MiB\nlines 0x1800000 2 MiB\nformat s390');
writeFileSync(dump, bytes);
writeFileSync(packed, gzipSync(bytes));

const newCache = (): string => mkdtempSync(join(folder, 'cache-'));
const run = (cache: string, ...words: readonly string[]): Promise<CliResult> => runCliProcess(words, { env: { ...process.env, XDG_CACHE_HOME: cache } });
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function indexOf({ code, out, err }: CliResult): unknown {
  expect(code, err).toBe(0);
  const { indexPath, memoryRoot, pages } = v.parse(indexSchema, JSON.parse(out));
  return { memoryRoot, pages, content: contentOf(indexPath) };
}
function verdictsOf({ code, out, err }: CliResult): unknown {
  expect(code, err).toBe(0);
  const { checks, digests } = v.parse(verifySchema, JSON.parse(out));
  // Whether an index was there to compare with is the one thing that the other process decides.
  return { digests, checks: checks.filter(({ id }) => id !== 'index-digest').map(({ id, verdict }) => [id, verdict]) };
}

describe('at once', () => {
  let index: unknown;
  beforeAll(async () => {
    index = indexOf(await run(newCache(), 'index', dump, '--digest', '--json'));
  });

  it('index and index', async () => {
    const cache = newCache();
    const both = await Promise.all(['0', '2'].map((workers) => run(cache, 'index', dump, '--digest', '--json', '--workers', workers)));
    for (const one of both) expect(indexOf(one)).toEqual(index);
  });

  it('index and verify', async () => {
    const alone = verdictsOf(await run(newCache(), 'verify', dump, '--json'));
    const cache = newCache();
    const [made, verified] = await Promise.all([run(cache, 'index', dump, '--digest', '--json'), run(cache, 'verify', dump, '--json')]);
    expect(indexOf(made)).toEqual(index);
    expect(verdictsOf(verified)).toEqual(alone);
    expect(v.parse(verifySchema, JSON.parse(verified.out)).checks.find(({ id }) => id === 'index-digest')?.verdict).toMatch(/^(?:passed|not-recorded)$/);
  });

  it('unpack and unpack: one complete copy is left', async () => {
    const cache = newCache();
    const both = await Promise.all([1, 2].map(() => run(cache, 'info', packed, '--json')));
    for (const { code, out, err } of both) {
      expect([code, err]).toEqual([0, '']);
      expect(v.parse(infoSchema, JSON.parse(out)).container).toMatchObject({ format: 's390', complete: true });
    }
    const unpacked = join(cache, 'dumpbench', 'unpacked');
    const names = readdirSync(unpacked);
    expect(names.map((name) => name.replace(/^.*\./, '')).toSorted()).toEqual(['dump', 'json']);
    expect(sha256(join(unpacked, names.find((name) => name.endsWith('.dump')) ?? ''))).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([[[] as readonly string[]], [['--force']]])('report and report to one file (%j)', async (more) => {
    const [out, alone] = [mkdtempSync(join(folder, 'out-')), join(folder, 'alone.html')];
    if (!existsSync(alone)) expect(await run(newCache(), 'report', dump, '--quick', '--format', 'html', '-o', alone, '--quiet')).toMatchObject({ code: 0 });
    const path = join(out, 'report.html');
    const cache = newCache();
    const both = await Promise.all([1, 2].map(() => run(cache, 'report', dump, '--quick', '--format', 'html', '-o', path, '--quiet', ...more)));
    expect(both.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    for (const { code, err } of both)
      if (code !== 0) expect([code, err]).toEqual([3, expect.stringMatching(/report\.html: (?:the file exists already|another file was put there meanwhile)/)]);
    expect(sha256(path)).toBe(sha256(alone));
    expect(readdirSync(out)).toEqual(['report.html']);
  });

  it('index and cache prune, which leaves what is being built', async () => {
    const cache = newCache();
    const indexes = join(cache, 'dumpbench', 'index');
    mkdirSync(cache, { recursive: true });
    const indexing = run(cache, 'index', dump, '--digest', '--json', '--workers', '0');
    let isOver = false;
    void indexing.finally(() => (isOver = true));
    await expect.poll(() => isOver || (existsSync(indexes) && readdirSync(indexes).length > 0), { interval: 5, timeout: 300_000 }).toBe(true);
    const pruned = await run(cache, 'cache', 'prune', '--max', '0', '--json');
    expect(pruned.code, pruned.err).toBe(0);
    const made = await indexing;
    expect(made.code, made.err).toBe(0);
    const { memoryRoot } = v.parse(indexSchema, JSON.parse(made.out));
    expect(memoryRoot).toBe((index as { memoryRoot: string }).memoryRoot);
    expect(indexOf(await run(cache, 'index', dump, '--digest', '--json'))).toEqual(index);
  });
});
