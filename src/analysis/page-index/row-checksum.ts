/** Checksums of index rows. SQLite's own checks do not look into values: a flipped bit of the disk would be answered as if it were the dump's. */
import { crc32 } from 'node:zlib';
import { IndexDamaged } from './index-error.ts';

/** CRC-32 over the values of a row, in the order of its columns. Integers count alike as numbers and as bigints, undefined as NULL. */
export function rowChecksum(values: readonly unknown[], before = 0): number {
  let sum = before;
  for (const value of values) {
    if (value instanceof Uint8Array) sum = crc32(value, crc32(`blob ${value.length} `, sum));
    else if (typeof value === 'string') sum = crc32(`text ${value.length} ${value}`, sum);
    else sum = crc32(typeof value === 'number' || typeof value === 'bigint' ? `${value} ` : 'null ', sum);
  }
  return sum;
}

/**
 * Checks a row whose last column is the checksum of the others.
 * @param table and the row's key: what the error names
 * @throws IndexDamaged
 */
export function assertRow(table: string, row: readonly unknown[]): void {
  if (Number(row.at(-1)) !== rowChecksum(row.slice(0, -1))) throw new IndexDamaged(`row ${String(row[0])} of its table "${table}" does not match its checksum`);
}
