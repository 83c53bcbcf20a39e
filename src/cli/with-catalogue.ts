/** Opens a catalogue for the length of one command. */
import { FleetError, openCatalogue, type Database } from '../fleet/index.ts';
import type { CommandContext, OptionValues } from './command.ts';
import { catalogueOf } from './catalogue-option.ts';
import { exitCodes, sayLine } from './io.ts';

const codeOf = ({ problem }: FleetError): number => (problem === 'usage' ? exitCodes.usage : exitCodes.dump);

/**
 * @param name of the action, for other processes that find an embedded catalogue open
 * @param connections at once
 * @returns what `use` returns, or the exit code if the catalogue cannot be opened
 */
export async function withCatalogue(
  { io }: CommandContext,
  options: OptionValues,
  name: string,
  use: (database: Database) => Promise<number>,
  connections = 2,
): Promise<number> {
  let database: Database | undefined;
  try {
    database = await openCatalogue({ where: catalogueOf(options), command: `fleet ${name}`, signal: io.signal, make: name === 'init', connections });
    return await use(database);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    sayLine(io, `dumpbench: ${error.message}`);
    return codeOf(error);
  } finally {
    await database?.close();
  }
}
