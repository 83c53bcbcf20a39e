import type { Command } from '../command.ts';
import { exitCodes, printJson, say } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { formatIdsOf, formatsOf } from '../text/catalogue-text.ts';
import { outputOptions, resultTarget } from '../output.ts';
import { progressLine } from '../progress-line.ts';

export const manifestCommand: Command = {
  name: 'manifest',
  summary: 'digests of the dump’s files and of their pieces, for checking them later',
  args: ['<file>'],
  get options() {
    return [
      { flags: '--format <format>', description: formatsOf('manifest'), default: 'sha256sum', values: { words: () => formatIdsOf('manifest') } },
      ...outputOptions,
    ];
  },
  example: 'dumpbench manifest dump.s390 --format sha256sum -o dump.s390.sha256',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const format = String(options.format);
    const target = resultTarget(options, 'manifest');
    const progress = progressLine(io, output);
    const { text, manifest, absent } = await withDump(context, file, async (dump) => {
      const answer = await engine.call('manifest', { dump, format }, { signal: io.signal, onProgress: progress.update });
      const { findings } = await engine.call('info', { dump });
      return { ...answer, absent: findings.filter(({ id, severity }) => id.startsWith('volume-set/') && severity !== 'info') };
    }).finally(progress.clear);
    // Files that are missing, or whose headers cannot be read, are not part of it.
    for (const { title, detail } of absent) say(io, output, `dumpbench: the manifest covers only the files that were found. ${title}: ${detail}`);
    if (!output.json || !target.isStandardOutput) target.write(io, output, text);
    if (output.json) printJson(io, manifest);
    return exitCodes.fine;
  },
};
