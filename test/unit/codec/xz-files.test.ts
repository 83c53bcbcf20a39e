/** Files of xz: what the real xz writes with every check, and streams that are built chunk by chunk. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { UnpackEnd } from '../../../src/analysis/source/unpack-end.ts';
import { xzStreams } from '../../../src/analysis/source/xz-streams.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { describeNeeding } from '../../requirements.ts';

const random = seededRandom(21);
const noise = Buffer.from(Array.from({ length: 120_000 }, () => random.below(256)));
const text = Buffer.from(Array.from({ length: 30_000 }, (_, at) => `line ${at} of ${random.below(50)}\n`).join(''));
const mixed = Buffer.concat([text, noise, Buffer.alloc(3_000_000), text.subarray(1000), Buffer.from('x')]);

async function unpack(bytes: Buffer, step = 4096): Promise<{ readonly out: Buffer; readonly end: UnpackEnd; readonly checks: number }> {
  const out: Buffer[] = [];
  let checks = 0;
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step));
  const stage = xzStreams(pieces, 'file', (hasCheck) => {
    if (hasCheck) checks += 1;
  });
  for (let next = await stage.next(); ; next = await stage.next()) {
    if (next.done === true) return { out: Buffer.concat(out), end: next.value, checks };
    out.push(Buffer.from(next.value));
  }
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0, 0);
  return bytes;
};
const withCrc = (bytes: Buffer): Buffer => Buffer.concat([bytes, u32(zlib.crc32(bytes))]);
const numberBytes = (value: number): Buffer =>
  Buffer.from(
    value < 0x80 ? [value] : value < 0x4000 ? [(value & 0x7f) | 0x80, value >> 7] : [(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14],
  );
const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

interface Stream {
  /** 1 for CRC-32, 10 for SHA-256, 0 for none. */
  readonly check?: 0 | 1 | 10;
  readonly filter?: number;
  /** As its header has it: 12 is 256 KiB, 28 is 64 MiB. */
  readonly dictionary?: number;
  /** The sizes that the index lists, from those of the blocks. */
  readonly listed?: (sizes: readonly (readonly [number, number])[]) => readonly (readonly [number, number])[];
}

/** A stream with a block for each piece, whose chunks are stored as they are. */
function streamOf(pieces: readonly Buffer[], { check = 1, filter = 0x21, dictionary = 12, listed = (sizes) => sizes }: Stream = {}): Buffer {
  const flags = Buffer.from([0, check]);
  const sizes: (readonly [number, number])[] = [];
  const blocks = pieces.map((contents) => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < contents.length; at += 40_000) {
      const piece = contents.subarray(at, at + 40_000);
      chunks.push(Buffer.from([at === 0 ? 1 : 2, (piece.length - 1) >> 8, (piece.length - 1) & 0xff]), piece);
    }
    const data = Buffer.concat([...chunks, Buffer.alloc(1)]);
    const header = withCrc(Buffer.from([2, 0, filter, 1, dictionary, 0, 0, 0]));
    const sum = check === 0 ? Buffer.alloc(0) : check === 1 ? u32(zlib.crc32(contents)) : createHash('sha256').update(contents).digest();
    sizes.push([header.length + data.length + sum.length, contents.length]);
    return Buffer.concat([header, data, padding(data.length), sum]);
  });
  const records = listed(sizes);
  const index = Buffer.concat([Buffer.alloc(1), numberBytes(records.length), ...records.flatMap(([unpadded, unpacked]) => [numberBytes(unpadded), numberBytes(unpacked)])]); // prettier-ignore
  const wholeIndex = withCrc(Buffer.concat([index, padding(index.length)]));
  const foot = Buffer.concat([u32(wholeIndex.length / 4 - 1), flags]);
  return Buffer.concat([Buffer.from('fd377a585a00', 'hex'), flags, u32(zlib.crc32(flags)), ...blocks, wholeIndex, u32(zlib.crc32(foot)), foot, Buffer.from('YZ')]); // prettier-ignore
}

const storedStream = (contents: Buffer, check: 0 | 1 | 10 = 1, filter = 0x21): Buffer => streamOf([contents], { check, filter });

