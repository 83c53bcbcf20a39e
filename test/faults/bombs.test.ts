/** Small files that ask for much: nesting, endless tables, pieces in the worst order. */
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { flatten } from '../../src/samples/flatten.ts';
import { askEverything } from './hostile-dump.ts';

const inner = buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x1000\nformat elf-vmcore vmcoreinfo=no');

/** A record of a flattened stream: 16 bytes of header, then the bytes. */
function record(target: DataView, at: number, offset: number, bytes: number): void {
  target.setBigUint64(at, BigInt(offset));
  target.setBigUint64(at + 8, BigInt(bytes));
}

describe('bombs', () => {
  it('a stream in a stream in a stream ...', async () => {
    let nested: Uint8Array = inner;
    for (let depth = 0; depth < 200; depth += 1) nested = flatten(nested);
    expect(await askEverything(memorySource('nested', nested), [], 'nested streams')).toBeUndefined();
  });

  it('a flattened stream whose records come one byte at a time, from the end', async () => {
    const count = 300_000;
    const bytes = new Uint8Array(4096 + count * 17 + 16);
    const view = new DataView(bytes.buffer);
    bytes.set(flatten(new Uint8Array(0)).subarray(0, 4096));
    for (let index = 0; index < count; index += 1) record(view, 4096 + index * 17, count - index, 1);
    await askEverything(memorySource('backwards', bytes), [], 'backwards records');
  });

  it('a flattened stream of empty records', async () => {
    const bytes = new Uint8Array(4096 + 16 * 1_000_000);
    bytes.set(flatten(new Uint8Array(0)).subarray(0, 4096));
    await askEverything(memorySource('empty-records', bytes), [], 'empty records');
  });

  it('65534 program headers that all overlap', async () => {
    const count = 65534;
    const bytes = new Uint8Array(64 + count * 56 + 4096);
    bytes.set(inner.subarray(0, 64));
    const view = new DataView(bytes.buffer);
    view.setBigUint64(32, 64n);
    view.setUint16(56, count);
    for (let index = 0; index < count; index += 1) {
      const at = 64 + index * 56;
      view.setUint32(at, 1);
      view.setBigUint64(at + 8, BigInt(64 + index));
      view.setBigUint64(at + 24, BigInt(index * 3));
      view.setBigUint64(at + 32, BigInt(count * 8));
      view.setBigUint64(at + 40, BigInt(count * 16));
    }
    const found = await askEverything(memorySource('overlapping', bytes), [], 'overlapping loads');
    expect(found?.answers.checks.find(({ id }) => id === 'segments')?.verdict).not.toBe('passed');
    expect(found?.answers.info.findings.length).toBeLessThan(200);
  });

  it('65534 note segments over the same bytes', async () => {
    const count = 65534;
    const bytes = new Uint8Array(64 + count * 56 + inner.length);
    bytes.set(inner.subarray(0, 64));
    const place = 64 + count * 56;
    bytes.set(inner.subarray(0x1000), place);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(32, 64n);
    view.setUint16(56, count);
    for (let index = 0; index < count; index += 1) {
      const at = 64 + index * 56;
      view.setUint32(at, 4);
      view.setBigUint64(at + 8, BigInt(place));
      view.setBigUint64(at + 32, 4000n);
    }
    await askEverything(memorySource('notes', bytes), [], 'repeated notes');
  });
});
