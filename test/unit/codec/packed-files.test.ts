/** zstd files of several frames, as pzstd, `cat` and seekable writers make them. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpacking } from '../../../src/analysis/source/decompressor.ts';
import type { UnpackEnd } from '../../../src/analysis/source/unpack-end.ts';
import { wrapperOf } from '../../../src/analysis/source/wrapper.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';

const random = seededRandom(11);
const noise = Buffer.from(Array.from({ length: 200_000 }, () => random.below(256)));
const text = Buffer.from('the same line\n'.repeat(30_000));
const parts = [text, noise, Buffer.alloc(300_000), Buffer.from('x'), Buffer.alloc(0), noise.subarray(0, 70_000)];
const all = Buffer.concat(parts);
const skipped = (content: string, number = 0): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d_2a50 + number, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
};
const packed = (part: Buffer, checksum = 0): Buffer => zlib.zstdCompressSync(part, { params: { [zlib.constants.ZSTD_c_checksumFlag]: checksum } });

async function unpack(wrapper: 'gzip' | 'zstd', bytes: Buffer, step = 4096): Promise<{ readonly out: Buffer; readonly end: UnpackEnd | undefined }> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step));
  const out: Buffer[] = [];
  const { stage, end } = unpacking(wrapper, 'file');
  await pipeline(Readable.from(chunks, { objectMode: false }), stage, async (source: AsyncIterable<Uint8Array>) => {
    for await (const piece of source) out.push(Buffer.from(piece));
  });
  return { out: Buffer.concat(out), end: end() };
}

/** A gzip member whose header has all that a header can have. */
function fullHeader(part: Buffer): Buffer {
  const plain = zlib.gzipSync(part);
  const extra = Buffer.from([3, 0, 1, 0, 2]);
  const head = Buffer.from(plain.subarray(0, 10));
  head[3] = 2 + 4 + 8 + 16;
  return Buffer.concat([head, extra, Buffer.from('name\0comment\0'), Buffer.from([7, 7]), plain.subarray(10)]);
}

const packers = {
  zstd: (part: Buffer, at: number) => Buffer.concat([skipped('x'.repeat(at)), packed(part, at % 2), skipped('', 15)]),
  gzip: (part: Buffer, at: number) => (at % 2 === 0 ? zlib.gzipSync(part) : fullHeader(part)),
} as const;

describe.each(['gzip', 'zstd'] as const)('%s of several members or frames', (wrapper) => {
  const members = parts.map(packers[wrapper]);
  const file = Buffer.concat(members);

  it.each([61, 4096, 1 << 20])('is unpacked to its end, in steps of %d bytes', async (step) => {
    expect(await unpack(wrapper, file, step)).toEqual({ out: all, end: { kind: 'whole' } });
    // Zeros after the last one are padding of a tape or a disk.
    expect(await unpack(wrapper, Buffer.concat([file, Buffer.alloc(512)]), step)).toEqual({ out: all, end: { kind: 'whole' } });
  });

  it('is unpacked byte by byte', async () => {
    const few = ['a', '', 'b'.repeat(100)].map((part) => Buffer.from(part));
    const { out, end } = await unpack(wrapper, Buffer.concat(few.map(packers[wrapper])), 1);
    expect([out, end]).toEqual([Buffer.concat(few), { kind: 'whole' }]);
  });

  it('gives all before bytes of another kind, and says where they begin', async () => {
    const rest = Buffer.from('other bytes');
    expect(await unpack(wrapper, Buffer.concat([file, rest]))).toEqual({ out: all, end: { kind: 'followed', at: file.length, bytes: rest.length } });
    const padded = Buffer.concat([file, Buffer.alloc(5000), rest]);
    expect(await unpack(wrapper, padded)).toEqual({ out: all, end: { kind: 'followed', at: file.length + 5000, bytes: rest.length } });
  });

  it('gives all before a cut, wherever that is, and says in which one it is', async () => {
    const starts = members.map((_, at) => Buffer.concat(members.slice(0, at)).length);
    for (let length = file.length - 1; length > 0; length -= 1 + random.below(9000)) {
      const { out, end } = await unpack(wrapper, file.subarray(0, length));
      expect(all.subarray(0, out.length).equals(out)).toBe(true);
      if (starts.includes(length)) expect(end).toEqual({ kind: 'whole' });
      else if (wrapper === 'gzip') expect(end).toEqual({ kind: 'cut', at: starts.findLast((start) => start < length) });
      const whole = parts.slice(0, starts.filter((start) => start <= length).length - 1);
      expect(out.length).toBeGreaterThanOrEqual(Buffer.concat(whole).length);
    }
  });

  it.each([1, 2, 4, 8, 11, 30, 5000])('is cut %d bytes before the end of a long one', async (missing) => {
    const one = packers[wrapper](noise, 0);
    // The empty frame at its end is one of its own.
    const inner = wrapper === 'zstd' ? one.subarray(0, one.length - 8) : one;
    const { out, end } = await unpack(wrapper, inner.subarray(0, inner.length - missing));
    expect(end).toMatchObject({ kind: 'cut' });
    expect(noise.subarray(0, out.length).equals(out)).toBe(true);
    // zstd gives whole blocks, of 128 KiB at most.
    expect(out.length).toBeGreaterThan(noise.length - missing - (wrapper === 'zstd' ? 1 << 17 : 1 << 10));
  });
});

