/** `fleet add`, `fleet worker`, `fleet retry`: what fills a catalogue. */
import { addDumps, retryFailed, Worker, type Database, type WorkDone } from '../../fleet/index.ts';
import { plural } from '../../shared/count-text.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, say, sayLine, UsageError } from '../io.ts';
import { addText } from '../text/fleet-text.ts';
import { withCatalogue } from '../with-catalogue.ts';
import { withQueue } from '../with-queue.ts';
import { numberArgument } from './byte-argument.ts';
import { engineLimits } from './engine-limits.ts';
import { placeNumbers } from './place-numbers.ts';

export function fleetAdd(context: CommandContext, paths: readonly string[], options: OptionValues): Promise<number> {
  const { engine, io, output } = context;
  if (paths.length === 0) throw new UsageError('fleet add: name files or folders');
  return withCatalogue(context, options, 'add', (database) =>
    withQueue(database, async (boss) => {
      const added = await addDumps(database, boss, engine, { paths, signal: io.signal });
      if (output.json) printJson(io, added);
      else io.out(`${addText(added)}\n`);
      for (const { path, why } of added.unreadable) sayLine(io, `dumpbench: ${path}: ${why}`);
      // What was named has to be there; what cannot be read below it may be anything.
      return added.unreadable.some(({ isNamed }) => isNamed) ? exitCodes.dump : exitCodes.fine;
    }),
  );
}

const words: Readonly<Record<WorkDone['outcome'], string>> = {
  new: 'new',
  updated: 'updated',
  known: 'known already',
  several: 'holds several',
  refused: 'refused',
  indexed: 'indexed',
  unreadable: 'unreadable',
  joined: 'joined to an index',
  verified: 'verified',
  failed: 'failed',
  'given-back': 'back into the queue',
};

export function fleetWorker(context: CommandContext, more: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  if (more.length > 0) throw new UsageError(`fleet worker takes no "${more[0] ?? ''}": dumps are added with "fleet add"`);
  const jobs = numberArgument('--jobs', options.jobs) ?? 1;
  const limits = engineLimits(options);
  if (jobs < 1 || jobs > 1024) throw new UsageError('--jobs: from 1 to 1024');
  const run = (database: Database): Promise<number> =>
    withQueue(
      database,
      async (boss) => {
        const worker = new Worker(database, boss, {
          jobs,
          limits,
          untilEmpty: options.untilEmpty === true,
          signal: io.signal,
          onDone: ({ path, outcome, text }) => say(io, output, `${path}: ${words[outcome]}: ${text}`),
          onTrouble: (message) => sayLine(io, `dumpbench: ${message}`),
        });
        const done = await worker.run();
        if (output.json) printJson(io, { schema: schemaVersion, ...done });
        else say(io, output, `${plural(done.done, 'job')} ended, ${plural(done.newDumps, 'new dump')}, ${done.failed} failed`);
        // To be stopped is how a worker ends.
        return exitCodes.fine;
      },
      true,
    );
  // Each job has a transaction and a heartbeat at most, and the queue is watched besides.
  return withCatalogue(context, options, 'worker', run, jobs + 3);
}

export function fleetRetry(context: CommandContext, numbers: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  const ids = placeNumbers('retry', numbers);
  return withCatalogue(context, options, 'retry', (database) =>
    withQueue(database, async (boss) => {
      const retried = await retryFailed(database, boss, ids.length === 0 ? 'failed' : ids);
      if (output.json) printJson(io, { schema: schemaVersion, retried });
      else io.out(`${retried} back in the queue\n`);
      return exitCodes.fine;
    }),
  );
}
