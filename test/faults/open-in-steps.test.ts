/**
 * Opening walks what the file says of itself: chains of records, headers by the hundred thousand. Between two pauses it makes a bounded
 * number of reads, however long the chain is, so that others are answered meanwhile and a cancel takes effect. Nothing is timed.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDumpAt } from '../../src/analysis/engine/session/open-dump.ts';
import { openDumpInSteps } from '../../src/analysis/formats/index.ts';
import type { Steps } from '../../src/analysis/jobs/steps.ts';
import type { ByteSource } from '../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { Cancelled } from '../../src/shared/rpc.ts';
import { manyLoads, shuffledLoads } from '../perf/many-loads.ts';
import { manyNotes } from '../perf/many-notes.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { alternatingBits, longChain, manyExtents, manyMaps, manyPageStates, manyRecords, manySegmentHeaders } from './giants.ts';

/** Of a step: `stepTurns` records of one read each, and what a step does besides. */
const readsBetweenPauses = 600;

interface Walked {
  readonly steps: number;
  readonly mostReads: number;
  readonly failed: boolean;
}

function walk(bytes: Uint8Array): Walked {
  const inner = memorySource('dump', bytes);
  let reads = 0;
  const source: ByteSource = {
    ...inner,
    readInto(offset, target) {
      reads += 1;
      return inner.readInto(offset, target);
    },
  };
  const work: Steps<unknown> = openDumpInSteps(source, { companions: () => [] });
  let [steps, mostReads] = [0, 0];
  try {
    for (;;) {
      const before = reads;
      const next = work.next();
      mostReads = Math.max(mostReads, reads - before);
      if (next.done === true) return { steps, mostReads, failed: false };
      steps += 1;
    }
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return { steps, mostReads, failed: true };
  }
}

describe('opening in steps', () => {
  it.each([
    ['a chain of LKCD records', (count: number) => longChain(count), 200_000],
    ['a chain of LKCD records that goes back to its start', (count: number) => longChain(count, true), 200_000],
    ['records of a flattened stream', (count: number) => manyRecords(count), 200_000],
    ['records of a flattened stream that go backwards', (count: number) => manyRecords(count, true), 200_000],
    ['a chain of stand-alone segments', manySegmentHeaders, 8000],
    ['PT_LOADs', manyLoads, 100_000],
    ['PT_LOADs in no order', shuffledLoads, 100_000],
    ['notes', (count: number) => manyNotes(count, { owner: 'X', type: 1, descBytes: 4 }), 60_000],
    ['bit maps of a VMDUMP', manyMaps, 20_000],
    ['extents of an NGDump in no order', manyExtents, 200_000],
    ['page states of a secure guest', manyPageStates, 20_000],
  ] as const)('%s', (_, build, count) => {
    const few = walk(build(count / 10));
    const many = walk(build(count));
    expect(many.mostReads).toBeLessThanOrEqual(readsBetweenPauses);
    // Ten times the records are ten times the pauses, and no longer a step.
    expect(many.steps).toBeGreaterThan(5 * few.steps);
    expect(many.steps).toBeGreaterThan(count / 300);
    expect(many.mostReads).toBeLessThanOrEqual(few.mostReads + 8);
  });

  it('bits of a kdump-compressed dump: a step reads a MiB of them at most', () => {
    const few = walk(alternatingBits(2000, 2));
    const many = walk(alternatingBits(20_000, 2));
    expect(many.mostReads).toBeLessThanOrEqual(few.mostReads);
    // Both bitmaps are counted, and the runs of one; 256 blocks are a MiB.
    expect(many.steps - few.steps).toBeGreaterThanOrEqual((3 * (20_000 - 2000)) / 2 / 256 - 3);
  });

  it('a cancelled one leaves no file open', async () => {
    const path = join(scratchFolder(), 'chain.lkcd');
    writeFileSync(path, longChain(200_000));
    const cancelling = new AbortController();
    const descriptors = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = descriptors();
    const opening = openDumpAt({ path, signal: cancelling.signal, progress: () => undefined });
    cancelling.abort();
    await expect(opening).rejects.toBeInstanceOf(Cancelled);
    expect(descriptors()).toBe(before);
  });
});
