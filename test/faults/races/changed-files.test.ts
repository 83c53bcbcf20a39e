/** A dump that changes while it is open: nothing is answered from bytes of before and after, and the message names the file. */
import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCase } from '../../../src/samples/case-text.ts';
import { DumpError } from '../../../src/shared/dump-error.ts';
import { engineHosts } from '../../engine-hosts.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
process.env.XDG_CACHE_HOME = join(folder, 'cache');
const text = (seed: number): string => `memory 24 MiB\ncpu prefix=0x8000\nrandom 0x100000 12 MiB seed=${seed}\nformat s390`;
const [before, after] = [buildCase(text(1)), buildCase(text(2))];
/** A whole second, so that it can be set again exactly. */
const time = 1_700_000_000;

const changes: readonly (readonly [how: string, change: (path: string, bytes: Uint8Array) => void])[] = [
  [
    'replaced',
    (path, bytes) => {
      writeFileSync(`${path}.new`, bytes);
      utimesSync(`${path}.new`, time, time);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'truncated',
    (path) => {
      truncateSync(path, statSync(path).size - 4096);
      utimesSync(path, time, time);
    },
  ],
  [
    'grown',
    (path) => {
      appendFileSync(path, Buffer.alloc(4096));
      utimesSync(path, time, time);
    },
  ],
  [
    'rewritten at equal size and time of modification',
    (path, bytes) => {
      writeFileSync(path, bytes);
      utimesSync(path, time, time);
    },
  ],
];

const isNamed = (path: string) => (error: unknown) =>
  error instanceof DumpError && error.where.file === path && /^the file (?:was|has) .* while it was open/.test(error.what);
const [host] = engineHosts;
const engine = host?.start();
const client = engine?.client;
afterAll(() => engine?.close());

describe.each(changes)('a dump that is %s while it is open', (how, change) => {
  const path = join(folder, `${how.slice(0, 8)}.s390`);
  const packed = `${path}.gz`;
  beforeEach(() => {
    for (const [place, bytes] of [
      [path, before],
      [packed, gzipSync(before)],
    ] as const) {
      rmSync(place, { force: true });
      writeFileSync(place, bytes);
      utimesSync(place, time, time);
    }
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
  });
  const caught = async (asked: Promise<unknown> | undefined): Promise<unknown> =>
    (asked ?? Promise.resolve()).then(
      () => undefined,
      (error: unknown) => error,
    );
  const opened = async (place: string): Promise<string> => (await client?.call('open', { path: place }))?.dump ?? '';

  it.each([
    ['itself', path, after],
    ['packed', packed, gzipSync(after)],
  ])('no longer answers any request, not even from memory (%s)', async (_, place, bytes) => {
    const dump = await opened(place);
    const known = await client?.call('info', { dump });
    expect(known).toBeDefined();
    await client?.call('index', { dump, digest: true, rebuild: false, workers: 0 });
    change(place, bytes);
    const questions = [
      client?.call('info', { dump }),
      client?.call('triage', { dump }),
      client?.call('read', { dump, space: 'absolute', address: 0x100000n, length: 64 }),
      client?.call('search', { dump, pattern: 'ffff', type: 'bytes', limit: 1 }),
      client?.call('verify', { dump, quick: true }),
      client?.call('sql', { dump, query: 'SELECT count(*) FROM page', rows: 1, seconds: 60 }),
      client?.call('strip', { dump, start: 0n, end: 0x100000n, buckets: 4 }),
      client?.call('report', { dump, format: 'json', quick: true }),
    ];
    for (const error of await Promise.all(questions.map(caught))) expect(error).toSatisfy(isNamed(place));
    await client?.call('close', { dump });
    // Opened again it is what it is now.
    if (how !== 'truncated' && how !== 'grown') {
      const again = await opened(place);
      const { data } = (await client?.call('read', { dump: again, space: 'absolute', address: 0x100000n, length: 64 })) ?? {};
      expect(Buffer.from(data ?? [])).toEqual(Buffer.from(after.subarray(0x101000, 0x101040)));
      await client?.call('close', { dump: again });
    }
  });

  it.each([0, 2])('ends an index under way, with %i page workers, and no index of both is left', async (workers) => {
    const dump = await opened(path);
    let isChanged = false;
    const error = await caught(
      client?.call(
        'index',
        { dump, digest: true, rebuild: false, workers },
        {
          onProgress: () => {
            if (isChanged) return;
            isChanged = true;
            change(path, after);
          },
        },
      ),
    );
    expect(isChanged).toBe(true);
    expect(error).toSatisfy(isNamed(path));
    await client?.call('close', { dump });
    if (how === 'truncated' || how === 'grown') return;
    const other = join(folder, 'other.s390');
    copyFileSync(path, other);
    expect(Buffer.compare(readFileSync(other), after)).toBe(0);
    const roots: (string | undefined)[] = [];
    for (const place of [path, other]) {
      const one = await opened(place);
      roots.push((await client?.call('index', { dump: one, digest: true, rebuild: place === other, workers: 0 }))?.memoryRoot);
      await client?.call('close', { dump: one });
    }
    expect(roots[0]).toBeDefined();
    expect(roots[0]).toBe(roots[1]);
  });
});