describe('streams of xz', () => {
  it.each([0, 1, 10] as const)('are unpacked and compared with their check (%d)', async (check) => {
    expect(await unpack(storedStream(text, check))).toEqual({ out: text, end: { kind: 'whole' }, checks: check === 0 ? 0 : 1 });
  });

  it('of several, with padding between them, and bytes of another kind after them', async () => {
    const file = Buffer.concat([storedStream(text), Buffer.alloc(8), storedStream(noise, 10), Buffer.alloc(4)]);
    for (const step of [61, 4096, 1 << 20]) expect(await unpack(file, step)).toMatchObject({ end: { kind: 'whole' }, checks: 2 });
    expect((await unpack(file)).out.equals(Buffer.concat([text, noise]))).toBe(true);
    expect((await unpack(Buffer.concat([file, Buffer.from('rest')]))).end).toEqual({ kind: 'followed', at: file.length, bytes: 4 });
  });

  it('that are cut give all before, wherever that is', async () => {
    const file = storedStream(text);
    for (let length = file.length - 1; length > 0; length -= 1 + random.below(30_000)) {
      const { out, end } = await unpack(file.subarray(0, length));
      expect(end.kind).toBe('cut');
      expect(text.subarray(0, out.length).equals(out)).toBe(true);
    }
  });

  it('whose check is another are unpacked to their end', async () => {
    const first = storedStream(text);
    first[50] = (first[50] ?? 0) ^ 1;
    const { out, end } = await unpack(Buffer.concat([first, storedStream(noise)]));
    expect(out.length).toBe(text.length + noise.length);
    expect(end).toEqual({ kind: 'damaged', at: 12, what: 'their check does not match', contents: true });
  });

  it.each([
    ['a header of a stream', 8, 'header'],
    ['a header of a block', 14, 'header'],
    ['a chunk', 24, 'chunk'],
  ] as const)('with damage in %s end there', async (_, at, what) => {
    const file = storedStream(text);
    file[at] = 0x55;
    expect((await unpack(file)).end).toMatchObject({ kind: 'damaged', contents: false, what: expect.stringContaining(what) as string });
  });

  it.each([
    ['one more', (sizes) => [...sizes, [100, 5]], 'the index lists 4 blocks, and the stream has 3'],
    ['one less', (sizes) => sizes.slice(1), 'the index lists 2 blocks, and the stream has 3'],
    ['none', () => [], 'the index lists 0 blocks, and the stream has 3'],
    ['a block of another size', ([first, second, third]) => [first, [second?.[0] ?? 0, 7], third] as never, 'the index lists other sizes than the blocks have'],
    ['them in another order', (sizes) => sizes.toReversed(), 'the index lists other sizes than the blocks have'],
  ] as readonly (readonly [string, Exclude<Stream['listed'], undefined>, string])[])('whose index lists %s are damaged', async (_, listed, what) => {
    const pieces = [text, noise, text.subarray(500)];
    const whole = streamOf(pieces);
    expect((await unpack(whole)).end).toEqual({ kind: 'whole' });
    const file = streamOf(pieces, { listed });
    const { out, end } = await unpack(file);
    expect(out.equals(Buffer.concat(pieces))).toBe(true);
    const at = whole.length - 12 - (whole.readUInt32LE(whole.length - 8) + 1) * 4;
    expect(end).toEqual({ kind: 'damaged', at, what, contents: false, ofIndex: true });
  });

  it('from which a whole block was taken are damaged, although all that is left has its check', async () => {
    const pieces = [text, noise, text.subarray(500)];
    const [file, first] = [streamOf(pieces), streamOf(pieces.slice(0, 1))];
    const [begin, bytes] = [12, first.length - 12 - 12 - (first.readUInt32LE(first.length - 8) + 1) * 4];
    const { out, end } = await unpack(Buffer.concat([file.subarray(0, begin), file.subarray(begin + bytes)]));
    expect(out.equals(Buffer.concat(pieces.slice(1)))).toBe(true);
    expect(end).toMatchObject({ kind: 'damaged', ofIndex: true, what: 'the index lists 3 blocks, and the stream has 2' });
  });

  it.each([
    ['the CRC-32 of the index', -16, /CRC-32 of the index/],
    ["the footer's magic", -1, /footer/],
    ["the footer's flags", -3, /footer/],
    ["the footer's size of the index", -8, /footer/],
    ["the footer's CRC-32", -12, /footer/],
  ] as const)('with damage in %s are damaged', async (_, fromEnd, what) => {
    const file = storedStream(text);
    const at = file.length + fromEnd;
    file[at] = (file[at] ?? 0) ^ 1;
    expect((await unpack(file)).end).toMatchObject({ kind: 'damaged', ofIndex: true, what: expect.stringMatching(what) as string });
  });

  it.each([
    ['blocks', (count: number) => streamOf(Array.from({ length: count }, () => Buffer.from('x')))],
    ['streams without a block', (count: number) => Buffer.concat(Array.from({ length: count }, () => streamOf([])))],
  ])('of nothing but tiny %s are damaged once there are 16,385', async (_, build) => {
    expect((await unpack(build(16_384), 1 << 16)).end).toEqual({ kind: 'whole' });
    const { end } = await unpack(build(16_500), 1 << 16);
    expect(end).toMatchObject({ kind: 'damaged', contents: false, what: expect.stringMatching(/more than 16384 members, frames or blocks/) as string });
  });

  it('with more blocks than that are unpacked where each has some bytes', async () => {
    const piece = Buffer.alloc(4096, 1);
    const { out, end } = await unpack(streamOf(Array.from({ length: 16_500 }, () => piece)), 1 << 20);
    expect(end).toEqual({ kind: 'whole' });
    expect(out.length).toBe(16_500 * 4096);
  });

  it('with a dictionary of more than 64 MiB are refused before they are unpacked', async () => {
    expect((await unpack(streamOf([text], { dictionary: 28 }))).end).toEqual({ kind: 'whole' });
    for (const dictionary of [29, 30, 32, 40]) {
      const stage = xzStreams([streamOf([text], { dictionary })], 'file', () => undefined);
      await expect(stage.next()).rejects.toThrow(/a dictionary of .*, and at most 64 MiB are kept in memory.*xz -d FILE/);
    }
  });

  it('with a filter that is not decoded are refused, with the way out', async () => {
    await expect(unpack(storedStream(text, 1, 4))).rejects.toThrow(/filter besides LZMA2 \(number 0x4\).*xz -d FILE/);
  });
});

