/** LiME and AVML: ranges as they are and as framed Snappy, whole, damaged and hostile. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/analysis/codec/crc32c.ts';
import type { DumpImage, OpenContext } from '../../../src/analysis/formats/dump-format.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource, truncatedSource } from '../../../src/analysis/source/memory-source.ts';
import { ByteWriter, concatBytes } from '../../../src/samples/byte-writer.ts';
import { avml, lime, maskedCrc32c, rangeHeader, snappyChunk, snappyStream } from '../../../src/samples/lime.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { expectSoundExtents, wrongPages } from './described-memory.ts';
import { knownAvml, knownAvmlContents } from './avml-known.ts';

const system = s390xSystem({ cpuCount: 2 });
const { memory } = system;
const given: OpenContext = { companions: () => [], machine: 's390x' };
const open = (bytes: Uint8Array): DumpImage => openDump(memorySource('dump', bytes), given);
const ids = (image: DumpImage): readonly string[] => image.findings.map(({ id }) => id);
const described = { memory };
const trailer = (length: number | bigint): Uint8Array => new ByteWriter(8, 'little').u64(0, BigInt(length)).bytes;
const bytesOf = (image: DumpImage, start: bigint, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  expect(image.memory.read(start, bytes)).toEqual([]);
  return bytes;
};
/** Ranges in an order that no machine has, with edges within pages. */
const odd = [
  { start: 0x10_0000, size: memory.size - 0x10_0000 },
  { start: 0x1000, size: 0x9_ec00 },
  { start: 0x9_fc00, size: 0x6_0400 },
  { start: 0, size: 0x1000 },
];

describe('CRC-32C', () => {
  it('is that of the RFC', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd_794e);
  });
});

describe('LiME', () => {
  it('holds the memory, in whatever order its ranges are', () => {
    for (const ranges of [undefined, odd]) {
      const image = open(lime(system, ranges === undefined ? {} : { ranges }));
      expect(image.format).toBe('lime');
      expect(image.container.complete.value).toBe(true);
      expect(image.machine.endian).toBe('big');
      expect(wrongPages(image.memory, described)).toEqual([]);
      expectSoundExtents(image.memory);
      expect([...image.ranges]).toEqual([{ start: 0n, end: BigInt(memory.size) }]);
    }
  });

  it('has gaps where no range is, also within a page', () => {
    const image = open(lime(system, { ranges: [{ start: 0x1000, size: 0x1800 }] }));
    const page = new Uint8Array(0x1000);
    expect(image.memory.read(0x2000n, page)).toEqual([{ start: 0x2800n, end: 0x3000n, state: 'missing', reason: 'no segment of the dump holds it' }]);
    expect(Buffer.compare(page.subarray(0, 0x800), memory.read(0x2000, 0x800))).toBe(0);
    expect(image.memory.read(0n, page)[0]?.state).toBe('missing');
  });

  it('compares ranges that overlap', () => {
    const both = [
      { start: 0, size: 0x8000 },
      { start: 0x4000, size: 0x8000 },
    ];
    expect(open(lime(system, { ranges: both })).container.complete.value).toBe(true);
    const bytes = lime(system, { ranges: both });
    bytes[32 + 0x5000] = (bytes[32 + 0x5000] ?? 0) ^ 1;
    const image = open(bytes);
    expect(ids(image)).toContain('segments/copies-differ');
    expect(image.container.complete.value).toBe(false);
  });

  it('says where it is cut', () => {
    const bytes = lime(system, { ranges: [{ start: 0, size: 0x4000 }, { start: 0x8000, size: 0x4000 }] }); // prettier-ignore
    for (const size of [32, 33, 0x2000, 0x4020, 0x4021, 0x4040, 0x6000]) {
      const image = openDump(truncatedSource(memorySource('dump', bytes), size), given);
      // A file that ends after a whole range looks whole: nothing says how many there are.
      expect([size, image.container.complete.value]).toEqual([size, size === 0x4020]);
      if (size !== 0x4020) expect(image.findings[0]).toMatchObject({ id: 'container-complete/truncated', severity: 'error' });
      expectSoundExtents(image.memory);
    }
    expect(() => openDump(truncatedSource(memorySource('dump', bytes), 31), given)).toThrow(/ends after 31 bytes/);
  });

  it.each([
    ['a range that ends before it begins', 0x1000n, 0xfffn, 16],
    ['one up to the end of 64 bits', 0x1000n, 0xffff_ffff_ffff_ffffn, 16],
    ['one that begins there', 0xffff_ffff_ffff_f000n, 0xffff_ffff_ffff_ffffn, 16],
  ])('does not take %s', (_what, start, last, at) => {
    const good = lime(system, { ranges: [{ start: 0, size: 0x1000 }] });
    const bad = new ByteWriter(32).u32(0, 0x4c694d45).u32(4, 1).u64(8, start).u64(16, last).bytes;
    const image = open(concatBytes([good, bad, new Uint8Array(0x1000)]));
    expect(image.findings[0]).toMatchObject({ id: 'container-complete/range-header', where: { fileOffset: good.length + at } });
    expect(image.container.complete.value).toBe(false);
    expect(image.memory.end).toBe(0x1000n);
    expect(() => open(bad)).toThrow(/none of its ranges can be read/);
  });

  it('refuses other versions, and asks for the machine where nothing says it', () => {
    const bytes = lime(system, { ranges: [{ start: 0x100000, size: 0x1000 }] });
    expect(() => openDump(memorySource('dump', bytes), { companions: () => [] })).toThrow(/does not name its machine/);
    bytes[7] = 2;
    expect(() => open(bytes)).toThrow(/the version of this LiME header is 2/);
  });
});

