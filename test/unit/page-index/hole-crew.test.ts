import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { crewPlan } from '../../../src/analysis/page-index/crew-plan.ts';
import { buildIndex, type IndexOptions } from '../../../src/analysis/page-index/indexer.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { openFor, tablesOf } from './open-for.ts';
import { scratchIndexes } from './scratch-index.ts';

const newPath = scratchIndexes();
const path = join(scratchFolder(), 'hole.elf');
/** In the middle of a block, and far enough up that workers are worth it. */
const farPfn = 1_200_100;
const totalPages = farPfn + 16;

/** Two pieces of memory with a hole of some 4.6 GiB between them. */
beforeAll(() => {
  const bytes = buildCase('memory 128 KiB\nrandom 0x0 128 KiB\nload 0x0 0x10000\nload 0x10000 0x10000\nformat elf-vmcore producer=qemu\n');
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const headers = Number(file.readBigUInt64BE(0x20));
  const last = [...Array(file.readUInt16BE(0x38)).keys()].map((index) => headers + index * 56).findLast((at) => file.readUInt32BE(at) === 1) ?? 0;
  file.writeBigUInt64BE(BigInt(farPfn) * 4096n, last + 24);
  writeFileSync(path, file);
});

async function built(workers: boolean, options: Partial<IndexOptions> = {}, indexPath = newPath()) {
  const session = openSession(path);
  const store = await openFor(indexPath, session.image.memory);
  try {
    const { location, identity } = session;
    const crew = !workers || location === undefined ? {} : { crew: { location, identity, workers: 2, source: session.image.source } };
    const result = await buildIndex(session.image, store, { digest: true, ...crew, ...options });
    return { result, tables: tablesOf(store) };
  } finally {
    store.close();
    session.close();
  }
}

describe('a long hole below the last pages', () => {
  it('is shared by page workers, which give the rows of one thread', async () => {
    const alone = await built(false);
    expect(alone.result.pages).toMatchObject({ total: totalPages, present: 32, missing: totalPages - 32 });
    expect(alone.tables.subtrees.length).toBe(Math.ceil(totalPages / 4096));
    const seen: ScanProgress[] = [];
    const crew = await built(true, { onProgress: (progress) => seen.push(progress) });
    expect(crew.result).toEqual({ ...alone.result, workers: 2 });
    expect(crew.tables).toEqual(alone.tables);
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ done: totalPages, total: totalPages });
  }, 60_000);

  it('goes on where a cancel left off', async () => {
    const whole = await built(true);
    const indexPath = newPath();
    let cancels = 0;
    let reached = 0;
    for (;;) {
      const abort = new AbortController();
      let told = 0;
      const onProgress = ({ done }: ScanProgress): void => {
        told ||= done;
        if (cancels < 3) abort.abort();
      };
      const again = await built(cancels !== 1, { signal: abort.signal, onProgress }, indexPath).catch((error: unknown) => error);
      if (!(again instanceof Cancelled)) {
        expect(again).toMatchObject({ tables: whole.tables, result: { memoryRoot: whole.result.memoryRoot } });
        break;
      }
      // Nothing of what was reported is done again.
      expect(told).toBeGreaterThanOrEqual(reached);
      reached = told;
      cancels += 1;
    }
    expect(cancels).toBeGreaterThan(0);
  }, 60_000);

  it('is worth page workers only for its leaves', () => {
    const session = openSession(path);
    const extents = pageExtents(session.image.memory);
    const wish = { location: { path }, identity: session.identity };
    expect(crewPlan(extents, wish, true)?.workers).toBeGreaterThan(0);
    expect(crewPlan(extents, wish, false)).toBeUndefined();
    session.close();
  });
});
