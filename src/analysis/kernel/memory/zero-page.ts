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
