/** Compressed pages of real kernels: each fast decoder says what node:zlib or the plain decoder says, damaged pages too. */
import { describe, expect, it } from 'vitest';
import { decodeZlib, decodeZstd, plainZlib, plainZstd } from '../../src/analysis/codec/inflate.ts';
import { decodeLzo1x, plainLzo1x } from '../../src/analysis/codec/lzo1x.ts';
import type { PageDecoder } from '../../src/analysis/codec/page-codec.ts';
import { openDump } from '../../src/analysis/formats/index.ts';
import { readExactly, type ByteSource } from '../../src/analysis/source/byte-source.ts';
import { finish } from '../../src/analysis/jobs/steps.ts';
import { dumpEntries, openDumpSource } from '../dumps.ts';
import { randomFor, runs, sample } from '../run-size.ts';

const cases: readonly (readonly [string, RegExp, PageDecoder, PageDecoder])[] = [
  ['zstd', /-kdump-zstd-d31$/, decodeZstd, plainZstd],
  ['zlib', /-kdump-zlib-d31$/, decodeZlib, plainZlib],
  ['lzo', /-kdump-lzo-d31$/, decodeLzo1x, plainLzo1x],
];
const descriptorBytes = 24;

/** The compressed pages of a big-endian dump, each once. */
function packedPages(source: ByteSource): Uint8Array[] {
  const { bitmaps } = openDump(source);
  const { pages, descriptors } = (bitmaps === undefined ? undefined : finish(bitmaps()).parts[0]) ?? { pages: 0, descriptors: 0 };
  const table = readExactly(source, descriptors, pages * descriptorBytes, 'descriptors');
  const fields = new DataView(table.buffer);
  const places = new Map<number, number>();
  for (let at = 0; at < table.length; at += descriptorBytes) {
    if (fields.getUint32(at + 12) !== 0) places.set(Number(fields.getBigUint64(at)), fields.getUint32(at + 8));
  }
  return [...places].map(([offset, size]) => readExactly(source, offset, size, 'a page'));
}

const known = cases.flatMap(([codec, pattern, fast, plain]) =>
  dumpEntries
    .filter((entry) => entry.how !== 'derived' && pattern.test(entry.name) && entry.name.includes('s390'))
    .map((entry) => ({ codec, entry, fast, plain })),
);

describe.skipIf(known.length === 0)('compressed pages of real dumps', () => {
  it.each(known.map((one) => [one.codec, one.entry.name, one] as const))('%s: %s', async (_, name, { entry, fast, plain }) => {
    const { source, close } = await openDumpSource(entry);
    try {
      const all = packedPages(source);
      expect(all.length).toBeGreaterThan(1000);
      const random = randomFor(`packed ${name}`);
      let refused = 0;
      for (const packed of sample(all, 1500, name)) {
        const [one, other] = [new Uint8Array(4096), new Uint8Array(4096)];
        expect(fast(packed, one)).toBeUndefined();
        expect(plain(packed, other)).toBeUndefined();
        expect(Buffer.compare(one, other)).toBe(0);
        for (let run = 0; run < runs(1, 20); run += 1) {
          const damaged = Uint8Array.from(random.below(4) === 0 ? packed.subarray(0, random.below(packed.length)) : packed);
          // Headers and tables come first, and there the damage tells more.
          const within = random.below(2) === 0 ? Math.min(damaged.length, 64) : damaged.length;
          for (let flip = random.below(3); flip >= 0 && within > 0; flip -= 1) damaged[random.below(within)]! ^= 1 << random.below(8);
          const answer = fast(damaged, one);
          expect(answer).toBe(plain(damaged, other));
          if (answer === undefined) expect(Buffer.compare(one, other)).toBe(0);
          else refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(100);
    } finally {
      close();
    }
  });
});
