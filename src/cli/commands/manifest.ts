import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { writeResult } from '../new-file.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';

const formats = ['sha256sum', 'hashdeep'] as const;

export const manifestCommand: Command = {
  name: 'manifest',
  summary: 'digests of the dump’s files and of their pieces, to check them against later',
  args: ['<file>'],
  options: [
    { flags: '--format <format>', description: 'sha256sum or hashdeep', default: 'sha256sum' },
    { flags: '-o, --output <path>', description: 'file to write; - for standard output', default: '-' },
  ],
  example: 'dumpbench manifest dump.s390 --format sha256sum -o dump.s390.sha256',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const format = formats.find((one) => one === options.format);
    if (format === undefined) throw new UsageError(`--format: "${String(options.format)}" is neither sha256sum nor hashdeep`);
    const target = String(options.output);
    if (target !== '-' && resolve(target) === resolve(file)) throw new UsageError('the manifest would overwrite the dump');
    const progress = progressLine(io, output);
    const { text, manifest } = await withDump(context, file, (dump) =>
      engine.call('manifest', { dump, format }, { signal: io.signal, onProgress: progress.update }),
    ).finally(progress.clear);
    if (!output.json || target !== '-') writeResult(io, output, target, text);
    if (output.json) printJson(io, manifest);
    return exitCodes.fine;
  },
};
