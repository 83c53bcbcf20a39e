/** `fleet export`: a catalogue as Parquet files (docs/fleet-export.md). */
import { assertSchema, exportCatalogue, isMonth } from '../../fleet/index.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { exportText } from '../text/fleet-text.ts';
import { withCatalogue } from '../with-catalogue.ts';

export function fleetExport(context: CommandContext, words: readonly string[], { parquet, since, ...options }: OptionValues): Promise<number> {
  const { io, output } = context;
  if (words.length > 0) throw new UsageError(`fleet export takes no "${words[0] ?? ''}"`);
  if (typeof parquet !== 'string' || parquet === '') throw new UsageError('fleet export: --parquet names the folder to write');
  const first = typeof since === 'string' ? since : undefined;
  if (first !== undefined && !isMonth(first)) throw new UsageError(`--since: "${first}" is not a month (expected 2026-11)`);
  return withCatalogue(context, options, 'export', async (database) => {
    await assertSchema(database);
    const exported = await exportCatalogue(database, { folder: parquet, since: first, signal: io.signal });
    if (output.json) printJson(io, exported);
    else if (!output.quiet) io.out(exportText(exported));
    return exitCodes.fine;
  });
}
