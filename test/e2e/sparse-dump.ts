/** A stand-alone dump of a TiB that takes no disk space: a hole, with a text at its end. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { buildCase } from '../../src/samples/case-text.ts';

export const tebibyte = 1n << 40n;
export const lastBytes = 'the last bytes!!';

export function sparseDump(path: string): void {
  const bytes = Buffer.from(buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n'));
  bytes.writeBigUInt64BE(tebibyte, 0x18);
  const file = openSync(path, 'w');
  writeSync(file, bytes, 0, bytes.length - 16, 0);
  const end = Number(tebibyte) + 4096;
  ftruncateSync(file, end);
  writeSync(file, Buffer.from(lastBytes), 0, 16, end - 16);
  writeSync(file, bytes, bytes.length - 16, 16, end);
  closeSync(file);
}
