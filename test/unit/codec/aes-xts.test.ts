/** AES-256-XTS against IEEE 1619 and against the implementation of OpenSSL. */
import { createCipheriv, getCiphers } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptXts } from '../../../src/analysis/codec/aes-xts.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const keys = hex('27182818284590452353602874713526624977572470936999595749669676273141592653589793238462643383279502884197169399375105820974944592');

describe('AES-256-XTS', () => {
  it('is that of IEEE 1619, vector 10', () => {
    const unit = hex('1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd');
    decryptXts(keys, hex('ff000000000000000000000000000000'), unit);
    expect(unit).toEqual(Buffer.from(Array.from({ length: 64 }, (_, index) => index)));
  });

  it.runIf(getCiphers().includes('aes-256-xts'))('undoes what OpenSSL encrypts', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(64), bytes(16), bytes(4096), (key, tweak, page) => {
        fc.pre(Buffer.compare(key.subarray(0, 32), key.subarray(32)) !== 0);
        const unit = createCipheriv('aes-256-xts', key, tweak).update(page);
        decryptXts(key, tweak, unit);
        expect(Buffer.compare(unit, page)).toBe(0);
      }),
    );
  });
});
