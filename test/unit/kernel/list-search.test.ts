/** The head of a list, searched among the kernel's variables: found, ambiguous, and in memory that is made to take long. */
import { finish } from '../../../src/analysis/jobs/steps.ts';
import { describe, expect, it } from 'vitest';
import { searchListHead } from '../../../src/analysis/kernel/memory/list-search.ts';
import { ByteWriter } from '../../../src/samples/byte-writer.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { plainMemory, vmcoreinfoOf } from './described-logs.ts';

const variables = 0x40_0000;
const vmcoreinfo = vmcoreinfoOf(['SYMBOL(_stext)=100000', `SYMBOL(init_uts_ns)=${variables.toString(16)}`]);

/** Doubly linked nodes at these addresses; the first is the head. */
function link(memory: MemoryImage, nodes: readonly number[]): void {
  nodes.forEach((at, index) => {
    const [next = 0, previous = 0] = [nodes[(index + 1) % nodes.length], nodes.at(index - 1)];
    memory.write(at, new ByteWriter(16, memory.endian).u64(0, BigInt(next)).u64(8, BigInt(previous)).bytes);
  });
}

describe.each(['big', 'little'] as const)('the head of a list, %s-endian', (endian) => {
  const nodes = [0x80_0000, 0x80_1000, 0x80_2000];
  const isNode = (_: unknown, node: bigint): boolean => nodes.includes(Number(node));

  it('is the one place from which nodes lead back', () => {
    const memory = new MemoryImage(0x200_0000, endian);
    link(memory, [variables + 0x40, ...nodes]);
    expect(finish(searchListHead(plainMemory(memory), vmcoreinfo, isNode))).toBe(BigInt(variables + 0x40));
  });

  it('is unknown where there are two', () => {
    const memory = new MemoryImage(0x200_0000, endian);
    link(memory, [variables + 0x40, ...nodes.slice(0, 2)]);
    link(memory, [variables + 0x80, ...nodes.slice(2)]);
    expect(finish(searchListHead(plainMemory(memory), vmcoreinfo, isNode))).toBeUndefined();
  });

  it('is given up where a long list begins everywhere', () => {
    const memory = new MemoryImage(0x200_0000, endian);
    const many = Array.from({ length: 20_000 }, (_, index) => variables + 0x1000 + index * 16);
    link(memory, many);
    // No way leads back to where it began.
    memory.write(many[10_000] ?? 0, new Uint8Array(8));
    let looks = 0;
    const head = finish(searchListHead(plainMemory(memory), vmcoreinfo, () => (looks += 1) > 0));
    expect(head).toBeUndefined();
    expect(looks).toBeLessThan(1 << 19);
  });
});