describe('damaged data', () => {
  const flip = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  it.each([
    [8, 'CRC-32'],
    [4, 'size'],
  ] as const)('of gzip that unpack to something else go on with the next member (%d bytes before its end)', async (back, what) => {
    const [first, second] = [zlib.gzipSync(text), zlib.gzipSync(noise)];
    const flipped = Buffer.concat([flip(first, first.length - back), second]);
    const end = { kind: 'damaged', at: 0, what: `their ${what} does not match`, contents: true };
    expect(await unpack('gzip', flipped)).toEqual({ out: Buffer.concat([text, noise]), end });
    expect(await unpack('gzip', Buffer.concat([second, flipped]))).toEqual({ out: Buffer.concat([noise, text, noise]), end: { ...end, at: second.length } });
    // What comes after it, of whatever kind, changes nothing of it.
    expect(await unpack('gzip', Buffer.concat([flipped, text]))).toMatchObject({ end });
    expect(await unpack('gzip', flipped.subarray(0, -5))).toMatchObject({ end });
  });

  it('of zstd whose checksum is another go on with the next frame', async () => {
    const frames = [packed(noise), packed(text, 1), packed(noise)] as const;
    const flipped = Buffer.concat([frames[0], flip(frames[1], frames[1].length - 1), frames[2]]);
    const end = { kind: 'damaged', at: frames[0].length, what: 'their checksum does not match', contents: true };
    expect(await unpack('zstd', flipped)).toEqual({ out: Buffer.concat([noise, text, noise]), end });
  });

  it.each(['gzip', 'zstd'] as const)('that cannot be followed give what comes before: %s', async (wrapper) => {
    const lines = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `line ${random.below(1_000_000_000) + at} of many\n`).join(''));
    // zstd without a checksum of its own may come through, to other contents.
    const pack = (bytes: Buffer): Buffer => (wrapper === 'gzip' ? zlib.gzipSync(bytes) : packed(bytes, 1));
    const [first, second] = [pack(text), pack(lines)];
    for (const share of [0.2, 0.5, 0.9]) {
      const broken = Buffer.from(second);
      const from = Math.floor(broken.length * share);
      broken.fill(0xff, from, from + 64);
      const { out, end } = await unpack(wrapper, Buffer.concat([first, broken, first]), 1 << 20);
      expect(end).toMatchObject({ kind: 'damaged', at: first.length });
      const all = Buffer.concat([text, lines]);
      expect(out.length).toBeGreaterThanOrEqual(text.length);
      // What is wrong before the decoder notices lies in the last piece.
      const certain = Math.min(out.length, text.length + Math.floor(lines.length * share) - (1 << 18));
      if (certain > 0) expect(out.subarray(0, certain).equals(all.subarray(0, certain))).toBe(true);
      if (share > 0.4) expect(out.length).toBeGreaterThan(text.length + lines.length * (share - 0.35));
    }
  });

  it.each([
    ['gzip', zlib.gzipSync(noise)],
    ['zstd', packed(noise)],
  ] as const)('of the disk stay what they are: %s', async (wrapper, bytes) => {
    const failing = (async function* () {
      yield bytes.subarray(0, 1000);
      await Promise.resolve();
      throw new TypeError('the disk');
    })();
    const drain = async (): Promise<void> => {
      for await (const _ of unpacking(wrapper, 'file').stage(failing));
    };
    await expect(drain()).rejects.toBeInstanceOf(TypeError);
  });
});

describe('a zstd file', () => {
  it('is recognised by a frame to be skipped, which LZ4 has too', () => {
    expect(wrapperOf(Buffer.concat([skipped('1234'), packed(text)]).subarray(0, 512))?.name).toBe('zstd');
    expect(wrapperOf(skipped('1'.repeat(1000)).subarray(0, 512))?.name).toBe('zstd');
    expect(wrapperOf(Buffer.concat([skipped('1234'), Buffer.from([0x04, 0x22, 0x4d, 0x18])]))?.name).toBeUndefined();
  });
});

it.each([
  ['gzip', zlib.gzipSync(Buffer.alloc(0))],
  ['zstd', skipped('')],
] as const)(
  '%s of millions of parts with nothing in them is damage, not minutes of work',
  async (wrapper, empty) => {
    const first = wrapper === 'gzip' ? zlib.gzipSync(text) : packed(text);
    const file = Buffer.concat([first, Buffer.alloc(empty.length * 1_000_000, empty)]);
    const { out, end } = await unpack(wrapper, file, 1 << 20);
    expect(out.equals(text)).toBe(true);
    expect(end).toMatchObject({ kind: 'damaged', contents: false, what: expect.stringMatching(/more than 16384 members, frames or blocks/) as string });
  },
  60_000,
);
