/** Small dumps with keys of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildCase } from '../../src/samples/case-text.ts';

/** A stand-alone dump of 64 KiB whose memory no other number gives. */
export const tinyDump = (number: number): Uint8Array =>
  buildCase(`memory 64 KiB\ncpu prefix=0x8000\nu32 0x4000 0x${(0x10000000 + number).toString(16)}\nformat s390`);

/**
 * Files below a folder: dumps of which no two have one key, copies of some of them, and every eighth packed.
 * @returns how many files there are
 */
export function writeTinyDumps(folder: string, distinct: number, duplicates: number): number {
  for (let number = 0; number < distinct; number += 1) {
    const inside = join(folder, `customer-${number % 7}`);
    mkdirSync(inside, { recursive: true });
    const isPacked = number % 8 === 5;
    const name = isPacked ? `dump-${number}.gz` : `dump-${number}`;
    const bytes = isPacked ? gzipSync(tinyDump(number)) : tinyDump(number);
    writeFileSync(join(inside, name), bytes);
    // The file as it is: of a packed and an unpacked copy, the catalogue has the size of the first that was entered.
    if (number < duplicates) writeFileSync(join(inside, `copy-of-${name}`), bytes);
  }
  return distinct + duplicates;
}
