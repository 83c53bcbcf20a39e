import { copyFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { blockPages, blockQueue } from '../../../src/analysis/page-index/block-plan.ts';
import { crewPlan } from '../../../src/analysis/page-index/crew-plan.ts';
import { buildIndex, type IndexOptions } from '../../../src/analysis/page-index/indexer.ts';
import { startPageCrew } from '../../../src/analysis/page-index/page-crew.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { readIndex } from '../../../src/analysis/page-index/store.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { DumpError } from '../../../src/shared/dump-error.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { openFor, tablesOf } from './open-for.ts';
import { numberedPage, pageImage } from './page-image.ts';
import { scratchIndexes } from './scratch-index.ts';

const newPath = scratchIndexes();
const folder = scratchFolder();

const contents = 'memory 40 MiB\nrandom 0x100000 3 MiB\nlines 0x1000000 2 MiB\npointers 0x2000000 1 MiB\n';
const written = (name: string, format: string): string => {
  const path = join(folder, name);
  writeFileSync(path, buildCase(`${contents}${format}\n`));
  return path;
};
const plain = written('plain.s390', 'format s390 producer=zipl');

async function built(path: string, workers: number | undefined, options: Partial<IndexOptions> = {}, indexPath = newPath(), direct = true) {
  const session = openSession(path);
  const store = await openFor(indexPath, session.image.memory);
  try {
    const { location, identity } = session;
    const crew =
      workers === undefined || location === undefined ? {} : { crew: { location, identity, workers, ...(direct ? { source: session.image.source } : {}) } };
    const result = await buildIndex(session.image, store, { digest: true, ...crew, ...options });
    return { result, tables: tablesOf(store) };
  } finally {
    store.close();
    session.close();
  }
}

describe('page workers', () => {
  it.each([
    ['a plain dump', () => plain],
    ['zlib', () => written('zlib.kdump', 'format kdump-compressed codec=zlib')],
    ['lzo', () => written('lzo.kdump', 'format kdump-compressed codec=lzo')],
    ['an ELF file whose last page is cut', () => written('cut.elf', 'format elf-vmcore producer=kernel\ntruncate -0x5678')],
  ])('give the rows of one thread: %s', async (_, path) => {
    const dump = path();
    const alone = await built(dump, undefined);
    for (const [workers, direct] of [
      [1, true],
      [2, true],
      [1, false],
    ] as const) {
      const { result, tables } = await built(dump, workers, {}, newPath(), direct);
      expect(result).toEqual({ ...alone.result, workers });
      expect(tables).toEqual(alone.tables);
    }
  });

  it('end with what goes wrong in what this thread does besides', async () => {
    const besides = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw new DumpError('io', { file: 'x' }, 'gone');
    };
    await expect(built(plain, 2, { besides })).rejects.toThrow('gone');
    let done = false;
    const later = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      done = true;
    };
    const { result } = await built(plain, 2, { besides: later });
    expect(done).toBe(true);
    expect(result.pages).toEqual((await built(plain, undefined)).result.pages);
  });

  it('are there again for the next dump', async () => {
    const session = openSession(plain);
    const extents = pageExtents(session.image.memory);
    const { location, identity } = session;
    const options = crewPlan(extents, { location: location!, identity, source: session.image.source, workers: 2, memoryBytes: 2 ** 30 })!;
    const ids = async (): Promise<number[]> => {
      const crew = startPageCrew(options);
      while (crew.starting) {
        crew.take();
        await crew.changed();
      }
      crew.give({ kind: 'block', startPfn: 4096, pages: 4096, index: true, digest: false });
      await crew.changed();
      expect(crew.take()).toMatchObject([{ pages: 4096, read: 4096 }]);
      crew.close();
      return crew.threads.toSorted((a, b) => a - b);
    };
    const first = await ids();
    expect(await ids()).toEqual(first);
    expect(await ids()).toEqual(first);
    session.close();
  });

  it('go on where a cancel left off', async () => {
    const alone = await built(plain, undefined);
    const path = newPath();
    const abort = new AbortController();
    let reports = 0;
    const onProgress = (): void => {
      reports += 1;
      if (reports === 1) abort.abort();
    };
    // Progress comes every 100 ms at most; on a fast machine all may be done by then.
    const first = await built(plain, 2, { signal: abort.signal, onProgress }, path).catch((error: unknown) => error);
    if (!(first instanceof Cancelled)) expect(first).toMatchObject({ result: { pages: alone.result.pages } });
    const { result, tables } = await built(plain, 2, {}, path);
    expect(tables).toEqual(alone.tables);
    expect(result.memoryRoot).toBe(alone.result.memoryRoot);
  });

  it.each([true, false])('end at once when cancelled (read directly: %s)', async (direct) => {
    // A hole of half a TiB: far more than is read before the first report of progress, which comes after 100 ms.
    const path = join(folder, 'endless.s390');
    const bytes = 2 ** 39;
    const head = buildCase('memory 1 MiB\nformat s390 producer=zipl').subarray(0, 4096);
    Buffer.from(head.buffer, head.byteOffset).writeBigUInt64BE(BigInt(bytes), 0x18);
    writeFileSync(path, head);
    truncateSync(path, bytes + 4096);
    const abort = new AbortController();
    let done = 0;
    let before = process.cpuUsage();
    const onProgress = (progress: ScanProgress): void => {
      if (abort.signal.aborted) return;
      done = progress.done;
      before = process.cpuUsage();
      abort.abort();
    };
    const indexPath = newPath();
    await expect(built(path, 2, { digest: false, signal: abort.signal, onProgress }, indexPath, direct)).rejects.toBeInstanceOf(Cancelled);
    const { user, system } = process.cpuUsage(before);
    const reader = readIndex(indexPath);
    const stored = reader.totals().pages;
    reader.close();
    // What was done is kept, and besides at most what two workers with two orders each and this thread had under way.
    expect(stored).toBeGreaterThanOrEqual(done - (done % blockPages));
    expect(stored).toBeLessThanOrEqual(done + 5 * blockPages);
    expect(done).toBeLessThan(bytes / pageSize / 4);
    // Three threads that go on for 200 ms would take 600; a busy machine is given some more.
    expect((user + system) / 1000).toBeLessThan(1500);
  });

  it.each([true, false])('say by themselves that another dump lies there meanwhile (read directly: %s)', async (direct) => {
    const path = join(folder, `other-${String(direct)}.s390`);
    copyFileSync(plain, path);
    const session = openSession(path);
    const { location, identity, image } = session;
    const wish = { location: location!, identity, workers: 1, ...(direct ? { source: image.source } : {}) };
    const plan = crewPlan(pageExtents(image.memory), wish)!;
    expect(plan.pages.kind).toBe(direct ? 'raw' : 'dump');
    writeFileSync(path, buildCase(`${contents}cpu prefix=0x8000\nformat s390 producer=zipl\n`));
    utimesSync(path, 1, 1);
    const crew = startPageCrew(plan);
    await crew.changed();
    expect(() => crew.take()).toThrow(/was replaced while it was open/);
    crew.close();
    session.close();
  });

  it.each([true, false])('do not read another dump that lies there meanwhile (read directly: %s)', async (direct) => {
    const path = join(folder, `exchanged-${String(direct)}.s390`);
    copyFileSync(plain, path);
    const session = openSession(path);
    const store = await openFor(newPath(), session.image.memory);
    const { location, identity } = session;
    writeFileSync(path, buildCase(`${contents}cpu prefix=0x8000\nformat s390 producer=zipl\n`));
    utimesSync(path, 1, 1);
    const crew = { location: location!, identity, workers: 1, ...(direct ? { source: session.image.source } : {}) };
    // The engine's thread works as well until the worker has started, and notices it too.
    await expect(buildIndex(session.image, store, { digest: false, crew })).rejects.toThrow(DumpError);
    store.close();
    session.close();
  });
});

