import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DumpError } from '../../shared/dump-error.ts';
import type { Command } from '../command.ts';
import { exitCodes, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';

export const reportCommand: Command = {
  name: 'report',
  summary: 'an integrity report to hand on',
  args: ['<file>'],
  options: [
    { flags: '--format <format>', description: 'html, json, markdown, sarif, junit or csv', default: 'html' },
    { flags: '-o, --output <path>', description: 'file to write; - for standard output', default: '-' },
    { flags: '--quick', description: 'without the digests and scans that read the whole dump' },
  ],
  example: 'dumpbench report dump.s390 --format html -o report.html',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const target = String(options.output);
    if (target !== '-' && resolve(target) === resolve(file)) throw new UsageError('the report would overwrite the dump');
    const progress = progressLine(io, output);
    const report = await withDump(context, file, (dump) =>
      engine.call(
        'report',
        { dump, format: String(options.format), quick: options.quick === true },
        {
          signal: io.signal,
          onProgress: (value) => {
            progress.update(value);
          },
        },
      ),
    ).finally(() => {
      progress.clear();
    });
    if (target === '-') io.out(report.text);
    else {
      try {
        // Never over a file that is there: it might be evidence.
        writeFileSync(target, report.text, { flag: 'wx' });
      } catch (error) {
        throw new DumpError(
          'io',
          { file: target },
          error instanceof Error && 'code' in error && error.code === 'EEXIST' ? 'the file exists already' : String(error),
          'a new file',
        );
      }
      say(io, output, `wrote ${target}`);
    }
    return exitCodes.fine;
  },
};
