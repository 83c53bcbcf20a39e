import { hasDifferences } from '../../shared/compare-model.ts';
import { defined } from '../../shared/defined.ts';
import { memoryViews, type MemoryView } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { analysesOption, analysisOption } from '../analysis-options.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { readRules } from '../ignore-rules-file.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { compareText } from '../text/compare-text.ts';

/** Bytes by which the right dump's addresses are higher: decimal or 0x, with a sign, whole pages. */
function shiftOf(text: string): number {
  const match = /^([+-]?)(0x[0-9a-f]+|\d+)$/i.exec(text);
  const value = match === null ? NaN : Number(match[2]) * (match[1] === '-' ? -1 : 1);
  if (!Number.isSafeInteger(value) || value % pageSize !== 0)
    throw new UsageError(`--shift: "${text}" is not a number of bytes that is a multiple of ${pageSize}`);
  return value;
}

/** The asked-for view of each of them that holds two systems; of one that does not, there is only one view. */
async function viewsOf({ engine }: CommandContext, view: MemoryView, dumps: readonly [string, string]): Promise<readonly [MemoryView, MemoryView]> {
  if (view === 'all') return ['all', 'all'];
  const views = await Promise.all(
    dumps.map(async (dump): Promise<MemoryView> => ((await engine.call('info', { dump })).memory.twoSystems === undefined ? 'all' : view)),
  );
  const [left = 'all', right = 'all'] = views;
  if (left === 'all' && right === 'all') throw new UsageError(`--view: neither dump holds two systems, so there is no view "${view}"`);
  return [left, right];
}

async function run(context: CommandContext, [left = '', right = '']: readonly string[], chosen: OptionValues): Promise<number> {
  const { engine, io, output, style } = context;
  const shift = typeof chosen.shift === 'string' ? shiftOf(chosen.shift) : 0;
  const rules = typeof chosen.ignore === 'string' ? readRules(chosen.ignore) : undefined;
  const analyses = analysesOption(chosen);
  const progress = progressLine(io, output);
  const view = memoryViews.find((one) => one === chosen.view);
  if (view === undefined) throw new UsageError(`--view: "${String(chosen.view)}" is not one of ${memoryViews.join(', ')}`);
  return withDump(context, left, (one) =>
    withDump(context, right, async (other) => {
      const [leftView, rightView] = await viewsOf(context, view, [one, other]);
      const compared = await engine
        .call(
          'compare',
          {
            left: one,
            right: other,
            leftView,
            rightView,
            exact: chosen.exact === true,
            shift,
            ...(analyses.length === 0 ? {} : { analyses }),
            ...defined({ rules }),
          },
          {
            signal: io.signal,
            onProgress: (value) => {
              progress.update(value);
            },
          },
        )
        .finally(() => {
          progress.clear();
        });
      const code = compared.comparable && !hasDifferences(compared) ? exitCodes.fine : exitCodes.difference;
      io.decided?.(code);
      if (output.json) printJson(io, compared);
      else io.out(compareText(compared, style));
      return code;
    }),
  );
}

export const compareCommand: Command = {
  name: 'compare',
  exitsWithOneIf: 'the dumps differ, or cannot be compared',
  summary: 'differences between two dumps; exit code 1 when there are any',
  args: ['<fileA>', '<fileB>'],
  ofKernel: true,
  options: [
    { flags: '--exact', description: 'compare every byte instead of the fingerprints of the page indexes' },
    { flags: '--shift <bytes>', description: 'compare address A of the first dump with A + bytes of the second' },
    { flags: '--ignore <rules>', description: 'JSON file of rules: fields, ranges and timers to ignore' },
    analysisOption,
    { flags: '--view <view>', description: 'if one dump holds two systems: all, prod or kdump', default: 'all' },
  ],
  example: 'dumpbench compare before.elf after.elf --exact',
  run,
};
