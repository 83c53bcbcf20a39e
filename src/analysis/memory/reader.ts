/** The one reader of a dump's memory. Everything above asks here, by absolute address. */
import type { AbsoluteAddress } from '../../shared/units.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import type { AbsoluteMemory, MemoryRead } from '../layout/absolute-memory.ts';

export interface MemoryReader extends AbsoluteMemory {
  /** @throws DumpError absent, naming the first missing range and its state */
  readExactly(address: AbsoluteAddress, length: number, what: string): Uint8Array;
}

export function memoryReader(memory: MemoryImage, dumpName: string): MemoryReader {
  const read = (address: AbsoluteAddress, length: number): MemoryRead => {
    const bytes = new Uint8Array(length);
    const absences = memory.read(address, bytes);
    const absent = absences.map((gap) => ({ start: Number(gap.start - address), end: Number(gap.end - address) }));
    return { bytes, absent, absences };
  };
  return {
    end: memory.end,
    read,
    readPresent(address, length) {
      const result = read(address, length);
      return result.absent.length === 0 ? result.bytes : undefined;
    },
    readExactly(address, length, what) {
      const result = read(address, length);
      const gap = result.absences[0];
      if (gap === undefined) return result.bytes;
      throw new DumpError(
        'absent',
        { file: dumpName, address: gap.start },
        `${what}: the dump has no bytes there: ${gap.state}`,
        `${length} bytes starting at 0x${address.toString(16)}`,
      );
    },
  };
}
