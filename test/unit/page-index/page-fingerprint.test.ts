import { describe, expect, it } from 'vitest';
import { createPageJob, fingerprintAlgorithm, fingerprintText, littleEndianWords } from '../../../src/analysis/page-index/page-job.ts';
import { fingerprintPage } from '../../../src/analysis/page-index/page-fingerprint.ts';
import { metaClass, metaState } from '../../../src/analysis/page-index/page-meta.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { pageBytes } from './page-image.ts';

function fingerprintOf(bytes: Uint8Array): string {
  const out = { low: 0, high: 0 };
  fingerprintPage(littleEndianWords(Uint8Array.from(bytes)), 0, out);
  return fingerprintText(out.low, out.high);
}

/** The definition, word by word and without any of the tricks that make it fast. */
function slowFingerprint(bytes: Uint8Array): string {
  const u32 = (value: bigint): bigint => value & 0xffffffffn;
  const rotl = (value: bigint, by: bigint): bigint => u32((value << by) | (value >> (32n - by)));
  const mix = (value: bigint): bigint => {
    const first = u32((value ^ (value >> 16n)) * 0x85ebca6bn);
    const second = u32((first ^ (first >> 13n)) * 0xc2b2ae35n);
    return second ^ (second >> 16n);
  };
  const fold = (page: Uint8Array): readonly [bigint, bigint] => {
    const view = new DataView(page.buffer, page.byteOffset);
    let low = 0n;
    let high = 0n;
    for (let column = 0; column < 16; column += 1) {
      let a = u32(BigInt(column + 1) * 0x27d4eb2fn);
      let b = 0n;
      for (let word = column; word < 1024; word += 16) {
        a = rotl(u32((a ^ BigInt(view.getUint32(4 * word, true))) * 0x9e3779b1n), 13n);
        b = u32(rotl(b, 7n) + a);
      }
      low = rotl(u32((low ^ a) * 0x85ebca77n), 15n);
      high = rotl(u32((high ^ b) * 0xc2b2ae3dn), 17n);
    }
    low ^= mix(high);
    high ^= mix(low);
    low ^= mix(high ^ 0x27d4eb2fn);
    high ^= mix(low ^ 0x27d4eb2fn);
    return [low, high];
  };
  const [low, high] = fold(bytes);
  const [zeroLow, zeroHigh] = fold(new Uint8Array(pageBytes));
  return (((high ^ zeroHigh) << 32n) | (low ^ zeroLow)).toString(16).padStart(16, '0');
}

const counting = Uint8Array.from({ length: pageBytes }, (_, at) => at);

describe('page fingerprint', () => {
  // These numbers may never change while the algorithm keeps its id: indexes of two dumps are compared by them.
  it('gives known values', () => {
    expect(fingerprintAlgorithm).toBe('columns16-1');
    expect(fingerprintOf(new Uint8Array(pageBytes))).toBe('0000000000000000');
    expect(fingerprintOf(new Uint8Array(pageBytes).fill(0xff))).toBe('7a3db9dba516c518');
    expect(fingerprintOf(counting)).toBe('c99db4bf6ab9d6d8');
    expect(fingerprintOf(seededRandom(1).bytes(pageBytes))).toBe('00f3f9ce803941f2');
  });

  it('is what its definition says', () => {
    for (const page of [counting, seededRandom(2).bytes(pageBytes), new Uint8Array(pageBytes).fill(1, 4095)])
      expect(fingerprintOf(page)).toBe(slowFingerprint(page));
  });

  it('tells pages apart that differ in one column of every line', () => {
    const seen = new Set<string>();
    for (let count = 0; count < 2000; count += 1) {
      const page = Buffer.from(counting);
      for (let line = 0; line < 64; line += 1) page.writeUInt32BE(count * 64 + line, line * 64 + 20);
      seen.add(fingerprintOf(page));
    }
    expect(seen.size).toBe(2000);
  });
});

describe('page job', () => {
  it('writes state, class and fingerprint of each page', () => {
    const bytes = new Uint8Array(4 * pageBytes);
    bytes.set(counting, 0);
    bytes.fill(0x5a, 2 * pageBytes, 3 * pageBytes);
    // What lies in the buffer of a page without bytes must not matter.
    bytes.fill(0x11, 3 * pageBytes);
    const fingerprints = new Int32Array(8).fill(-1);
    const meta = new Uint8Array(4);
    expect(createPageJob().run(bytes, Uint8Array.of(0, 0, 0, 2), fingerprints, meta)).toBe(3);
    expect(Array.from(meta, metaState)).toEqual(['present', 'zero', 'present', 'excluded']);
    expect(Array.from(meta, metaClass)).toEqual(['data', 'zero', 'fill', undefined]);
    expect(fingerprintText(fingerprints[0] ?? 0, fingerprints[1] ?? 0)).toBe(fingerprintOf(bytes.subarray(0, pageBytes)));
    expect([...fingerprints.subarray(2, 4), ...fingerprints.subarray(6)]).toEqual([0, 0, 0, 0]);
  });
});
