/** What tells a dump from every other one, whatever its file is called. */
import { createHash } from 'node:crypto';
import { readAround } from '../source/byte-source.ts';
import type { DumpImage } from './dump-format.ts';

/** Identity of a dump (docs/contract.md section 10): no path and no times, so that copies share an index. */
export function dumpIdentity(image: DumpImage): string {
  const hash = createHash('sha256');
  hash.update(`${image.format}\0${image.source.size}\0`);
  for (const range of image.headerRanges) {
    const source = range.source ?? image.source;
    const bytes = new Uint8Array(Math.min(range.bytes, Math.max(0, source.size - range.offset)));
    // Bytes that the disk does not give are no zeros: with them it would be another dump.
    const got = readAround(source, range.offset, bytes, (start, end) => hash.update(`unreadable ${start} ${end}\0`));
    hash.update(`${range.offset}\0${got}\0`).update(bytes.subarray(0, got));
  }
  return hash.digest('hex');
}
