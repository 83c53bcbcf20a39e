/** `fleet index`, `fleet verify`, `fleet reprocess`: work on dumps that takes longer than triage, for the same workers. */
import { askVerifications, planIndexing, reprocess, type Database } from '../../fleet/index.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { plannedText } from '../text/fleet-text.ts';
import { withCatalogue } from '../with-catalogue.ts';
import { withQueue } from '../with-queue.ts';
import { byteArgument } from './byte-argument.ts';
import { placeNumbers } from './place-numbers.ts';

type Boss = Parameters<Parameters<typeof withQueue>[1]>[0];

export function fleetIndex(context: CommandContext, paths: readonly string[], options: OptionValues): Promise<number> {
  const { engine, io, output } = context;
  const { pieces } = options;
  if (paths.length === 0) throw new UsageError('fleet index: name the dumps');
  if (typeof pieces !== 'string' || pieces === '')
    throw new UsageError('fleet index: --pieces names a folder that all workers reach, for the pieces and the index');
  const rangeSize = byteArgument('--range-size', options.rangeSize);
  const piecesFrom = byteArgument('--pieces-from', options.piecesFrom);
  return withCatalogue(context, options, 'index', (database) =>
    withQueue(database, async (boss) => {
      const planned = await planIndexing(database, boss, engine, { paths, pieces, rangeSize, piecesFrom, signal: io.signal });
      if (output.json) printJson(io, planned);
      else io.out(plannedText(planned));
      return exitCodes.fine;
    }),
  );
}

const queueing = (context: CommandContext, options: OptionValues, name: string, put: (database: Database, boss: Boss) => Promise<number>): Promise<number> =>
  withCatalogue(context, options, name, (database) =>
    withQueue(database, async (boss) => {
      const queued = await put(database, boss);
      if (context.output.json) printJson(context.io, { schema: schemaVersion, queued });
      else context.io.out(`${queued} in the queue\n`);
      return exitCodes.fine;
    }),
  );

export function fleetVerify(context: CommandContext, words: readonly string[], options: OptionValues): Promise<number> {
  const places = placeNumbers('verify', words);
  return queueing(context, options, 'verify', (database, boss) => askVerifications(database, boss, places.length === 0 ? 'all' : places));
}

export function fleetReprocess(context: CommandContext, words: readonly string[], options: OptionValues): Promise<number> {
  if (words.length > 0) throw new UsageError(`fleet reprocess takes no "${words[0] ?? ''}"`);
  return queueing(context, options, 'reprocess', reprocess);
}
