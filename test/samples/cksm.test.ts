import { describe, expect, it } from 'vitest';

import { cksm } from '../../src/samples/cksm.ts';
import { osInfoPage } from '../../src/samples/s390x-os-info.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

// Vectors of meminfo.md section 5.
describe('CHECKSUM sum', () => {
  it.each([
    ['01020304050607', 0, 0x06080a04],
    ['ffffffff00000001', 0, 0x00000001],
    ['564d434f5245494e464f', 0, 0xeee18c9d],
    ['fffffffeffffffff00000003ab', 0, 0xab000002],
    ['ffffffff', 0, 0xffffffff],
    ['80', 0, 0x80000000],
    ['', 0, 0],
    ['01020304050607', 0xffffffff, 0x06080a04],
  ])('of %s with seed %i', (bytes, seed, expected) => {
    expect(cksm(hex(bytes), seed)).toBe(expected);
  });

  it('of an os_info page', () => {
    const page = osInfoPage({ crashkernel: { start: 0x10000000, size: 0x8000000 } });
    expect(cksm(page.subarray(0x00c))).toBe(0x18010001);
    expect(Buffer.from(page.subarray(0, 32)).toString('hex')).toBe('4f53494e464f535a180100010001000100000000100000000000000008000000');
  });
});
