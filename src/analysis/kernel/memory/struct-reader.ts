/** Reads of many members of one structure: each of its pages is looked up once. */
import type { VirtualAddress } from '../../../shared/units.ts';
import type { KernelMemory } from './kernel-memory.ts';

export interface StructReader {
  /** As those of {@link KernelMemory}, at an offset in the structure. */
  u32(offset: number): number | undefined;
  u64(offset: number): bigint | undefined;
  pointer(offset: number): bigint | undefined;
  /** Not a copy where the bytes lie in one page: nothing is written to them. */
  bytes(offset: number, length: number): Uint8Array | undefined;
}

const pageBytes = 0x1000;
/** In the column of pages: not looked up yet. */
type Known = DataView | 'absent' | undefined;

export function structReader(memory: KernelMemory, address: VirtualAddress): StructReader {
  const little = memory.endian === 'little';
  const first = Number(address & 0xfffn);
  const pages: Known[] = [];
  const pageAt = (index: number): DataView | undefined => {
    const before = pages[index];
    if (before !== undefined) return before === 'absent' ? undefined : before;
    const bytes = memory.page(address + BigInt(index * pageBytes));
    const view = bytes === undefined ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    pages[index] = view ?? 'absent';
    return view;
  };
  const u32 = (offset: number): number | undefined => {
    const place = first + offset;
    const within = place % pageBytes;
    if (within > pageBytes - 4) return memory.u32(address + BigInt(offset));
    return pageAt((place - within) / pageBytes)?.getUint32(within, little);
  };
  const u64 = (offset: number): bigint | undefined => {
    const place = first + offset;
    const within = place % pageBytes;
    if (within > pageBytes - 8) return memory.u64(address + BigInt(offset));
    return pageAt((place - within) / pageBytes)?.getBigUint64(within, little);
  };
  return {
    u32,
    u64,
    pointer(offset) {
      if (memory.pointerBytes === 8) return u64(offset);
      const value = u32(offset);
      return value === undefined ? undefined : BigInt(value);
    },
    bytes(offset, length) {
      const place = first + offset;
      const within = place % pageBytes;
      if (within + length > pageBytes) return memory.bytes(address + BigInt(offset), length);
      const page = pageAt((place - within) / pageBytes);
      return page === undefined ? undefined : new Uint8Array(page.buffer, page.byteOffset + within, length);
    },
  };
}