describe('how many page workers', () => {
  const wish = { location: { path: 'x' }, identity: 'x' };
  const stored = (pages: number, fileOffset?: number) =>
    pageExtents(pageImage([{ pages, state: 'stored', fill: numberedPage, ...(fileOffset === undefined ? {} : { fileOffset }) }]).memory);

  it('follows from the budget, and stays within it', () => {
    const mebibyte = 2 ** 20;
    for (const memoryBytes of [100, 256, 300, 512, 4096].map((count) => count * mebibyte)) {
      const plan = crewPlan(stored(10 ** 6, 0), { ...wish, memoryBytes, workers: 4 });
      const heaps = (plan?.workers ?? 0) * (plan?.heapBytes ?? 0);
      expect(heaps + 192 * mebibyte).toBeLessThanOrEqual(Math.max(memoryBytes, 192 * mebibyte));
      expect(plan?.workers).toBe(memoryBytes < 256 * mebibyte ? undefined : Math.min(4, Math.floor((memoryBytes / mebibyte - 192) / 64)));
    }
  });

  it('leaves room for those that are added where the file is waited for', () => {
    const mebibyte = 2 ** 20;
    for (const memoryBytes of [256, 300, 320, 384, 448, 512, 4096].map((count) => count * mebibyte)) {
      const plan = crewPlan(stored(10 ** 6, 0), { ...wish, memoryBytes })!;
      expect(plan.spare).toBeLessThanOrEqual(2);
      expect((plan.workers + plan.spare) * plan.heapBytes + 192 * mebibyte).toBeLessThanOrEqual(memoryBytes);
    }
    expect(crewPlan(stored(10 ** 6, 0), { ...wish, memoryBytes: 256 * mebibyte })?.spare).toBe(0);
    expect(crewPlan(stored(10 ** 6, 0), { ...wish, memoryBytes: 4096 * mebibyte })?.spare).toBe(2);
    expect(crewPlan(stored(10 ** 6, 0), { ...wish, memoryBytes: 4096 * mebibyte, workers: 2 })?.spare).toBe(0);
  });

  it('is none for a small dump, unless somebody wants some', () => {
    expect(crewPlan(stored(20_000, 0), wish)).toBeUndefined();
    expect(crewPlan(stored(20_000), wish)?.workers).toBeGreaterThan(0);
    expect(crewPlan(stored(20_000, 0), { ...wish, workers: 1 })?.workers).toBe(1);
    expect(crewPlan(stored(20_000, 0), undefined)).toBeUndefined();
  });
});

describe('order of blocks', () => {
  const extents = pageExtents(
    pageImage([
      { pages: 9000, state: 'stored' },
      { pages: 40_960, state: 'missing' },
      { pages: 9000, state: 'stored' },
    ]).memory,
  );
  const starts = (wishes: readonly (readonly [after: number, pfn: number])[]): number[] => {
    const queue = blockQueue(extents);
    const order: number[] = [];
    for (;;) {
      for (const [after, pfn] of wishes) if (order.length === after) queue.prefer(pfn);
      const next = queue.next();
      if (next === undefined) return order;
      order.push(next.startPfn);
    }
  };
  const ascending = starts([]);

  it('brings what somebody looks at to the front, each block once', () => {
    expect(ascending).toEqual([0, 4096, 8192, 12_288, 49_152, 53_248, 57_344]);
    expect(starts([[1, 58_000]])).toEqual([0, 57_344, 4096, 8192, 12_288, 49_152, 53_248]);
    expect(
      starts([
        [0, 50_000],
        [0, 8200],
        [3, 8200],
        [3, 0],
        [3, 10 ** 9],
        [3, 20_000],
      ]),
    ).toEqual([8192, 49_152, 0, 4096, 12_288, 53_248, 57_344]);
  });
});
