/**
 * Compressed pages: the decoder that is used, the plain one that defines it, and another one that knows nothing of either have to agree, on what is
 * refused and on every byte. The others are zlib and zstd of Node.js, and decoders written from the sheet alone for LZO and Snappy.
 */
import { constants, deflateSync, inflateSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { decodeZlib, decodeZstd, plainZlib, plainZstd } from '../../../src/analysis/codec/inflate.ts';
import { decodeLzo1x, plainLzo1x } from '../../../src/analysis/codec/lzo1x.ts';
import type { PageCodec, PageDecoder } from '../../../src/analysis/codec/page-codec.ts';
import { decodeSnappy, plainSnappy } from '../../../src/analysis/codec/snappy.ts';
import { lzo1xCompress } from '../../../src/samples/lzo1x.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { snappyCompress } from '../../../src/samples/snappy.ts';
import { lzo1xDecode, snappyDecode } from '../../samples/sheet-decoders.ts';
import { corpus } from '../../unit/page-index/page-corpus.ts';
import { byteDoor } from '../byte-door.ts';
import type { ByteBase } from '../byte-steps.ts';
import { Fault, type Door } from '../door.ts';

const pageBytes = 4096;

interface Codec {
  readonly fast: PageDecoder;
  readonly plain: PageDecoder;
  /** All that comes out; throws for data that it refuses. */
  readonly other: (input: Uint8Array) => Uint8Array;
  readonly pack: readonly ((page: Uint8Array) => Uint8Array)[];
}
const codecs: Readonly<Record<PageCodec, Codec>> = {
  zlib: {
    fast: decodeZlib,
    plain: plainZlib,
    other: (input) => inflateSync(input, { maxOutputLength: 1 << 20 }),
    pack: [1, 6, 9].flatMap((level) => [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY].map((strategy) => (page: Uint8Array) => deflateSync(page, { level, strategy }))),
  },
  zstd: {
    fast: decodeZstd,
    plain: plainZstd,
    other: (input) => zstdDecompressSync(input, { maxOutputLength: 1 << 20 }),
    pack: [1, 9, 19].flatMap((level) => [0, 1].map((checksum) => (page: Uint8Array) =>
      zstdCompressSync(page, { params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: checksum } }))),
  },
  lzo: { fast: decodeLzo1x, plain: plainLzo1x, other: lzo1xDecode, pack: [lzo1xCompress] },
  snappy: { fast: decodeSnappy, plain: plainSnappy, other: snappyDecode, pack: [snappyCompress] },
}; // prettier-ignore
const codecNames = Object.keys(codecs) as readonly PageCodec[];

function bases(): readonly ByteBase[] {
  const random = seededRandom(59);
  return codecNames.flatMap((codec) =>
    corpus.flatMap(({ make }, at) =>
      codecs[codec].pack.map((pack, how): ByteBase => {
        const bytes = pack(Uint8Array.from(make(random)));
        // The header, and the first sequences.
        return { name: `${codec} ${at} ${how}`, bytes, fields: [{ offset: 0, size: Math.min(bytes.length, 48) }, { offset: 0, size: bytes.length }], records: [] }; // prettier-ignore
      }),
    ),
  );
}

function otherPage({ other }: Codec, input: Uint8Array): Uint8Array | undefined {
  try {
    const bytes = other(input);
    return bytes.length === pageBytes ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export const pageCodecs: Door = byteDoor({
  name: 'page-codecs',
  about: 'compressed pages: three decoders agree on what is refused, and on every byte',
  seconds: 5,
  least: 4000,
  bases,
  ask(input, base) {
    const codec = codecs[base.split(' ')[0] as PageCodec];
    const [fast, plain] = [new Uint8Array(pageBytes), new Uint8Array(pageBytes)];
    const answer = codec.fast(input, fast);
    const expected = codec.plain(input, plain);
    if (answer !== expected) throw new Fault(`the fast decoder says ${answer ?? 'yes'}, the plain one ${expected ?? 'yes'}`);
    const other = otherPage(codec, input);
    if ((other === undefined) !== (answer !== undefined))
      throw new Fault(`the decoders say ${answer ?? 'yes'}, another one ${other === undefined ? 'no' : 'yes'}`);
    if (answer !== undefined) return { outcome: 'refused', calls: 3 };
    if (Buffer.compare(fast, plain) !== 0 || (other !== undefined && Buffer.compare(fast, other) !== 0)) throw new Fault('the bytes differ');
    return { outcome: 'answered', calls: 3 };
  },
});
