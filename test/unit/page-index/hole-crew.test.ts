import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import { crewPlan } from '../../../src/analysis/page-index/crew-plan.ts';
import { buildIndex, type IndexOptions } from '../../../src/analysis/page-index/indexer.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import type { ScanProgress } from '../../../src/shared/engine-protocol.ts';
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

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
const absentLeaf = sha256(Uint8Array.of(2));

/** RFC 6962 section 2.1 over leaves [from, to); a range of absent pages alone is known by its length. */
function treeHash(leaf: (pfn: number) => Buffer, from: number, to: number, holes = new Map<number, Buffer>()): Buffer {
  const hole = from >= 16 && to <= farPfn;
  const known = hole ? holes.get(to - from) : undefined;
  if (known !== undefined) return known;
  let split = 1;
  while (2 * split < to - from) split *= 2;
  const made = to - from === 1 ? leaf(from) : sha256(Uint8Array.of(1), treeHash(leaf, from, from + split, holes), treeHash(leaf, from + split, to, holes));
  if (hole) holes.set(to - from, made);
  return made;
}

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
  it('costs no leaf: the subtrees stored are those of pages, whoever does the work', async () => {
    const alone = await built(false);
    expect(alone.result.pages).toMatchObject({ total: totalPages, present: 32, missing: totalPages - 32 });
    expect(alone.tables.subtrees.map(({ startPfn }) => startPfn)).toEqual([0, farPfn - (farPfn % 4096)]);
    const seen: ScanProgress[] = [];
    const crew = await built(true, { onProgress: (progress) => seen.push(progress) });
    expect(crew.result).toEqual({ ...alone.result, workers: crew.result.workers });
    expect(crew.tables).toEqual(alone.tables);
    expect(seen.at(-1)).toMatchObject({ done: totalPages, total: totalPages });
  });

  it('is in the root as so many absent pages', async () => {
    const session = openSession(path);
    const bytes = Buffer.alloc(32 * 4096);
    session.image.memory.readPages(0, bytes.subarray(0, 16 * 4096), new Uint8Array(16));
    session.image.memory.readPages(farPfn, bytes.subarray(16 * 4096), new Uint8Array(16));
    session.close();
    const leaf = (page: number): Buffer => sha256(Uint8Array.of(0), bytes.subarray(page * 4096, (page + 1) * 4096));
    const leaves = (pfn: number): Buffer => (pfn < 16 ? leaf(pfn) : pfn < farPfn ? absentLeaf : leaf(pfn - farPfn + 16));
    const tree = treeHash(leaves, 0, totalPages);
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(BigInt(totalPages));
    expect((await built(false)).result.memoryRoot).toBe(sha256(Uint8Array.of(3), count, tree).toString('hex'));
  });

  it('is worth no page worker', () => {
    const session = openSession(path);
    const extents = pageExtents(session.image.memory);
    expect(crewPlan(extents, { location: { path }, identity: session.identity })).toBeUndefined();
    session.close();
  });
});
