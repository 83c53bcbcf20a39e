/** `fleet init`: makes a catalogue, or brings one up to date. */
import { initCatalogue } from '../../fleet/index.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withCatalogue } from '../with-catalogue.ts';
import { numberArgument } from './byte-argument.ts';

export function fleetInit(context: CommandContext, words: readonly string[], options: OptionValues): Promise<number> {
  const { io, output } = context;
  if (words.length > 0) throw new UsageError(`fleet init takes no "${words[0] ?? ''}"`);
  const storageJobs = numberArgument('--per-storage', options.perStorage);
  if (storageJobs === 0) throw new UsageError('--per-storage: none at a time would be none ever');
  return withCatalogue(context, options, 'init', async (database) => {
    const made = await initCatalogue(database, { texts: options.texts === undefined ? undefined : options.texts === true, storageJobs });
    if (output.json) printJson(io, made);
    else {
      const { from, to } = made.version;
      io.out(
        `${made.place}: ${from === 0 ? `a new catalogue, version ${to}` : from === to ? `is up to date, version ${to}` : `upgraded from version ${from} to ${to}`}\n`,
      );
      if (made.sql !== undefined) {
        say(
          io,
          output,
          'the roles of workers and readers are missing, and this user may not make them: an administrator runs what follows, then run "fleet init" again',
        );
        io.out(made.sql);
      }
    }
    return exitCodes.fine;
  });
}
