/** `export`: the memory of a dump as a new file that other tools open. */
import { existsSync } from 'node:fs';
import { partialPaths } from '../../files/resumable-output.ts';
import {
  exportCompressions,
  exportFormats,
  filterLevels,
  filterOf,
  type ExportCompression,
  type ExportFormat,
  type FilterLevel,
} from '../../shared/export-model.ts';
import { defined } from '../../shared/defined.ts';
import type { Command, OptionValues } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { exportText, missingLines } from '../text/export-text.ts';
import { rangeArgument } from './address-argument.ts';

function formatOf(options: OptionValues): ExportFormat {
  const format = exportFormats.find((one) => one === options.format);
  if (format === undefined)
    throw new UsageError(
      options.format === undefined
        ? `--format is missing: one of ${exportFormats.join(', ')}`
        : `--format: "${String(options.format)}" is not one of ${exportFormats.join(', ')}`,
    );
  return format;
}

function compressionOf(options: OptionValues, format: ExportFormat): ExportCompression | undefined {
  const { compression } = options;
  if (compression === undefined) return undefined;
  const found = exportCompressions.find((one) => one === compression);
  if (found === undefined) throw new UsageError(`--compression: "${String(compression)}" is not one of ${exportCompressions.join(', ')}`);
  if (format !== 'kdump') throw new UsageError(`--compression works only with --format kdump; ${format} is not compressed`);
  return found;
}

function levelsOf(options: OptionValues): FilterLevel[] | undefined {
  if (typeof options.filter !== 'string') return undefined;
  const levels = filterOf(options.filter);
  if (levels === undefined) throw new UsageError(`--filter: "${options.filter}" is neither a level from 0 to 31 nor a list of ${filterLevels.join(', ')}`);
  return levels;
}

function pathOf(options: OptionValues): string {
  const { output } = options;
  if (typeof output !== 'string') throw new UsageError('-o is missing: the file to write');
  if (output === '-') throw new UsageError('-o: an export cannot be written to standard output');
  return output;
}

const textList = (given: OptionValues[string]): readonly string[] => (Array.isArray(given) ? (given as readonly string[]) : []);

export const exportCommand: Command = {
  name: 'export',
  summary: 'write the memory of a dump to a new file for crash, drgn, makedumpfile and other tools',
  args: ['<file>'],
  ofKernel: true,
  options: [
    { flags: '--format <format>', description: 'elf: an ELF vmcore; kdump: kdump-compressed; raw: memory only', values: { words: () => exportFormats } },
    { flags: '-o, --output <path>', description: 'new file to write', writes: 'output' },
    {
      flags: '--range <range>',
      description: 'only the pages that contain these absolute addresses: 0x1000-0x2000, end exclusive; may be given several times',
      repeatable: true,
    },
    {
      flags: '--filter <level>',
      description: `leave out pages as makedumpfile -d does: a number up to 31, or some of ${filterLevels.join(',')}`,
      values: { words: () => filterLevels, isList: true },
    },
    {
      flags: '--compression <name>',
      description: `for --format kdump: ${exportCompressions.join(', ')} (default: zlib)`,
      values: { words: () => exportCompressions },
    },
    { flags: '--no-read-back', description: 'do not reopen the export to compare its memory root' },
  ],
  example: `dumpbench export dump.s390 --format elf -o vmcore
  dumpbench export vmcore --format kdump --filter 31 -o vmcore.small`,
  async run(context, [file = ''], options) {
    const { engine, io, output, style } = context;
    const format = formatOf(options);
    const path = pathOf(options);
    const compression = compressionOf(options, format);
    const filter = levelsOf(options);
    const progress = progressLine(io, output);
    return withDump(context, file, async (dump) => {
      const ranges: { start: bigint; end: bigint }[] = [];
      for (const text of textList(options.range)) ranges.push(await rangeArgument(context, dump, text));
      const answer = await engine
        .call(
          'export',
          {
            dump,
            format,
            output: path,
            ...defined({ compression, filter }),
            ...(ranges.length === 0 ? {} : { ranges }),
            ...(options.readBack === false ? { readBack: false } : {}),
          },
          {
            signal: io.signal,
            onProgress: (value) => {
              progress.update(value);
            },
          },
        )
        .catch((error: unknown) => {
          progress.clear();
          const { partial } = partialPaths(path);
          if (io.signal.aborted && existsSync(partial)) say(io, output, `the unfinished export is kept as ${partial}; run the same command again to continue`);
          throw error;
        })
        .finally(() => {
          progress.clear();
        });
      if (output.json) printJson(io, answer);
      else io.out(exportText(answer, style));
      for (const line of missingLines(answer)) say(io, output, line);
      if (answer.resumedAt !== undefined) say(io, output, `resumed an interrupted export after ${answer.resumedAt} bytes`);
      if (answer.discarded !== undefined) say(io, output, `dumpbench: an interrupted export was restarted: ${answer.discarded}`);
      return exitCodes.fine;
    });
  },
};
