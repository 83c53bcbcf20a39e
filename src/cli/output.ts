/** Where commands write their result: standard output, or a file. */
import { writeOutput } from '../files/output-file.ts';
import { checkOutput, type OutputOptions as WriterOptions } from '../files/output-place.ts';
import type { OutputKind } from '../files/replaceable.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { say, type CliIo, type OutputOptions } from './io.ts';

/** Of every command that writes a result to keep. */
export const outputOptions: readonly CommandOption[] = [
  { flags: '-o, --output <path>', description: 'file to write; - for standard output', default: '-', writes: 'output' },
  {
    flags: '--force',
    description: 'replace an earlier output of Dumpbench: a report by a report, a manifest or an attestation by one of the same files; any other file is kept',
  },
];

/** Of every command that builds or reads a page index. */
export const indexOption: CommandOption = { flags: '--index <path>', description: 'path of the index, instead of one in the cache folder', writes: 'index' };

export interface ResultTarget {
  readonly isStandardOutput: boolean;
  /** @throws DumpError io; nothing is left then */
  write(io: CliIo, output: OutputOptions, content: string | Uint8Array): void;
}

/**
 * Where the options say that the result goes; checked before the work begins.
 * @throws DumpError io when something is there that may not be replaced
 */
export function resultTarget(options: OptionValues, kind: OutputKind): ResultTarget {
  const path = String(options.output);
  const how: WriterOptions = { kind, replace: options.force === true, expected: 'a new file, or --force' };
  if (path !== '-') checkOutput(path, how);
  return {
    isStandardOutput: path === '-',
    write(io, output, content) {
      if (path === '-') {
        if (typeof content === 'string') io.out(content);
        else io.outBytes(content);
        return;
      }
      writeOutput(path, content, how);
      say(io, output, `wrote ${path}`);
    },
  };
}
