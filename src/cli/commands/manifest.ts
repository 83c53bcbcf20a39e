import type { Command } from '../command.ts';
import { exitCodes, printJson } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { formatsOf } from '../text/catalogue-text.ts';
import { outputOptions, resultTarget } from '../output.ts';
import { progressLine } from '../progress-line.ts';

export const manifestCommand: Command = {
  name: 'manifest',
  summary: 'digests of the dump’s files and of their pieces, to check them against later',
  args: ['<file>'],
  options: [{ flags: '--format <format>', description: formatsOf('manifest'), default: 'sha256sum' }, ...outputOptions],
  example: 'dumpbench manifest dump.s390 --format sha256sum -o dump.s390.sha256',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const format = String(options.format);
    const target = resultTarget(options, 'manifest');
    const progress = progressLine(io, output);
    const { text, manifest } = await withDump(context, file, (dump) =>
      engine.call('manifest', { dump, format }, { signal: io.signal, onProgress: progress.update }),
    ).finally(progress.clear);
    if (!output.json || !target.isStandardOutput) target.write(io, output, text);
    if (output.json) printJson(io, manifest);
    return exitCodes.fine;
  },
};
