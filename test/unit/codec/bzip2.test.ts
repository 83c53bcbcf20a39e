/** bzip2 as its own program makes it, of one stream or several, cut and damaged at any place. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpacking } from '../../../src/analysis/source/decompressor.ts';
import type { UnpackEnd } from '../../../src/analysis/source/unpack-end.ts';
import { wrapperOf } from '../../../src/analysis/source/wrapper.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';

const lines = Buffer.from(Array.from({ length: 400 }, (_, at) => `line ${at} of the log\n`).join(''));
const packedLines = Buffer.from(
  'QlpoMTFBWSZTWRNpONIACrlZgAAQQAB/4APlhABQA77gFXTepVKwoGmhkZMQaRlB+1UaACqen6mSf+qVUNACFR/+qlP1Sf+lSAxBJMqapvepUeoD1PkAQLsAEC71hnt63ee/x3u5bbbb6tdtCxAKDgOAoIBY8AdNgHrQAdaeAPWwDp4AsQCg4DgKCAWPAHTYB60AFtEA9bAOngCxAKDgOAoIBY8AdNgHrQAUHAcBQQCx4A6bAPWgA+ta1r5rXz6zNZmZmZ9nrYFvq122261rWtb3tttttttttttttt2akAzMzWZmZmHrYFVVVWCa+am5GImSMRMkYiZIxEyRiJkjETJGQptM3UKbTN1CKq1AAPVptttgAgDnNa1rWt8tYiZIxEjmCJHMESOYIkcwRI5giRzBEjmCJHMEc666fOc5zl6bAPWgMu7u7PW9fNSeTevmpPJvV0F3QXdBd0F3QXdBd0F3rOc5kzMzFjwB02C8u7ux7JJAAAAAG85zd5u7s7SSJJJMknWSTM3MzJJ3AAAASSSSSTOc5mZWZjgOAoILu8u8kmAAAAAAbznN3dzMQCg4Dhd3eXYqSSSSSSSAAADec5u7u99nWSSSZJEkknaZmZm5JOAAAAAAnN7yqrMzM6eALEAqqqq73uSSQAAAAdOh5qqq6q/2qqrqr9AAgXgAgXgAgX8AIFsAQLwAQLABAoAIFgAgX+LuSKcKEgJtJxpA',
  'base64',
);
const zeros = Buffer.alloc(300_000);
const packedZeros = Buffer.from('QlpoMTFBWSZTWd9HTW8AAAxAgMAABAAACCAAMMwFKaYURsRRHi7kinChIb6Omt4=', 'base64');
const packedNothing = Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64');

async function unpack(bytes: Buffer, step = 1000): Promise<{ readonly out: Buffer; readonly end: UnpackEnd | undefined }> {
  const { stage, end } = unpacking('bzip2', 'file');
  const out: Buffer[] = [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step));
  for await (const piece of stage(pieces)) out.push(Buffer.from(piece));
  return { out: Buffer.concat(out), end: end() };
}

describe('bzip2', () => {
  it('is recognised by its first block, or by the end of an empty stream', () => {
    for (const bytes of [packedLines, packedZeros, packedNothing]) expect(wrapperOf(bytes)).toMatchObject({ name: 'bzip2', opens: true });
    expect(wrapperOf(Buffer.from('BZh91AY&SX'))).toBeUndefined();
  });

  it.each([1, 7, 1000, 1 << 20])('unpacks streams one after the other, in steps of %d bytes', async (step) => {
    const few = step === 1 ? [packedNothing] : [packedLines, packedNothing, packedZeros];
    const all = step === 1 ? Buffer.alloc(0) : Buffer.concat([lines, zeros]);
    expect(await unpack(Buffer.concat(few), step)).toEqual({ out: all, end: { kind: 'whole' } });
    expect((await unpack(Buffer.concat([...few, Buffer.alloc(512)]), step)).end).toEqual({ kind: 'whole' });
  });

  it('says what follows, where it is cut, and what is damaged', async () => {
    expect((await unpack(Buffer.concat([packedZeros, Buffer.from('-- \nsigned\n')]))).end).toMatchObject({
      kind: 'followed',
      at: packedZeros.length,
      bytes: 11,
    });
    for (const length of [10, 100, packedLines.length - 20, packedLines.length - 1])
      expect((await unpack(packedLines.subarray(0, length))).end).toEqual({ kind: 'cut', at: expect.any(Number) as number });
    const wrongSum = Buffer.from(packedLines);
    wrongSum[11] = (wrongSum[11] ?? 0) ^ 1;
    const { out, end } = await unpack(wrongSum);
    expect(end).toEqual({ kind: 'damaged', at: 4, what: 'their CRC-32 does not match', contents: true });
    expect(out).toEqual(lines);
    const wrongTotal = Buffer.from(packedZeros);
    wrongTotal[wrongTotal.length - 2] = (wrongTotal.at(-2) ?? 0) ^ 0x80;
    expect((await unpack(wrongTotal)).end).toMatchObject({ kind: 'damaged', what: 'the checksum of all blocks does not match', contents: true });
  });

  it('never gives other contents as whole, whichever byte is changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packedLines.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(packedLines);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const { out, end } = await unpack(bytes);
        if (end?.kind === 'whole') expect(out).toEqual(lines);
      }),
      { numRuns: 150 },
    );
  });

  it('is what its own program made, if that is installed', async () => {
    const random = seededRandom(5);
    const noise = Buffer.from(Array.from({ length: 250_000 }, () => random.below(256)));
    for (const [level, bytes] of [
      ['-1', Buffer.concat([noise, zeros, lines])],
      ['-9', Buffer.concat([lines, noise, Buffer.from('aaaab'.repeat(50_000))])],
    ] as const) {
      let packed: Buffer;
      try {
        packed = execFileSync('bzip2', [level, '-c'], { input: bytes, maxBuffer: 1 << 24 });
      } catch {
        return;
      }
      expect((await unpack(packed, 1 << 16)).out.equals(bytes)).toBe(true);
    }
  });
});
