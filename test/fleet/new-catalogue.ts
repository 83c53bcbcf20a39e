/** An empty catalogue on a server of the tests. */
import { openServer } from '../../src/fleet/database/server.ts';
import { initCatalogue } from '../../src/fleet/init.ts';
import type { PostgresServer } from './postgres-server.ts';

/** @returns its address, for the superuser */
export async function newCatalogue(server: PostgresServer, name: string): Promise<string> {
  server.createDatabase(name);
  const database = openServer(server.url('admin', name), 3);
  await initCatalogue(database, {});
  await database.close();
  return server.url('admin', name);
}
