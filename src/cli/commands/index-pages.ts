import type { Command } from '../command.ts';
import { engineBytes } from '../../analysis/page-index/crew-plan.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { indexOption } from '../output.ts';
import { progressLine } from '../progress-line.ts';
import { defined } from '../../shared/defined.ts';
import { byteText, pageSize } from '../../shared/units.ts';
import { byteArgument, numberArgument } from './byte-argument.ts';
import { columns } from '../text/table.ts';

const workersText = (workers: number): string => (workers === 0 ? 'in one thread' : workers === 1 ? 'with one page worker' : `with ${workers} page workers`);

export const indexCommand: Command = {
  name: 'index',
  summary: 'build or resume the page index in the cache folder',
  args: ['<file>'],
  options: [
    { flags: '--digest', description: 'also compute the SHA-256 tree over all pages' },
    { flags: '--rebuild', description: 'discard an existing index first' },
    { flags: '--memory <bytes>', description: `what the engine may take: ${byteText(engineBytes)} at least, and 64 MiB for each page worker (default 512MiB)` },
    { flags: '--workers <n>', description: 'page workers; 0 for none (default: one for each processor where the dump is large)' },
    indexOption,
  ],
  example: 'dumpbench index dump.s390 --digest',
  async run(context, [file = ''], options) {
    const { engine, io, output, style } = context;
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      const path = typeof options.index === 'string' ? { path: options.index } : {};
      const memory = byteArgument('--memory', options.memory);
      if (memory !== undefined && memory < engineBytes)
        throw new UsageError(`--memory wants ${byteText(engineBytes)} at least: the engine takes that much without any page worker`);
      const workers = numberArgument('--workers', options.workers);
      const limits = defined({ memory, workers });
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
          const { pages } = answer;
          const rows = Object.entries(pages).map(([state, count]) => [state, String(count ?? 0), style.dim(byteText((count ?? 0) * pageSize))]);
          io.out(`${columns(rows, '', [1])}\n`);
          if (answer.memoryRoot !== undefined) io.out(`memory root  ${answer.memoryRoot}\n`);
          say(
            io,
            output,
            `${answer.resumed ? 'resumed; ' : ''}read ${byteText(answer.bytesRead)} in ${answer.seconds.toFixed(1)} s ${workersText(answer.workers)}; index ${answer.indexPath}`,
          );
        }
        const { discarded, confirmed, unconfirmed } = answer;
        if (discarded !== undefined) say(io, output, `dumpbench: ${discarded}. It was discarded, and the index built from this dump`);
        if (confirmed !== undefined)
          say(
            io,
            output,
            `dumpbench: unconfirmed until now: ${confirmed.why}; a sample of ${confirmed.pages} of ${confirmed.of} stored pages agrees with this dump`,
          );
        if (unconfirmed !== undefined) say(io, output, `dumpbench: ${unconfirmed}`);
        for (const { file, offset, bytes, why } of answer.readErrors ?? []) say(io, output, `${file}, offset 0x${offset.toString(16)}: ${bytes} bytes: ${why}`);
        if (answer.readErrors !== undefined)
          say(io, output, 'pages there are unreadable; a later "index" tries them again, and there is no memory root without them');
      } finally {
        progress.clear();
      }
      return exitCodes.fine;
    });
  },
};
