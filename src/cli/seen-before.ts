/** `triage --catalogue`: whether a fleet's catalogue has the crash. It never prevents triage from answering. */
import { Cancelled } from '../shared/rpc.ts';
import type { SeenIssue, VerdictJson } from '../shared/verdict-model.ts';
import type { Database } from '../fleet/index.ts';
import type { CommandContext, CommandOption } from './command.ts';
import { sayLine } from './io.ts';

export const askedCatalogueOption: CommandOption = {
  flags: '--catalogue <folder>',
  description:
    "a fleet's catalogue, a folder or postgres://USER@HOST/DATABASE: how often a crash with the same signature was seen, since when, and what is known about it",
};

/** A person waits. */
const patienceMs = 10_000;

export interface AskedCatalogue {
  seen(verdict: VerdictJson, dumpKey: string): Promise<SeenIssue | undefined>;
  close(): Promise<void>;
}

/** If it cannot be queried, this is reported once. */
export async function askCatalogue({ io }: CommandContext, where: string): Promise<AskedCatalogue> {
  const { assertSchema, openCatalogue, seenBefore } = await import('../fleet/index.ts');
  let database: Database | undefined;
  const giveUp = async (error: unknown): Promise<undefined> => {
    if (error instanceof Cancelled) throw error;
    sayLine(io, `dumpbench: the catalogue was not queried: ${error instanceof Error ? error.message : String(error)}`);
    const broken = database;
    database = undefined;
    await broken?.close().catch(() => undefined);
  };
  try {
    database = await openCatalogue({ where, command: 'triage', signal: io.signal, patienceMs });
    await assertSchema(database);
  } catch (error) {
    await giveUp(error);
  }
  return {
    seen: async (verdict, dumpKey) => (database === undefined ? undefined : seenBefore(database, verdict, dumpKey).catch(giveUp)),
    close: async () => database?.close(),
  };
}
