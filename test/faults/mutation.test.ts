/** Headers with hostile numbers: sizes, counts and offsets that lead anywhere. */
import { describe, it } from 'vitest';
import { sessionOn } from '../../src/analysis/engine/session/session.ts';
import { isDumpError } from '../../src/shared/dump-error.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { caseFiles, type CaseFile } from '../case-files.ts';
import { patchedSource } from '../patched-source.ts';
import { randomFor, runs } from '../run-size.ts';
import type { SeededRandom } from '../../src/samples/seeded-random.ts';
import { askEverything } from './hostile-dump.ts';

interface Place {
  readonly offset: number;
  readonly size: number;
}

/** Where numbers are: fields of the headers, note headers, and bytes of what identifies the dump. */
function places(file: CaseFile): readonly Place[] {
  try {
    const { image } = sessionOn(memorySource(file.name, file.bytes), undefined, { companions: () => file.companions });
    const fields = image.structures.flatMap(({ where, fields: list }) =>
      where !== undefined && 'fileOffset' in where ? list.map(({ offset, size }) => ({ offset: where.fileOffset + offset, size })) : [],
    );
    const notes = image.notes.flatMap(({ fileOffset }) => [0, 4, 8].map((offset) => ({ offset: fileOffset + offset, size: 4 })));
    const bytes = image.headerRanges.map((range) => ({ offset: range.offset, size: range.bytes }));
    return [...fields.filter(({ size }) => size <= 8), ...notes, ...bytes.filter(({ size }) => size > 0)];
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return [{ offset: 0, size: Math.min(4096, file.bytes.length) }];
  }
}

/** Numbers at which arithmetic turns over. */
const hostile = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xfffffff0n,
  0xffffffffn,
  1n << 40n,
  (1n << 53n) - 1n,
  1n << 53n,
  0x7fffffffffffffffn,
  1n << 63n,
  (1n << 64n) - 1n,
];

function hostileBytes(random: SeededRandom, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  if (random.below(3) === 0) return bytes.map(() => random.below(256));
  let value = hostile[random.below(hostile.length)] ?? 0n;
  const little = random.below(2) === 0;
  for (let index = 0; index < size; index += 1) {
    bytes[little ? index : size - 1 - index] = Number(value & 0xffn);
    value >>= 8n;
  }
  return bytes;
}

describe('mutated headers', () => {
  it.each(caseFiles().map((file) => [file.name, file] as const))('%s', async (name, file) => {
    const random = randomFor(`mutations ${name}`);
    const source = memorySource(name, file.bytes);
    const known = places(file);
    for (let round = 0; round < runs(25, 600) && known.length > 0; round += 1) {
      const count = 1 + random.below(3);
      const patches = Array.from({ length: count }, () => {
        const place = known[random.below(known.length)] ?? { offset: 0, size: 1 };
        if (place.size <= 8) return { offset: place.offset, bytes: hostileBytes(random, place.size) };
        return { offset: place.offset + random.below(place.size), bytes: hostileBytes(random, [1, 2, 4, 8][random.below(4)] ?? 1) };
      });
      const what = patches.map(({ offset, bytes }) => `0x${offset.toString(16)} = ${Buffer.from(bytes).toString('hex')}`).join(', ');
      await askEverything(patchedSource(source, patches), file.companions, what);
    }
  });
});
