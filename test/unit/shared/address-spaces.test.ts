/**
 * Addresses of two spaces do not mix: where a line below `@ts-expect-error` compiles, the type check of this file fails. Nothing of it is
 * called; at run time an address is a bigint as any other.
 */
import { describe, expect, it } from 'vitest';
import type { AbsoluteAddress, FileOffset, Pfn, RealAddress, VirtualAddress } from '../../../src/shared/units.ts';
import { architectures } from '../../../src/analysis/arch/index.ts';
import { realToAbsolute } from '../../../src/analysis/arch/s390x/prefixing.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import type { MemoryReader } from '../../../src/analysis/memory/reader.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import type { IndexReader } from '../../../src/analysis/page-index/index-reader-type.ts';

export function mixed(
  kernel: KernelMemory,
  memory: MemoryReader,
  source: ByteSource,
  index: IndexReader,
  at: {
    readonly absolute: AbsoluteAddress;
    readonly real: RealAddress;
    readonly virtual: VirtualAddress;
    readonly file: FileOffset;
    readonly pfn: Pfn;
  },
): void {
  // @ts-expect-error a virtual address is not read as an absolute one
  memory.read(at.virtual, 8);
  // @ts-expect-error nor a real one before prefixing
  memory.readExactly(at.real, 8, 'the lowcore');
  // @ts-expect-error an absolute address is not read through the kernel's page tables
  kernel.bytes(at.absolute, 8);
  const place = kernel.translate(at.virtual);
  // @ts-expect-error what was translated is not translated again
  if (place !== undefined) kernel.translate(place);
  // @ts-expect-error prefixing takes a real address
  realToAbsolute(at.absolute, 0n);
  // @ts-expect-error the rules of the identity map take a virtual address
  architectures.s390x.kernelAddress(at.absolute, { entries: new Map() });
  // @ts-expect-error the number of a page is no position in a file
  source.readInto(at.pfn, new Uint8Array(8));
  // @ts-expect-error and a position in a file no number of a page
  index.blockAt(at.file);
  // What comes from a field or from arithmetic has no space yet.
  memory.read(at.absolute + 8n, 8);
  kernel.u64(0x1000n);
  source.readInto(at.file + 16, new Uint8Array(8));
}

describe('the space of an address', () => {
  it('is part of its type and costs nothing', () => {
    const prefix: AbsoluteAddress = 0x8000n;
    const lowcore = realToAbsolute(0x200n, prefix);
    expect(lowcore).toBe(0x8200n);
    expect(typeof lowcore).toBe('bigint');
  });
});
