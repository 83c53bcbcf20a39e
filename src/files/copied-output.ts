/** Outputs that exist already under another name: a copy is written. */
import { closeSync, constants, openSync } from 'node:fs';
import { openOutput } from './output-file.ts';
import { notWritten, type OutputOptions } from './output-place.ts';
import { readUninterrupted } from './read-uninterrupted.ts';

const bytesAtOnce = 1 << 20;

/**
 * Writes a copy of a file, which appears in one piece or not at all.
 * @param from nobody writes to it meanwhile
 * @throws DumpError io when something is there that may not be replaced, or it cannot be written; nothing is left then
 */
export function copyToOutput(from: string, path: string, options: OutputOptions): void {
  const output = openOutput(path, options);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW);
    const bytes = Buffer.alloc(bytesAtOnce);
    for (let got = readUninterrupted(descriptor, bytes); got > 0; got = readUninterrupted(descriptor, bytes)) output.write(bytes.subarray(0, got));
    output.finish();
  } catch (error) {
    output.abandon();
    throw notWritten(path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
