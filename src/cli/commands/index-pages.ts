import type { Command } from '../command.ts';
import { engineBytes } from '../../analysis/page-index/crew-plan.ts';
import { exitCodes, printJson, say } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { indexOption } from '../output.ts';
import { progressLine } from '../progress-line.ts';
import { byteText } from '../../shared/units.ts';
import { limitsOf, pageCountsText, sayReadErrors, workText } from './index-answer.ts';
import { rangeOptions, rangeWork } from './index-ranges.ts';

export const indexCommand: Command = {
  name: 'index',
  summary: 'build or resume the page index in the cache folder',
  args: ['<file>'],
  options: [
    { flags: '--digest', description: 'also compute the SHA-256 tree over all pages' },
    { flags: '--rebuild', description: 'discard an existing index first' },
    {
      flags: '--memory <bytes>',
      description: `memory that the engine may use: at least ${byteText(engineBytes)}, plus 64 MiB for each page worker (default 512MiB)`,
    },
    { flags: '--workers <n>', description: 'number of page workers; 0 for none (default: for a large dump, one for each processor)' },
    indexOption,
    ...rangeOptions,
  ],
  example: `dumpbench index dump.s390 --digest
  dumpbench index dump.s390 --index dump.sqlite
  dumpbench index dump.s390 --plan
  dumpbench index dump.s390 --digest --range-number 0 --range-size 16MiB -o pieces
  dumpbench index dump.s390 --merge pieces`,
  async run(context, [file = ''], options) {
    const { engine, io, output, style } = context;
    const inRanges = rangeWork(options);
    if (inRanges !== undefined) return withDump(context, file, (dump) => inRanges(context, dump));
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      const path = typeof options.index === 'string' ? { path: options.index } : {};
      const limits = limitsOf(options);
      try {
        const answer = await engine.call(
          'index',
          { dump, digest: options.digest === true, rebuild: options.rebuild === true, ...path, ...limits },
          {
            signal: io.signal,
            onProgress: (value) => {
              progress.update(value);
            },
          },
        );
        progress.clear();
        if (output.json) printJson(io, answer);
        else {
          io.out(pageCountsText(answer.pages, style));
          if (answer.memoryRoot !== undefined) io.out(`memory root  ${answer.memoryRoot}\n`);
          say(io, output, `${workText(answer)}; index ${answer.indexPath}`);
        }
        const { discarded, confirmed, unconfirmed } = answer;
        if (discarded !== undefined) say(io, output, `dumpbench: ${discarded}. The index was discarded and rebuilt from this dump`);
        if (confirmed !== undefined)
          say(
            io,
            output,
            `dumpbench: unconfirmed until now: ${confirmed.why}; a sample of ${confirmed.pages} of ${confirmed.of} stored pages agrees with this dump`,
          );
        if (unconfirmed !== undefined) say(io, output, `dumpbench: ${unconfirmed}`);
        sayReadErrors(
          io,
          output,
          answer.readErrors,
          'the pages there are unreadable; a later "index" tries them again, and without them there is no memory root',
        );
      } finally {
        progress.clear();
      }
      return exitCodes.fine;
    });
  },
};
