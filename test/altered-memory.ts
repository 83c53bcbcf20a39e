/** A kernel's memory with some bytes changed, and what an analysis reads of it: how a recorded damage looks, without a copy of the dump. */
import type { AnalysisKernel } from '../src/analysis/kernel/analyses/analysis-kernel.ts';
import type { KernelMemory } from '../src/analysis/kernel/memory/kernel-memory.ts';
import { kernelObjects } from '../src/analysis/kernel/object/kernel-objects.ts';

/** Bytes by their virtual addresses. */
export type Changes = ReadonlyMap<bigint, number>;

function alteredMemory(inner: KernelMemory, changes: Changes): KernelMemory {
  const little = inner.endian === 'little';
  const bytes = (address: bigint, length: number): Uint8Array | undefined => {
    const found = inner.bytes(address, length);
    if (found !== undefined) for (const [at, byte] of changes) if (at >= address && at < address + BigInt(length)) found[Number(at - address)] = byte;
    return found;
  };
  const view = (address: bigint, length: number): DataView | undefined => {
    const found = bytes(address, length);
    return found === undefined ? undefined : new DataView(found.buffer, found.byteOffset, found.byteLength);
  };
  const u64 = (address: bigint): bigint | undefined => view(address, 8)?.getBigUint64(0, little);
  return {
    ...inner,
    bytes,
    u8: (address) => view(address, 1)?.getUint8(0),
    u16: (address) => view(address, 2)?.getUint16(0, little),
    u32: (address) => view(address, 4)?.getUint32(0, little),
    s32: (address) => view(address, 4)?.getInt32(0, little),
    u64,
    pointer: u64,
    isZeroPage: (address) => inner.isZeroPage(address) && ![...changes.keys()].some((at) => at >> 12n === address >> 12n),
  };
}

/** What an analysis reads of a 64-bit kernel, with its memory changed. Texts that are read up to their NUL stay as they are. */
export function alteredKernel(kernel: AnalysisKernel, changes: Changes): AnalysisKernel {
  const memory = alteredMemory(kernel.memory, changes);
  return { ...kernel, memory, objects: kernelObjects({ space: { ...kernel.objects.space, memory }, symbols: kernel.symbols, noSymbols: '' }) };
}
