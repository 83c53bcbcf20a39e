/** Small dumps with keys of their own. */
import { buildCase } from '../../src/samples/case-text.ts';

/** A stand-alone dump of 64 KiB whose memory no other number gives. */
export const tinyDump = (number: number): Uint8Array =>
  buildCase(`memory 64 KiB\ncpu prefix=0x8000\nu32 0x4000 0x${(0x10000000 + number).toString(16)}\nformat s390`);