describe('AVML', () => {
  it('reads what the encoder of AVML writes', () => {
    const image = openDump(memorySource('known.avml', knownAvml()), { ...given, machine: 'x86_64' });
    expect(image.findings.map(({ severity }) => severity)).toEqual(['info']);
    expect([...image.ranges]).toEqual([{ start: 0x1000n, end: 0x1000n + 65636n }]);
    expect(
      createHash('sha256')
        .update(bytesOf(image, 0x1000n, 65636))
        .digest('hex'),
    ).toBe(knownAvmlContents);
  });

  it('holds the memory, with chunks of any size', () => {
    for (const chunk of [65536, 40000]) {
      const image = open(avml(system, { ranges: odd, chunk }));
      expect(image.format).toBe('avml');
      expect(ids(image)).toEqual(['container-complete/zero-blocks']);
      expect(wrongPages(image.memory, described)).toEqual([]);
      expectSoundExtents(image.memory);
    }
  });

  it('reads any piece at any place', () => {
    const ranges = [{ start: 0x3000, size: 0x2_8000 }, { start: 0x4_0400, size: 0x1_2345 }]; // prettier-ignore
    const images = [4096, 10_000, 65536].map((chunk) => open(avml(system, { ranges, chunk })));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x5_4000 }), fc.integer({ min: 1, max: 0x2_0000 }), fc.nat(2), (start, length, which) => {
        const got = new Uint8Array(length);
        const absent = images[which]?.memory.read(BigInt(start), got) ?? [];
        const expected = Buffer.alloc(length);
        for (const range of ranges) {
          const [from, to] = [Math.max(start, range.start), Math.min(start + length, range.start + range.size)];
          if (from < to) expected.set(memory.read(from, to - from), from - start);
        }
        expect(Buffer.compare(got, expected)).toBe(0);
        const held = ranges.reduce((sum, range) => sum + Math.max(0, Math.min(start + length, range.start + range.size) - Math.max(start, range.start)), 0);
        expect(absent.reduce((sum, gap) => sum + Number(gap.end - gap.start), 0)).toBe(length - held);
      }),
    );
  });

  it('finds every bit that is altered in a checksum, a block, or the lengths', () => {
    const range = { start: 0x2000, size: 0x2_0000 };
    const whole = avml(system, { ranges: [range, { start: 0x8_0000, size: 0x1000 }] });
    const expected = memory.read(range.start, range.size);
    fc.assert(
      fc.property(fc.integer({ min: 32, max: whole.length - 1 }), fc.nat(7), (at, bit) => {
        const bytes = whole.slice();
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const image = open(bytes);
        const got = new Uint8Array(range.size);
        const absent = image.memory.read(BigInt(range.start), got);
        // What is given is right; what is not right is absent, with a reason.
        for (const { start, end } of absent) got.set(expected.subarray(Number(start) - range.start, Number(end) - range.start), Number(start) - range.start);
        expect(Buffer.compare(got, expected)).toBe(0);
        expect(absent.every(({ reason }) => reason !== undefined)).toBe(true);
      }),
    );
  });

  it('names the frame whose checksum is wrong, and reads the others', () => {
    const bytes = avml(system, { ranges: [{ start: 0, size: 0x3_0000 }], chunk: 65536 });
    // The second chunk: its checksum follows the header of four bytes.
    const at = 32 + 10 + 4 + ((bytes[43] ?? 0) | ((bytes[44] ?? 0) << 8) | ((bytes[45] ?? 0) << 16));
    bytes[at + 4] = (bytes[at + 4] ?? 0) ^ 1;
    const image = open(bytes);
    expect(image.container.complete.value).toBe(true);
    const absent = image.memory.read(0n, new Uint8Array(0x3_0000));
    expect(absent).toMatchObject([{ start: 0x1_0000n, end: 0x2_0000n, state: 'unreadable' }]);
    expect(absent[0]?.fault).toBeUndefined();
    expect(absent[0]?.reason).toContain(`at offset 0x${at.toString(16)} of dump`);
    expect(absent[0]?.reason).toMatch(/recorded CRC-32C 0x[0-9a-f]+, computed 0x[0-9a-f]+/);
  });

  it('goes on with the next range by its length, and says what is lost', () => {
    const bytes = avml(system, { ranges: [{ start: 0, size: 0x3_0000 }, { start: 0x8_0000, size: 0x2000 }] }); // prettier-ignore
    for (const [at, value, place] of [
      [42, 0x40, 42],
      [45, 0x7f, 42],
      [36, 9, 32],
    ] as const) {
      // prettier-ignore
      const damaged = bytes.slice();
      damaged[at] = value;
      const image = open(damaged);
      expect(image.findings[0]).toMatchObject({ id: 'container-complete/frames', where: { fileOffset: place } });
      expect(image.container.complete.value).toBe(false);
      expect(image.memory.read(0n, new Uint8Array(16))).toMatchObject([{ state: 'unreadable', reason: 'the compressed data before it are damaged' }]);
      expect(Buffer.compare(bytesOf(image, 0x8_0000n, 0x2000), memory.read(0x8_0000, 0x2000))).toBe(0);
    }
  });

  it('says that the recorded length of a range is another', () => {
    const bytes = avml(system, { ranges: [{ start: 0, size: 0x1000 }] });
    bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 1;
    expect(open(bytes).findings[0]).toMatchObject({ id: 'container-complete/range-length', severity: 'warning' });
  });

  it('is cut anywhere without a wrong byte', () => {
    const bytes = avml(system, { ranges: [{ start: 0, size: 0x1_8000 }, { start: 0x8_0000, size: 0x1000 }] }); // prettier-ignore
    fc.assert(
      fc.property(fc.integer({ min: 32, max: bytes.length - 1 }), (size) => {
        const image = openDump(truncatedSource(memorySource('dump', bytes), size), given);
        const got = new Uint8Array(0x1_8000);
        const absent = image.memory.read(0n, got);
        const known = absent[0] === undefined ? got.length : Number(absent[0].start);
        expect(Buffer.compare(got.subarray(0, known), memory.read(0, known))).toBe(0);
        const first = size - 32 >= snappyStream(memory.read(0, 0x1_8000)).length;
        expect(known === got.length).toBe(first);
        const atRange = size === 32 + snappyStream(memory.read(0, 0x1_8000)).length + 8;
        expect(image.container.complete.value).toBe(atRange);
      }),
    );
  });

  it('does not keep an index of endless small frames', () => {
    const contents = Uint8Array.of(1);
    const one = snappyChunk(1, concatBytes([new ByteWriter(4, 'little').u32(0, maskedCrc32c(contents)).bytes, contents]));
    const stream = concatBytes([snappyChunk(0xff, Buffer.from('sNaPpY')), ...Array.from({ length: 0x2_0000 }, () => one)]);
    const image = open(concatBytes([rangeHeader('AVML', { start: 0, size: 0x2_0000 }), stream, trailer(stream.length)]));
    expect(image.findings[0]).toMatchObject({ id: 'container-complete/frames' });
    expect(image.memory.extents.heldBytes).toBeLessThan(0x1_0000);
    // Without contents they are no end either.
    const empty = concatBytes([snappyChunk(0xff, Buffer.from('sNaPpY')), ...Array.from({ length: 0x2_0000 }, () => snappyChunk(0xfe, new Uint8Array(0)))]);
    expect(open(concatBytes([rangeHeader('AVML', { start: 0, size: 0x1000 }), empty])).findings[0]).toMatchObject({ id: 'container-complete/frames' });
  });

  it('does not take a chunk that states more than 64 KiB, or more than its range has room for', () => {
    const name = snappyChunk(0xff, Buffer.from('sNaPpY'));
    const big = snappyChunk(0, concatBytes([new Uint8Array(4), Uint8Array.of(0x81, 0x80, 0x04), new Uint8Array(20)]));
    const image = open(concatBytes([rangeHeader('AVML', { start: 0, size: 0x2_0000 }), name, big, new Uint8Array(64)]));
    expect(image.findings[0]?.detail).toContain('it states 65537 bytes of contents');
    const stream = snappyStream(memory.read(0, 0x2000));
    const short = open(concatBytes([rangeHeader('AVML', { start: 0, size: 0x1000 }), stream, trailer(stream.length)]));
    expect(short.findings[0]?.detail).toContain('the range has room for 4096');
  });
});
