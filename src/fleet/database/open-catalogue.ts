/** Where a catalogue is: on a server, or in a folder. */
import { resolve } from 'node:path';
import { usualCatalogueFolder } from '../../files/catalogue-folder.ts';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { isServerAddress, openServer } from './server.ts';

export interface CatalogueChoice {
  /** An address (postgres://…) or a folder; if not given, that of the environment, or else the user's own folder. */
  readonly where?: string | undefined;
  /** For other processes that find an embedded catalogue open. */
  readonly command: string;
  readonly signal: AbortSignal;
  /** Makes a database in a folder that has none. */
  readonly make?: boolean;
  /** How long an answer may take, in milliseconds, for a caller that can do without; by default as long as the catalogue may need. */
  readonly patienceMs?: number;
  /** Of this process, at once. */
  readonly connections?: number;
}

/** Keeps a password out of the list of processes (SECURITY.md). */
export const urlVariable = 'DUMPBENCH_FLEET_URL';

/** Where a catalogue is by default: an address, or a folder. */
export const usualCatalogue = (): string => process.env[urlVariable] ?? usualCatalogueFolder();

/**
 * @throws FleetError for an address that is none; that a server does not answer shows with the first statement
 */
export function openCatalogue({ where, command, signal, make = false, connections = 2, patienceMs }: CatalogueChoice): Promise<Database> {
  const chosen = where ?? usualCatalogue();
  return isServerAddress(chosen)
    ? Promise.resolve(openServer(chosen, connections, patienceMs))
    : openEmbedded(resolve(chosen), { command, connections, make, signal, patienceMs });
}
