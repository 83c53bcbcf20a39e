import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csumPartial } from '../../src/analysis/arch/s390x/checksum.ts';

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** The CHECKSUM instruction in words of meminfo.md section 5: sum without limit, then fold what is above 32 bits. */
function foldedSum(data: Uint8Array, seed: bigint): bigint {
  let sum = seed;
  for (let at = 0; at < data.length; at += 4) {
    let word = 0n;
    for (let index = 0; index < 4; index += 1) word = (word << 8n) | BigInt(data[at + index] ?? 0);
    sum += word;
  }
  while (sum > 0xffff_ffffn) sum = (sum & 0xffff_ffffn) + (sum >> 32n);
  return sum;
}

const seeds = fc.nat({ max: 0xffff_ffff });
/** Runs of ones and zeros are where carries go wrong. */
const contents = fc.array(fc.oneof(fc.constant(0xff), fc.constant(0), fc.nat({ max: 255 })), { maxLength: 300 }).map((values) => Uint8Array.from(values));

describe('csum_partial', () => {
  // The vectors of meminfo.md section 5.
  it.each([
    ['01 02 03 04 05 06 07', 0, 0x06080a04],
    ['ff ff ff ff 00 00 00 01', 0, 0x00000001],
    ['56 4d 43 4f 52 45 49 4e 46 4f', 0, 0xeee18c9d],
    ['ff ff ff fe ff ff ff ff 00 00 00 03 ab', 0, 0xab000002],
    ['ff ff ff ff', 0, 0xffffffff],
    ['80', 0, 0x80000000],
    ['', 0, 0],
    ['01 02 03 04 05 06 07', 0xffffffff, 0x06080a04],
  ])('%s with seed %i', (hex, seed, expected) => {
    expect(csumPartial(bytesOf(hex), seed)).toBe(expected);
  });

  it('of an os_info page without anything but crashkernel memory', () => {
    const page = Buffer.alloc(4096);
    page.writeBigUInt64BE(0x4f53494e464f535an, 0);
    page.writeUInt16BE(1, 0x00c);
    page.writeUInt16BE(1, 0x00e);
    page.writeBigUInt64BE(0x10000000n, 0x010);
    page.writeBigUInt64BE(0x8000000n, 0x018);
    expect(csumPartial(page.subarray(0x00c))).toBe(0x18010001);
  });

  it('is the sum with end-around carry', () => {
    fc.assert(
      fc.property(contents, seeds, (data, seed) => {
        expect(BigInt(csumPartial(data, seed))).toBe(foldedSum(data, BigInt(seed)));
      }),
    );
  });

  it('may be made in parts that are cut at multiples of four', () => {
    fc.assert(
      fc.property(contents, seeds, fc.nat(), (data, seed, cut) => {
        const at = 4 * (cut % (Math.floor(data.length / 4) + 1));
        expect(csumPartial(data.subarray(at), csumPartial(data.subarray(0, at), seed))).toBe(csumPartial(data, seed));
      }),
    );
  });

  it('notices every single changed bit', () => {
    fc.assert(
      fc.property(contents, fc.nat(), (data, which) => {
        if (data.length === 0) return;
        const changed = data.slice();
        const bit = which % (data.length * 8);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(csumPartial(changed)).not.toBe(csumPartial(data));
      }),
    );
  });
});
