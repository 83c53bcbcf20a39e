/** What an interruption of kernel code was, by what the kernel saved of it. */
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../src/analysis/arch/index.ts';
import type { Fault } from '../../../src/analysis/arch/fault.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { plainMemory } from '../kernel/described-logs.ts';

const registersAt = 0x1000;

function s390x(code: number, teid: bigint, instruction = 0x3_0000n, length = 6): Fault | undefined {
  const image = new MemoryImage(0x4000, 'big');
  image.u32(registersAt + 160, (length << 16) | code);
  image.u64(registersAt + 168, teid);
  return architectures.s390x.fault?.({ memory: plainMemory(image), types: undefined, registersAt: BigInt(registersAt), instruction });
}

describe('program interruptions of s390x', () => {
  it.each([
    [
      'low-address protection, which has no address',
      4,
      0x483n,
      { kind: 'access', address: undefined, isPage: false, access: 'write', isNull: true, isRefused: false },
    ],
    ['protection of a page', 4, 0x7000_0404n, { kind: 'access', address: 0x7000_0000n, isPage: true, access: 'write', isNull: false, isRefused: true }],
    ['a translation at 0', 0x11, 0x800n, { kind: 'access', address: 0n, access: 'read', isNull: true, isRefused: false }],
    ['a region translation', 0x3b, 0x6b6b_6b6b_6b6b_6803n, { kind: 'access', address: 0x6b6b_6b6b_6b6b_6000n, access: 'read', isNull: false }],
    ['addressing, without an address', 5, 0n, { kind: 'access', address: undefined, isNull: false }],
    ['an operation', 1, 0n, { kind: 'illegal-operation' }],
    ['a privileged operation', 2, 0n, { kind: 'privileged-operation' }],
    ['data', 7, 0n, { kind: 'data-exception' }],
    ['a fixed-point divide', 9, 0n, { kind: 'data-exception' }],
    ['a monitor call', 0x40, 0n, { kind: 'bug' }],
    ['the same with the bit of PER', 0xc0, 0n, { kind: 'bug' }],
  ] as const)('%s', (_, code, teid, fault) => {
    expect(s390x(code, teid)).toMatchObject(fault);
  });

  it('a branch to where no code is: at the lowcore through a null pointer, odd, or where the translation failed', () => {
    expect(s390x(1, 0n, 2n, 2)).toMatchObject({ kind: 'access', access: 'execute', isNull: true });
    expect(s390x(6, 0n, 0x3_0001n, 2)).toMatchObject({ kind: 'access', access: 'execute', isNull: false, address: 0x3_0001n, isPage: false });
    expect(s390x(0x10, 0x5000_0800n, 0x5000_0124n, 2)).toMatchObject({ access: 'execute', address: 0x5000_0124n });
  });

  it('nothing is reported without an instruction length, with another code, or with registers that are not in the dump', () => {
    expect(s390x(4, 0x483n, 0x3_0000n, 0)).toBeUndefined();
    expect(s390x(0x20, 0n)).toBeUndefined();
    const memory = plainMemory(new MemoryImage(0x4000, 'big'));
    expect(architectures.s390x.fault?.({ memory, types: undefined, registersAt: undefined, instruction: 0n })).toBeUndefined();
    expect(architectures.s390x.fault?.({ memory, types: undefined, registersAt: 0xffff_0000n, instruction: 0n })).toBeUndefined();
  });
});

describe('exceptions of x86_64', () => {
  it('are determined from memory where the instruction is ud2, and nowhere else', () => {
    const image = new MemoryImage(0x2000, 'little');
    image.u16(0x1000, 0x0b0f);
    image.u16(0x1010, 0x9090);
    const fault = (instruction: bigint): Fault | undefined =>
      architectures.x86_64.fault?.({ memory: plainMemory(image), types: undefined, registersAt: undefined, instruction });
    expect(fault(0x1000n)).toMatchObject({ kind: 'bug' });
    expect(fault(0x1010n)).toBeUndefined();
    expect(fault(0x9000n)).toBeUndefined();
  });
});
