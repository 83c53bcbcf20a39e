/** The marks by which a desktop tells a dump, in the words of the catalogue. */
import type { FileMark } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import type { Endian } from '../layout/field.ts';

/** @param to the last offset at which the bytes may begin, where that varies */
export const fileMark = (offset: number, bytes: Buffer, to?: number): FileMark => ({ offset, ...defined({ to }), hex: bytes.toString('hex') });

/** A word as it is stored. */
export function wordBytes(value: bigint, size: 2 | 4 | 8, endian: Endian = 'big'): Buffer {
  const bytes = Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');
  return endian === 'big' ? bytes : bytes.reverse();
}
