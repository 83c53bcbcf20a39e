/** Bytes of files that are no dumps, and what opening says of them. */
import { openDump } from '../../../src/analysis/formats/index.ts';
import { textDamage as lookForDamage, type TextDamage } from '../../../src/analysis/formats/text-transfer.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { DumpError, ForeignFile } from '../../../src/shared/dump-error.ts';

export const textDamage = (source: ByteSource): TextDamage | undefined => finish(lookForDamage(source));
export const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
export const text = (value: string): Buffer => Buffer.from(value, 'latin1');
export const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
export const join = (...pieces: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? text(piece) : piece)));

/** Kind of a file, "complete" or "incomplete" for a dump that opens, the kind of the error for what is refused otherwise. */
export function kindOf(bytes: Uint8Array): string {
  try {
    return openDump(memorySource('file', bytes)).container.complete.value ? 'complete' : 'incomplete';
  } catch (error) {
    if (error instanceof ForeignFile) return error.foreign.id;
    if (error instanceof DumpError) return error.kind;
    throw error;
  }
}
