/** Rows of bytes as every hex editor shows them: place, sixteen bytes in two groups, letters. */
import { hex } from '../../shared/units.ts';
import type { CodeLine } from './blocks.ts';
import type { CheckBytes } from './report-model.ts';

const bytesPerRow = 16;
const letter = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.');

export function hexRows(where: CheckBytes['where'], digits: string): readonly CodeLine[] {
  const start = 'space' in where ? BigInt(where.start) : BigInt(where.fileOffset);
  const bytes = (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  const placeWidth = hex(start + BigInt(bytes.length)).length;
  return Array.from({ length: Math.ceil(bytes.length / bytesPerRow) }, (_, row) => {
    const own = bytes.slice(row * bytesPerRow, (row + 1) * bytesPerRow);
    const pairs = own.map((byte, at) => `${at === bytesPerRow / 2 ? ' ' : ''}${byte.toString(16).padStart(2, '0')}`).join(' ');
    const place = hex(start + BigInt(row * bytesPerRow)).padStart(placeWidth);
    return { text: `${place}  ${pairs.padEnd(bytesPerRow * 3)}  ${own.map(letter).join('')}` };
  });
}
