/** A connection to a catalogue, on a server or embedded: statements, transactions, and an adapter for the queue that runs inside either. */
import type { Pool, PoolClient, PoolConfig } from 'pg';
import type { Db as QueueDatabase } from 'pg-boss';
import * as v from 'valibot';
import { FleetError } from '../fleet-error.ts';
import { databaseProblem } from './database-problem.ts';
import { loadDrivers } from './drivers.ts';
import { storableParameter } from './storable.ts';

/** Statements, in a transaction or each by itself. */
export interface Sql {
  /**
   * Rows of one statement, each checked against a shape.
   * @throws FleetError when the database cannot be asked
   */
  rows<const S extends v.GenericSchema>(shape: S, text: string, values?: readonly unknown[]): Promise<readonly v.InferOutput<S>[]>;
  /** One statement, or several without values. */
  run(text: string, values?: readonly unknown[]): Promise<void>;
  /** One statement of the user's, and never more than one; its columns keep their order, even if two have the same name. */
  table(text: string): Promise<Table>;
  /** What pg-boss runs its statements through. */
  readonly queue: QueueDatabase;
}

export interface Database extends Sql {
  readonly kind: 'server' | 'embedded';
  /** For messages: never with a password. */
  readonly place: string;
  /** All or nothing. Short: nothing in it waits for a dump. */
  transaction<T>(work: (sql: Sql) => Promise<T>, mode?: 'read write' | 'read only' | 'isolation level repeatable read, read only'): Promise<T>;
  /** Errors of what runs through `queue`, as those of `rows` and `run` are. */
  told(error: unknown): unknown;
  close(): Promise<void>;
}

export interface Table {
  readonly columns: readonly string[];
  /** Of each column, as PostgreSQL numbers types (pg_type.oid). */
  readonly types: readonly number[];
  readonly rows: readonly (readonly unknown[])[];
}

interface Answer {
  readonly rows: Record<string, unknown>[];
}
type Ask = (text: string, values?: readonly unknown[]) => Promise<Answer>;
type AskTable = (text: string) => Promise<Table>;

/** Several statements give several answers; pg-boss looks for the rows of the one that has some. */
const joined = (answer: Answer | readonly Answer[]): Answer =>
  Array.isArray(answer) ? { rows: answer.flatMap(({ rows }: Answer) => rows) } : (answer as Answer);

function sqlOver(ask: Ask, table: AskTable): Sql {
  return {
    table,
    async rows(shape, text, values) {
      const { rows } = await ask(text, values);
      return rows.map((row) => v.parse(shape, row));
    },
    async run(text, values) {
      await ask(text, values);
    },
    // pg-boss knows the errors of PostgreSQL by their codes: it gets them unchanged.
    queue: { executeSql: ask },
  };
}

export interface DatabaseOptions {
  readonly kind: Database['kind'];
  readonly place: string;
  readonly pool: PoolConfig;
  readonly onClose?: () => Promise<void>;
}

/**
 * A pool of connections. Of the embedded database all of them are one session, and pglite-socket takes the messages of several connections in turn, so
 * that one would execute what another has just prepared: only inside a transaction a connection has the session to itself. Each statement with values is one there.
 */
export function openDatabase({ kind, place, pool: config, onClose }: DatabaseOptions): Database {
  const pool: Pool = new (loadDrivers().pg.Pool)(config);
  // A connection that breaks while nobody uses it is replaced when the next one is needed; one in use fails its statement.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const told = (error: unknown): unknown => (error instanceof FleetError ? error : databaseProblem(error, place));

  async function onClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      // Whatever state it is in, the next user gets another.
      client.release(true);
      throw error;
    }
  }
  const askClient =
    (client: PoolClient): Ask =>
    async (text, values) =>
      joined(await client.query(text, values === undefined ? [] : values.map(storableParameter)));
  const simple =
    (client: PoolClient): Ask =>
    async (text) =>
      joined(await client.query(text));

  /** The extended protocol accepts one statement: nothing can be appended to it. */
  const tableOn =
    (client: PoolClient): AskTable =>
    async (text) => {
      const extended = { text, rowMode: 'array', queryMode: 'extended' } as const;
      const { fields, rows } = await client.query<unknown[]>(extended);
      return { columns: fields.map(({ name }) => name), types: fields.map(({ dataTypeID }) => dataTypeID), rows };
    };

  /** @param end what reads has nothing to commit, and functions with effects may run in it, as lo_import() */
  async function inTransaction<T>(
    client: PoolClient,
    begin: string,
    work: (ask: Ask, table: AskTable) => Promise<T>,
    end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
  ): Promise<T> {
    await client.query(begin);
    const ask: Ask = (text, values) => (values === undefined || values.length === 0 ? simple(client)(text) : askClient(client)(text, values));
    const result = await work(ask, tableOn(client));
    await client.query(end);
    return result;
  }
  const ask: Ask = (text, values) =>
    onClient((client) => {
      if (values === undefined || values.length === 0) return simple(client)(text);
      return kind === 'server' ? askClient(client)(text, values) : inTransaction(client, 'BEGIN', (inside) => inside(text, values));
    });
  const table: AskTable = (text) => onClient((client) => inTransaction(client, 'BEGIN', (_, inside) => inside(text)));
  /** The same with errors as sentences. */
  const tell =
    <A extends readonly unknown[], R>(asked: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await asked(...args);
      } catch (error) {
        throw told(error);
      }
    };
  return {
    ...sqlOver(tell(ask), tell(table)),
    queue: sqlOver(ask, table).queue,
    kind,
    place,
    told,
    async transaction(work, mode = 'read write') {
      return tell(() =>
        onClient((client) =>
          inTransaction(
            client,
            `BEGIN TRANSACTION ${mode}`,
            (inside, one) => work({ ...sqlOver(tell(inside), tell(one)), queue: sqlOver(inside, one).queue }),
            mode === 'read write' ? 'COMMIT' : 'ROLLBACK',
          ),
        ),
      )();
    },
    async close() {
      await pool.end();
      await onClose?.();
    },
  };
}
