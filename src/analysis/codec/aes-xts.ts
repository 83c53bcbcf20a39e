/**
 * AES-256-XTS (IEEE 1619) for whole data units, on AES-256-ECB: the cryptography of Electron has no XTS. Nothing proves that a unit is what was
 * encrypted: one that was changed decrypts to noise.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

const blockBytes = 16;
/** x^128 = x^7 + x^2 + x + 1. */
const reduction = 0x87;

function ecb(make: typeof createCipheriv | typeof createDecipheriv, key: Uint8Array, bytes: Uint8Array): Buffer {
  const cipher = make('aes-256-ecb', key, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** The tweaks of all blocks of a unit, each twice the one before in GF(2^128), the first byte lowest. */
function tweaks(key: Uint8Array, first: Uint8Array, bytes: number): Buffer {
  const all = Buffer.alloc(bytes);
  all.set(ecb(createCipheriv, key, first));
  for (let at = blockBytes; at < bytes; at += blockBytes) {
    let carry = 0;
    for (let index = 0; index < blockBytes; index += 1) {
      const byte = all[at - blockBytes + index] ?? 0;
      all[at + index] = ((byte << 1) & 0xff) | carry;
      carry = byte >> 7;
    }
    if (carry === 1) all[at] = (all[at] ?? 0) ^ reduction;
  }
  return all;
}

/**
 * Decrypts a unit in place.
 * @param keys 64 bytes: of the data, and of the tweak
 * @param tweak 16 bytes
 * @param unit a multiple of 16 bytes
 */
export function decryptXts(keys: Uint8Array, tweak: Uint8Array, unit: Uint8Array): void {
  const mask = tweaks(keys.subarray(32), tweak, unit.length);
  for (let index = 0; index < unit.length; index += 1) unit[index] = (unit[index] ?? 0) ^ (mask[index] ?? 0);
  const plain = ecb(createDecipheriv, keys.subarray(0, 32), unit);
  for (let index = 0; index < unit.length; index += 1) unit[index] = (plain[index] ?? 0) ^ (mask[index] ?? 0);
}
