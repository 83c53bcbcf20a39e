import { constants, deflateSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeZlib, decodeZstd, plainZlib, plainZstd } from '../../../src/analysis/codec/inflate.ts';
import { decodeLzo1x, plainLzo1x } from '../../../src/analysis/codec/lzo1x.ts';
import type { PageDecoder } from '../../../src/analysis/codec/page-codec.ts';
import { decodeRle } from '../../../src/analysis/codec/rle.ts';
import { decodeSnappy, plainSnappy } from '../../../src/analysis/codec/snappy.ts';
import { lzo1xCompress } from '../../../src/samples/lzo1x.ts';
import { rleCompress } from '../../../src/samples/rle.ts';
import { snappyCompress } from '../../../src/samples/snappy.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';
import { randomFor, runs } from '../../run-size.ts';
import { corpus } from '../page-index/page-corpus.ts';

const pack = {
  zlib: (page: Uint8Array, random: SeededRandom) =>
    deflateSync(page, {
      level: random.below(10),
      strategy: [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE][random.below(4)]!,
      memLevel: 1 + random.below(9),
    }),
  zstd: (page: Uint8Array, random: SeededRandom) =>
    zstdCompressSync(page, {
      params: {
        [constants.ZSTD_c_compressionLevel]: 1 + random.below(19),
        [constants.ZSTD_c_strategy]: 1 + random.below(9),
        [constants.ZSTD_c_minMatch]: 3 + random.below(5),
        [constants.ZSTD_c_windowLog]: 10 + random.below(9),
        [constants.ZSTD_c_contentSizeFlag]: random.below(2),
        [constants.ZSTD_c_checksumFlag]: random.below(2),
      },
      ...(random.below(2) === 0 ? {} : { pledgedSrcSize: page.length }),
    }),
  lzo: (page: Uint8Array) => lzo1xCompress(page),
  snappy: (page: Uint8Array) => snappyCompress(page),
};
const decoders: readonly (readonly [keyof typeof pack, PageDecoder, PageDecoder])[] = [
  ['zlib', decodeZlib, plainZlib],
  ['zstd', decodeZstd, plainZstd],
  ['lzo', decodeLzo1x, plainLzo1x],
  ['snappy', decodeSnappy, plainSnappy],
];

/** Pages of the corpus, and ones that are made of pieces of each other. */
function anyPage(random: SeededRandom): Uint8Array {
  const page = Uint8Array.from(corpus[random.below(corpus.length)]!.make(random));
  for (let piece = random.below(12); piece > 0; piece -= 1) {
    const length = 1 + random.below(random.below(2) === 0 ? 20 : 600);
    const [from, to] = [random.below(page.length - length), random.below(page.length - length)];
    page.copyWithin(to, from, from + length);
  }
  return page;
}

describe.each(decoders)('fast decoder of %s', (codec, fast, plain) => {
  it('gives the page back', () => {
    const random = randomFor(`fast ${codec}`);
    for (let run = 0; run < runs(200, 20_000); run += 1) {
      const page = anyPage(random);
      const output = new Uint8Array(4096).fill(0xaa);
      expect(fast(pack[codec](page, random), output)).toBeUndefined();
      expect(Buffer.compare(output, page)).toBe(0);
    }
  });

  it('says of damaged input what the plain one says', () => {
    const random = randomFor(`damaged ${codec}`);
    let refused = 0;
    for (let run = 0; run < runs(250, 30_000); run += 1) {
      const packed = Uint8Array.from(pack[codec](anyPage(random), random));
      const damaged = random.below(3) === 0 ? packed.subarray(0, random.below(packed.length)) : packed;
      for (let flip = random.below(3); flip >= 0 && damaged.length > 0; flip -= 1) damaged[random.below(damaged.length)]! ^= 1 << random.below(8);
      const size = random.below(8) === 0 ? 4096 + 16 - random.below(32) : 4096;
      const [one, other] = [new Uint8Array(size), new Uint8Array(size)];
      const answer = fast(damaged, one);
      expect(answer).toBe(plain(damaged, other));
      if (answer === undefined) expect(Buffer.compare(one, other)).toBe(0);
      else refused += 1;
    }
    expect(refused).toBeGreaterThan(20);
  });

  it('takes blocks of other sizes, and leaves what is too large to the plain one', () => {
    const random = randomFor(`sizes ${codec}`);
    for (const size of [1, 15, 17, 65_536, 262_144, 300_000]) {
      const page = Buffer.alloc(size, 'a page of another size; ');
      const output = new Uint8Array(size);
      expect(fast(pack[codec](page, random), output)).toBeUndefined();
      expect(Buffer.compare(output, page)).toBe(0);
    }
  });
});

describe.each([1, 0] as const)('RLE of LKCD with runs of N + %d', (more) => {
  it('gives the page back', () => {
    const random = randomFor(`rle ${more}`);
    for (let run = 0; run < runs(100, 5000); run += 1) {
      const page = anyPage(random);
      const output = new Uint8Array(4096).fill(0xaa);
      expect(decodeRle(rleCompress(page, { more }), output)).toBeUndefined();
      expect(Buffer.compare(output, page)).toBe(0);
    }
  });

  it('refuses data that give another size by both ways of counting, and those that end in a run', () => {
    const page = new Uint8Array(4096).fill(7, 0, 100).fill(1, 1000, 1003);
    const packed = rleCompress(page, { more });
    const output = new Uint8Array(4096);
    expect(decodeRle(Uint8Array.from([...packed, 1]), output)).toMatch(/^the RLE data unpack to \d+ bytes instead of 4096$/);
    expect(decodeRle(packed.subarray(0, packed.length - 1), output)).toBe('the RLE data end too early');
    expect(decodeRle(packed.subarray(0, packed.length - 2), output)).toBe('the RLE data end too early');
    expect(decodeRle(packed.subarray(3), output)).toMatch(/instead of/);
    expect(decodeRle(new Uint8Array(0), output)).toMatch(/0 bytes instead of/);
  });
});
