/** One eight-byte word read as an entry of a translation table (lowcore.md section 7), where its bits allow that. */
import { hex } from '../../../shared/units.ts';

const tables = ['segment', 'region third', 'region second', 'region first'] as const;
const frame = ~0xfffn;

const set = (entry: bigint, bits: readonly (readonly [bigint, string])[]): readonly string[] =>
  bits.flatMap(([bit, word]) => ((entry & bit) === 0n ? [] : [word]));

/** As a page-table entry: undefined where bits are set that must be zero (Principles of Operation, chapter 3). */
export function pageEntryText(entry: bigint): string | undefined {
  // Bit 52 must be zero; an entry of zeros maps frame 0 and says nothing.
  if (entry === 0n || (entry & 0x800n) !== 0n) return undefined;
  const words = set(entry, [
    [0x400n, 'invalid'],
    [0x200n, 'protected'],
    [0x100n, 'no execute'],
  ]);
  return [`frame ${hex(entry & frame)}`, ...words].join(', ');
}

/** As a region- or segment-table entry. Entries without a table after them say only that. */
export function tableEntryText(entry: bigint): string | undefined {
  if (entry === 0n) return undefined;
  const table = tables[Number((entry >> 2n) & 3n)] ?? 'segment';
  const invalid = (entry & 0x20n) !== 0n;
  if (invalid && (entry & frame) === 0n) return `${table} entry, invalid`;
  const origin = table === 'segment' ? entry & ~0x7ffn : entry & frame;
  const what = (entry & 0x400n) !== 0n && (table === 'segment' || table === 'region third') ? 'large frame' : 'next table';
  return [`${table} entry`, `${what} ${hex(origin)}`, ...set(entry, [[0x200n, 'protected']]), ...(invalid ? ['invalid'] : [])].join(', ');
}
