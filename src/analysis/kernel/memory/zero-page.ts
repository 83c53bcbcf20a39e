import type { KernelMemory } from './kernel-memory.ts';

/**
 * The first page under [start, start + length) that is all zero. A page of a table that the kernel filled is never that; one that is has
 * been lost on the way, and what its zeros seem to say means nothing.
 */
export function zeroPage(memory: KernelMemory, start: bigint, length: number): bigint | undefined {
  for (let page = start & ~0xfffn; page < start + BigInt(length); page += 0x1000n) {
    if (memory.isZeroPage(page)) return page;
  }
  return undefined;
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** The same for a long table whose bytes were read: only pages of which nothing else is known are looked at again. */
export function zeroPageOf(memory: KernelMemory, start: bigint, bytes: Uint8Array): bigint | undefined {
  const first = Number(start & 0xfffn);
  for (let at = -first; at < bytes.length; at += 0x1000) {
    const page = start + BigInt(at);
    if (isZero(bytes.subarray(Math.max(0, at), at + 0x1000)) && memory.isZeroPage(page)) return page;
  }
  return undefined;
}
