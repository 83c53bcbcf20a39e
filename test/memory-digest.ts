import { createHash } from 'node:crypto';
import type { DumpImage } from '../src/analysis/formats/dump-format.ts';

/** SHA-256 over states and bytes of all pages of a small dump. */
export function memoryDigest({ memory }: DumpImage): string {
  const pages = Math.ceil(Number(memory.end) / 4096);
  const bytes = new Uint8Array(pages * 4096);
  const states = new Uint8Array(pages);
  memory.readPages(0, bytes, states);
  return createHash('sha256').update(states).update(bytes).digest('hex');
}
