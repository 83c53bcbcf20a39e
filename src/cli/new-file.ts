/** Where commands write what is handed on: standard output, or a file that is not there yet. */
import { writeFileSync } from 'node:fs';
import { DumpError } from '../shared/dump-error.ts';
import { say, type CliIo, type OutputOptions } from './io.ts';

/**
 * @param target path; "-" is standard output
 * @throws DumpError io when the file exists: it might be evidence
 */
export function writeResult(io: CliIo, output: OutputOptions, target: string, text: string): void {
  if (target === '-') {
    io.out(text);
    return;
  }
  try {
    writeFileSync(target, text, { flag: 'wx' });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new DumpError('io', { file: target }, exists ? 'the file exists already' : String(error), 'a new file');
  }
  say(io, output, `wrote ${target}`);
}
