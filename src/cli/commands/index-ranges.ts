/** `index` in ranges: the plan, one range, and the pieces of all of them. For one dump that several processes index. */
import { defined } from '../../shared/defined.ts';
import type { IndexJson } from '../../shared/memory-model.ts';
import { byteText } from '../../shared/units.ts';
import type { CommandContext, CommandOption, OptionValues } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { progressLine } from '../progress-line.ts';
import { columns } from '../text/table.ts';
import { rangeArgument } from './address-argument.ts';
import { byteArgument, numberArgument } from './byte-argument.ts';
import { limitsOf, pageCountsText, sayReadErrors, workText } from './index-answer.ts';

export const rangeOptions: readonly CommandOption[] = [
  { flags: '--plan', description: 'list ranges for indexing the dump by several processes, without building anything' },
  {
    flags: '--range-size <size>',
    description: 'size of each range: a power of two from 16MiB to 64GiB (default: at least four ranges for each of --workers)',
  },
  { flags: '--range-number <number>', description: 'index only this range (of the size --range-size), and write it to the piece -o' },
  {
    flags: '--range <range>',
    description: 'the same, by absolute addresses: 0x1000000-0x2000000; the length must be a power of two, and the start a multiple of it',
  },
  { flags: '-o, --output <path>', description: 'new file for the piece, or a folder in which it is created', writes: 'output' },
  { flags: '--merge <folder>', description: 'merge the pieces in this folder into the index of the dump' },
  {
    flags: '--pieces-from <size>',
    description: 'for --merge: if the dump has at least this many stored bytes, keep the pieces and read from them (default 1TiB)',
  },
];

type Work = (context: CommandContext, dump: string) => Promise<number>;

const plan =
  (options: OptionValues): Work =>
  async ({ engine, io, output }, dump) => {
    const rangeSize = byteArgument('--range-size', options.rangeSize);
    const workers = numberArgument('--workers', options.workers);
    const answer = await engine.call('planRanges', { dump, ...defined({ rangeSize, workers }) }, { signal: io.signal });
    if (output.json) printJson(io, answer);
    else {
      const rows = answer.ranges.map(({ number, start, end }) => [String(number), `${start}-${end}`]);
      if (rows.length > 0) io.out(`${columns(rows, '', [0])}\n`);
      say(io, output, `${rows.length} ranges of ${byteText(answer.rangeSize)} (--range-size ${answer.rangeSize}); no other range has anything to read`);
    }
    return exitCodes.fine;
  };

/** The number and size that the options name, by whichever way. @throws UsageError */
async function chosenRange(context: CommandContext, dump: string, options: OptionValues): Promise<{ readonly number: number; readonly rangeSize: number }> {
  if (typeof options.range === 'string') {
    const { start, end } = await rangeArgument(context, dump, options.range);
    if (start % (end - start) !== 0n) throw new UsageError(`--range: ${options.range} does not start at a multiple of its length`);
    return { number: Number(start / (end - start)), rangeSize: Number(end - start) };
  }
  const number = numberArgument('--range-number', options.rangeNumber);
  const rangeSize = byteArgument('--range-size', options.rangeSize);
  if (number === undefined || rangeSize === undefined) throw new UsageError('--range-number needs --range-size: the same one for every range of a dump');
  return { number, rangeSize };
}

const oneRange = (options: OptionValues): Work => {
  const path = options.output;
  if (typeof path !== 'string') throw new UsageError('-o is missing: the piece to write');
  if (path === '-') throw new UsageError('-o: a piece is a file, and not written to standard output');
  const limits = limitsOf(options);
  return async (context, dump) => {
    const { engine, io, output, style } = context;
    const range = await chosenRange(context, dump, options);
    const progress = progressLine(io, output);
    const answer = await engine
      .call(
        'indexRange',
        { dump, ...range, output: path, digest: options.digest === true, ...limits },
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
    if (output.json) printJson(io, answer);
    else {
      io.out(pageCountsText(answer.pages, style));
      say(io, output, answer.existed ? `${answer.piece} was there already` : `${workText(answer)}; piece ${answer.piece}`);
    }
    sayReadErrors(io, output, answer.readErrors, 'the pages there are unreadable; the same command tries them again');
    return exitCodes.fine;
  };
};

const joinedText = ({ joined }: IndexJson): string =>
  joined === undefined ? '' : `${joined.asFiles ? 'reads' : 'joined'} ${joined.pieces} ${joined.pieces === 1 ? 'piece' : 'pieces'}; `;

const merge =
  (options: OptionValues): Work =>
  async ({ engine, io, output, style }, dump) => {
    const path = typeof options.index === 'string' ? options.index : undefined;
    const piecesFrom = byteArgument('--pieces-from', options.piecesFrom);
    const progress = progressLine(io, output);
    const answer = await engine
      .call(
        'mergeRanges',
        { dump, folder: String(options.merge), ...defined({ path, piecesFrom }) },
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
    if (output.json) printJson(io, answer);
    else {
      io.out(pageCountsText(answer.pages, style));
      if (answer.memoryRoot !== undefined) io.out(`memory root  ${answer.memoryRoot}\n`);
      say(io, output, `${joinedText(answer)}index ${answer.indexPath}`);
    }
    const { confirmed, unconfirmed } = answer;
    if (confirmed !== undefined)
      say(io, output, `dumpbench: ${confirmed.why}; a sample of ${confirmed.pages} of ${confirmed.of} stored pages agrees with this dump`);
    if (unconfirmed !== undefined) say(io, output, `dumpbench: ${unconfirmed}`);
    sayReadErrors(io, output, answer.readErrors, 'the pages there are unreadable; index their ranges again, then merge the pieces again');
    return exitCodes.fine;
  };

/** Alternatives to building an index in one go, by the names of the options. */
const kinds: Readonly<Record<string, { readonly flag: string; readonly work: (options: OptionValues) => Work }>> = {
  plan: { flag: '--plan', work: plan },
  range: { flag: '--range', work: oneRange },
  rangeNumber: { flag: '--range-number', work: oneRange },
  merge: { flag: '--merge', work: merge },
};
const isGiven = (options: OptionValues, name: string): boolean => options[name] !== undefined && options[name] !== false;

/** Options that apply only to some of them. */
const belonging: readonly (readonly [name: string, flag: string, of: readonly string[]])[] = [
  ['output', '-o', ['range', 'rangeNumber']],
  ['rangeSize', '--range-size', ['plan', 'rangeNumber']],
  ['piecesFrom', '--pieces-from', ['merge']],
];

/** What the options request instead of an index in one go; undefined if they request none. @throws UsageError if they cannot be combined */
export function rangeWork(options: OptionValues): Work | undefined {
  const asked = Object.keys(kinds).filter((name) => isGiven(options, name));
  const [name] = asked;
  if (asked.length > 1) throw new UsageError('--plan, --range, --range-number and --merge are four things to do: name one of them');
  for (const [other, flag, of] of belonging) {
    if (isGiven(options, other) && (name === undefined || !of.includes(name)))
      throw new UsageError(`${flag} can be used only with ${of.map((one) => kinds[one]?.flag).join(' or ')}`);
  }
  const kind = name === undefined ? undefined : kinds[name];
  if (kind === undefined) return undefined;
  if (isGiven(options, 'rebuild')) throw new UsageError(`--rebuild cannot be used with ${kind.flag}`);
  if (name !== 'merge' && isGiven(options, 'index')) throw new UsageError(`--index cannot be used with ${kind.flag}`);
  return kind.work(options);
}
