/**
 * Arguments of trace_printk() as its events keep them (vbin_printf(), lib/vsprintf.c, 5.10 to 6.12): one after the other, each aligned to its size but to 4 bytes at
 * most; texts with their NUL, and what the kernel had to look at when it printed (%pI4) as the text that it became.
 */
import { formatArguments } from '../debug-feature/format-text.ts';

const wordKinds = /^[sSxKe]/;
const sizes: Readonly<Record<string, number>> = { hh: 1, h: 2, l: 8, ll: 8, L: 8, z: 8, t: 8, q: 8 };

export type BinaryArgument = bigint | string;

/** @returns undefined where the bytes end before the arguments do */
export function binaryArguments(format: string, bytes: DataView, isLittle: boolean): readonly BinaryArgument[] | undefined {
  const found: BinaryArgument[] = [];
  let at = 0;
  for (const { conversion, length, kind } of formatArguments(format)) {
    if (conversion === 's' || (conversion === 'p' && kind !== '' && !wordKinds.test(kind))) {
      let end = at;
      while (end < bytes.byteLength && bytes.getUint8(end) !== 0) end += 1;
      if (end >= bytes.byteLength) return undefined;
      found.push(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1'));
      at = end + 1;
      continue;
    }
    const size = conversion === 'p' ? 8 : conversion === 'c' ? 1 : (sizes[length] ?? 4);
    const align = Math.min(size, 4);
    at = Math.ceil(at / align) * align;
    if (at + size > bytes.byteLength) return undefined;
    found.push(
      size === 8
        ? bytes.getBigUint64(at, isLittle)
        : BigInt(size === 4 ? bytes.getUint32(at, isLittle) : size === 2 ? bytes.getUint16(at, isLittle) : bytes.getUint8(at)),
    );
    at += size;
  }
  return found;
}
