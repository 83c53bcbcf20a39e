/** A part of a source as one of its own: a partition of a disk. Faults name the place in the whole. */
import { defined } from '../../shared/defined.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * @param start first byte of the part in the whole
 * @param bytes its length; where the whole ends before, reading ends there as with a file that is cut off
 */
export function partSource(whole: ByteSource, name: string, start: number, bytes: number): ByteSource {
  const size = Math.max(0, Math.min(bytes, whole.size - start));
  return {
    name,
    size,
    ...defined({ heldBytes: whole.heldBytes }),
    readInto(offset, target) {
      return offset >= size ? 0 : whole.readInto(start + offset, target.subarray(0, Math.min(target.length, size - offset)));
    },
    readApart(offset, target) {
      if (offset >= size) return 0;
      const part = target.subarray(0, Math.min(target.length, size - offset));
      return whole.readApart === undefined ? whole.readInto(start + offset, part) : whole.readApart(start + offset, part);
    },
    faultAt(offset) {
      const fault = offset >= size ? undefined : whole.faultAt?.(start + offset);
      return fault === undefined ? undefined : { ...fault, bytes: Math.min(fault.bytes, size - offset) };
    },
  };
}
