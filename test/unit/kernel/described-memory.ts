/** Kernel memory that is described by words of eight bytes; everything else cannot be read. */
import type { Architecture } from '../../../src/analysis/arch/architecture-name.ts';
import { architectures } from '../../../src/analysis/arch/index.ts';
import type { AddressRange } from '../../../src/shared/units.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';

/** Words of zeros for every address of a range, to begin with. */
export function zeroed({ start, end }: AddressRange): Map<bigint, bigint> {
  const words = new Map<bigint, bigint>();
  for (let at = start; at < end; at += 8n) words.set(at, 0n);
  return words;
}

export function describedMemory(arch: Architecture, words: ReadonlyMap<bigint, bigint>): KernelMemory {
  const little = architectures[arch].notes.prstatusEndian === 'little';
  const wordAt = (address: bigint): Uint8Array | undefined => {
    const word = words.get(address);
    if (word === undefined) return undefined;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, word, little);
    return bytes;
  };
  const bytes = (address: bigint, length: number): Uint8Array | undefined => {
    const found = new Uint8Array(length);
    for (let done = 0; done < length; done += 1) {
      const at = address + BigInt(done);
      const byte = wordAt(at - (at % 8n))?.[Number(at % 8n)];
      if (byte === undefined) return undefined;
      found[done] = byte;
    }
    return found;
  };
  const view = (address: bigint, length: number): DataView | undefined => {
    const found = bytes(address, length);
    return found === undefined ? undefined : new DataView(found.buffer);
  };
  const u64 = (address: bigint): bigint | undefined => view(address, 8)?.getBigUint64(0, little);
  return {
    arch,
    endian: little ? 'little' : 'big',
    pointerBytes: 8,
    translate: () => undefined,
    bytes,
    partial: (address, length) => {
      const found = bytes(address, length);
      const absences = found === undefined ? [{ address, reason: 'untranslated' as const, detail: 'not described' }] : [];
      return { bytes: found ?? new Uint8Array(length), absences };
    },
    u8: (address) => view(address, 1)?.getUint8(0),
    u16: (address) => view(address, 2)?.getUint16(0, little),
    u32: (address) => view(address, 4)?.getUint32(0, little),
    s32: (address) => view(address, 4)?.getInt32(0, little),
    u64,
    pointer: u64,
    cstring: () => undefined,
    page: () => undefined,
    isZeroPage: () => false,
    absence: (address, length) => (bytes(address, length) === undefined ? { address, reason: 'untranslated', detail: 'not described' } : undefined),
  };
}
