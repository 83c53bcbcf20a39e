/** The checks that an xz file has of its blocks, by their number (The .xz File Format 1.2, section 2.1.1.2). */
import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

/** Bytes of a check by its number. */
export const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** CRC-64 of ECMA-182 as xz has it, in two halves. */
const crc64Table = (() => {
  const table = new Int32Array(512);
  for (let index = 0; index < 256; index += 1) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c_5795_d787_0f42n : value >> 1n;
    table[2 * index] = Number(BigInt.asIntN(32, value));
    table[2 * index + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return table;
})();

export interface Check {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

function crc64(): Check {
  let low = -1;
  let high = -1;
  return {
    update(bytes) {
      let [a, b] = [low, high];
      for (let at = 0; at < bytes.length; at += 1) {
        const index = ((a ^ (bytes[at] ?? 0)) & 0xff) << 1;
        a = ((a >>> 8) | (b << 24)) ^ (crc64Table[index] ?? 0);
        b = (b >>> 8) ^ (crc64Table[index + 1] ?? 0);
      }
      low = a;
      high = b;
    },
    digest() {
      const digest = Buffer.alloc(8);
      digest.writeUInt32LE(~low >>> 0, 0);
      digest.writeUInt32LE(~high >>> 0, 4);
      return digest;
    },
  };
}

function crc32(): Check {
  let value = 0;
  return {
    update(bytes) {
      value = zlib.crc32(bytes, value);
    },
    digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32LE(value, 0);
      return digest;
    },
  };
}

/** The check of a block; undefined for none and for those that are not known. */
export function checkOf(number: number): Check | undefined {
  if (number === 1) return crc32();
  if (number === 4) return crc64();
  if (number !== 10) return undefined;
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}
