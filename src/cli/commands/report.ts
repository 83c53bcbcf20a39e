import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { evidenceOf, evidenceOptions } from '../evidence-options.ts';
import { exitCodes, UsageError } from '../io.ts';
import { writeResult } from '../new-file.ts';
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
    ...evidenceOptions,
  ],
  example: 'dumpbench report dump.s390 --format html -o report.html',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const target = String(options.output);
    if (target !== '-' && resolve(target) === resolve(file)) throw new UsageError('the report would overwrite the dump');
    const evidence = evidenceOf(options);
    const progress = progressLine(io, output);
    const report = await withDump(context, file, (dump) =>
      engine.call(
        'report',
        { dump, format: String(options.format), quick: options.quick === true, ...evidence },
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
    writeResult(io, output, target, report.text);
    return exitCodes.fine;
  },
};
