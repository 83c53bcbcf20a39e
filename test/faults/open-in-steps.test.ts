/**
 * Opening walks what the file says of itself: chains of records, headers by the hundred thousand. Between two pauses it makes a bounded
 * number of reads, however long the chain is, so that others are answered meanwhile and a cancel takes effect. Nothing is timed.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDumpAt } from '../../src/analysis/engine/session/open-dump.ts';
import { openDumpInSteps } from '../../src/analysis/formats/index.ts';
import { s390Header } from '../../src/analysis/formats/s390-header.ts';
import type { Steps } from '../../src/analysis/jobs/steps.ts';
import type { ByteSource } from '../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { flatten } from '../../src/samples/flatten.ts';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { Cancelled } from '../../src/shared/rpc.ts';
import { manyLoads } from '../perf/many-loads.ts';
import { scratchFolder } from '../scratch-folder.ts';

/** Of a step: `stepTurns` records of one read each, and what a step does besides. */
const readsBetweenPauses = 600;
const system = 'memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x1000\n';

/** An LKCD dump whose chain has a record of one byte for every page. @param back the last record leads to a page before it */
function longChain(records: number, back = false): Uint8Array {
  const head = buildCase(`${system}format lkcd`).subarray(0, 0x10000);
  const bytes = new Uint8Array(0x10000 + records * 17 + 16);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(24, BigInt(records) * 4096n);
  for (let index = 0; index < records; index += 1) {
    const at = 0x10000 + index * 17;
    view.setBigUint64(at, BigInt(back && index === records - 1 ? 0 : index) * 4096n);
    view.setUint32(at + 8, 1);
    view.setUint32(at + 12, 2); // compressed
  }
  view.setUint32(0x10000 + records * 17 + 12, 4); // end
  return bytes;
}

/** A flattened stream of records of one byte that go back and forth over the inner file. */
function manyRecords(records: number): Uint8Array {
  const bytes = new Uint8Array(4096 + records * 17 + 16);
  bytes.set(flatten(new Uint8Array(0)).subarray(0, 4096));
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < records; index += 1) {
    view.setBigUint64(4096 + index * 17, BigInt(index * 2));
    view.setBigUint64(4096 + index * 17 + 8, 1n);
  }
  view.setBigInt64(4096 + records * 17, -1n);
  view.setBigInt64(4096 + records * 17 + 8, -1n);
  return bytes;
}

/** An extended stand-alone dump whose chain has a compressed segment of one block for every MiB. */
function manySegmentHeaders(count: number): Uint8Array {
  const bytes = new Uint8Array(4096 + count * 8192);
  bytes.set(buildCase(`${system}format s390-ext`).subarray(0, 4096));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(s390Header.fields.mem_size.offset, BigInt(count) << 20n);
  for (let index = 0; index < count; index += 1) {
    const at = 4096 + index * 8192;
    view.setBigUint64(at, BigInt(index) << 20n);
    view.setBigUint64(at + 8, 1n << 20n);
    view.setUint32(at + 0x18, 1);
    view.setUint32(at + 0x30, 1);
  }
  return bytes;
}

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
    ['records of a flattened stream', manyRecords, 200_000],
    ['a chain of stand-alone segments', manySegmentHeaders, 4000],
    ['PT_LOADs', manyLoads, 100_000],
  ] as const)('%s', (_, build, count) => {
    const few = walk(build(count / 10));
    const many = walk(build(count));
    expect(many.mostReads).toBeLessThanOrEqual(readsBetweenPauses);
    // Ten times the records are ten times the pauses, and no longer a step.
    expect(many.steps).toBeGreaterThan(5 * few.steps);
    expect(many.steps).toBeGreaterThan(count / 300);
    expect(many.mostReads).toBeLessThanOrEqual(few.mostReads + 8);
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