describeNeeding('xz', 'what xz writes', () => {
  const pack = (bytes: Buffer, ...options: readonly string[]): Buffer => execFileSync('xz', ['-c', ...options], { input: bytes, maxBuffer: 1 << 28 });

  it.each([
    ['-6', '--check=crc64'],
    ['-0', '--check=crc32'],
    ['-9e', '--check=sha256'],
    ['-1', '--check=none'],
    ['-6', '--block-size=100000'],
    ['-6', '--lzma2=lc=0,lp=2,pb=4,dict=4KiB'],
    ['-6', '--lzma2=lc=4,lp=0,pb=0,mode=fast,mf=hc3'],
  ])('%s %s is what went in', async (...options) => {
    for (const contents of [mixed, Buffer.alloc(0), Buffer.from('x'), noise, Buffer.alloc(5_000_000)]) {
      const { out, end } = await unpack(pack(contents, ...options), 1 << 16);
      expect(end).toEqual({ kind: 'whole' });
      expect(out.equals(contents)).toBe(true);
    }
  });

  it('damaged anywhere, ends with a reason and gives nothing after it as intact', async () => {
    const file = pack(mixed.subarray(0, 900_000));
    for (let round = 0; round < 40; round += 1) {
      const broken = Buffer.from(file);
      const at = random.below(file.length);
      broken[at] = (broken[at] ?? 0) ^ (1 + random.below(255));
      const { out, end } = await unpack(broken);
      // A change of padding, of a size that is not used, or of the footer changes nothing of the contents.
      if (end.kind === 'whole') expect(out.equals(mixed.subarray(0, 900_000))).toBe(true);
      else expect(['damaged', 'cut', 'followed']).toContain(end.kind);
    }
  });
});
