/** A person's own query: one statement, in a transaction that cannot write. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { FleetQueryJson } from '../../shared/fleet-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import type { Database, Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';
import { catalogueSchema } from '../schema/names.ts';

/** pg_type.oid of bigint, and of an array of them. */
const bigints: ReadonlySet<number> = new Set([20, 1016]);

/** What JSON can hold: times as text, bytes in hex, numbers beyond 2^53 and non-finite ones as text. The driver gives each bigint as text. */
function plain(value: unknown, type: number): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && bigints.has(type) && Number.isSafeInteger(Number(value))) return Number(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map((one) => plain(one, type));
  return value;
}

const reads = /^\s*(?:select|with|values|table)\b/i;
/** Classes of SQLSTATE that are about a statement (PostgreSQL manual, appendix A): what it means, its data, missing permissions. */
const ofStatement = /^(?:0A|2[1-8]|3[4DF]|42|44|54)/;

/** What PostgreSQL says about a statement that it rejects. */
function aboutQuery(error: unknown, text: string): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (error instanceof FleetError || typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return error;
  const hint = reads.test(text) ? '' : ' (expected one SELECT, WITH, VALUES, or TABLE)';
  return new FleetError('usage', `the query: ${String(message)}${hint}`);
}

/** Errors of the user's own statement: reported first, so that a misnamed table is not mistaken for one of ours. */
async function ofQuery<T>(text: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw ofStatement.test(String((error as { readonly code?: unknown }).code)) ? aboutQuery(error, text) : error;
  }
}

export interface QueryOptions {
  readonly limit: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const backendRow = v.object({ pid: v.number() });
const cancelAgainMs = 200;

/**
 * The server continues a statement that nobody waits for any more: it is told to stop, on another connection, until it has.
 * @throws Cancelled
 */
async function cancellable<T>(database: Database, sql: Sql, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const [backend] = await sql.rows(backendRow, 'SELECT pg_backend_pid() AS pid');
  let runs = true;
  const cancel = async (): Promise<void> => {
    while (runs) {
      await database.run('SELECT pg_cancel_backend($1)', [backend?.pid]).catch(() => undefined);
      await sleep(cancelAgainMs);
    }
  };
  const begin = (): void => void cancel();
  signal.addEventListener('abort', begin, { once: true });
  try {
    signal.throwIfAborted();
    const result = await run();
    // The end of the transaction may be caused by the cancelled statement.
    signal.throwIfAborted();
    return result;
  } catch (error) {
    throw signal.aborted ? new Cancelled() : error;
  } finally {
    runs = false;
    signal.removeEventListener('abort', begin);
  }
}

/** @throws Cancelled; FleetError usage for what PostgreSQL does not take: another statement than SELECT, WITH, VALUES or TABLE among it */
export async function queryCatalogue(database: Database, text: string, { limit, seconds, signal }: QueryOptions): Promise<FleetQueryJson> {
  try {
    const { columns, types, rows } = await database.transaction(async (sql) => {
      await sql.run(`SET LOCAL search_path = ${catalogueSchema}`);
      await sql.run(`SET LOCAL statement_timeout = ${Math.round(seconds * 1000)}`);
      return cancellable(database, sql, signal, async () => {
        // A cursor can only be for what reads, and keeps what is not asked for on the server.
        await ofQuery(text, () => sql.table(`DECLARE answer NO SCROLL CURSOR FOR ${text}\n`));
        return ofQuery(text, () => sql.table(`FETCH ${limit + 1} FROM answer`));
      });
    }, 'read only');
    const shown = rows.slice(0, limit).map((row) => row.map((value, at) => plain(value, types[at] ?? 0)));
    return { schema: schemaVersion, columns: [...columns], rows: shown, truncated: rows.length > limit };
  } catch (error) {
    throw aboutQuery(error, text);
  }
}
