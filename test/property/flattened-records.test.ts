/** Records of a flattened stream in any order, over one another and with gaps: the file inside is what writing them one after the other makes. */
import { expect, it } from 'vitest';
import { finish } from '../../src/analysis/jobs/steps.ts';
import { flattenedSource } from '../../src/analysis/source/flattened-source.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { flatten } from '../../src/samples/flatten.ts';
import { seededRandom } from '../../src/samples/seeded-random.ts';

it.each(Array.from({ length: 60 }, (_, seed) => seed))('from seed %i', (seed) => {
  const random = seededRandom(seed);
  const model = new Uint8Array(400);
  let size = 0;
  const parts: Uint8Array[] = [flatten(new Uint8Array()).subarray(0, 4096)];
  for (let record = 0; record < 40; record += 1) {
    const start = seed % 3 === 0 ? 390 - 9 * record : random.below(340);
    const bytes = Uint8Array.from({ length: random.below(9) + (record % 10 === 0 ? 50 : 0) }, () => 1 + random.below(255)).subarray(0, 400 - start);
    const head = Buffer.alloc(16);
    head.writeBigInt64BE(BigInt(start), 0);
    head.writeBigInt64BE(BigInt(bytes.length), 8);
    parts.push(head, bytes);
    model.set(bytes, start);
    if (bytes.length > 0) size = Math.max(size, start + bytes.length);
  }
  parts.push(Buffer.alloc(16, 0xff));
  const source = finish(flattenedSource(memorySource('stream', Buffer.concat(parts))));
  expect([source.size, source.complete, source.damage]).toEqual([size, true, undefined]);
  const whole = new Uint8Array(size);
  expect(source.readInto(0, whole)).toBe(size);
  expect(whole).toEqual(model.subarray(0, size));
  for (const at of [1, 77, size >> 1, size - 1]) {
    const part = new Uint8Array(30);
    const got = source.readInto(at, part);
    expect(part.subarray(0, got)).toEqual(model.subarray(at, Math.min(size, at + 30)));
  }
});
