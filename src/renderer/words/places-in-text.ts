/**
 * Places in Dumpbench's own sentences: "absolute 0x519000", "file offset 0x1ef0". Only a number with a space counts: others are checksums, sizes, and
 * bits. For text printed by the kernel see `addressesInText` (shared).
 */
import type { AddressSpace } from '../../shared/model.ts';
import type { Position } from '../state/position.ts';

export interface PlacePiece {
  readonly text: string;
  readonly position?: Position;
}

const spaces: readonly (readonly [words: string, space: AddressSpace])[] = [
  ['absolute', 'absolute'],
  ['virtual', 'virtual'],
  ['file offset', 'file'],
  ['lowcore at', 'absolute'],
  ['is its prefix', 'absolute'],
  ['stack pointer', 'virtual'],
  ['the chain ends at', 'virtual'],
  ['printk ring buffer at', 'virtual'],
];
const named = new RegExp(`\\b(${spaces.map(([words]) => words).join('|')})(?: address)? (0x[0-9a-f]{1,16})\\b`, 'g');

/** Splits a text into pieces, which joined give the text; pieces with a position are places. */
export function placesInText(text: string): readonly PlacePiece[] {
  const pieces: PlacePiece[] = [];
  let from = 0;
  for (const { 0: found, 1: words = '', 2: digits = '', index } of text.matchAll(named)) {
    const space = spaces.find(([one]) => one === words)?.[1];
    const start = index + found.length - digits.length;
    if (space === undefined) continue;
    if (start > from) pieces.push({ text: text.slice(from, start) });
    pieces.push({ text: digits, position: { space, address: BigInt(digits), length: 1 } });
    from = start + digits.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
