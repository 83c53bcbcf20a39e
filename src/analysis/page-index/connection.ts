/**
 * The part of better-sqlite3's interface that the index uses. The package itself is imported by sqlite.ts alone, so that
 * nothing else ties us to it.
 */
export interface Statement {
  /** True when it returns rows. */
  readonly reader: boolean;
  /** True when it cannot change the database. */
  readonly readonly: boolean;
  run(...values: readonly unknown[]): unknown;
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
  iterate(...values: readonly unknown[]): IterableIterator<unknown>;
  /** Rows as arrays in column order. */
  raw(on?: boolean): this;
  /** Integers as bigint. */
  safeIntegers(on?: boolean): this;
  columns(): readonly { readonly name: string }[];
}

export interface TableFunction {
  readonly columns: string[];
  readonly parameters?: string[];
  readonly safeIntegers?: boolean;
  readonly rows: (...values: unknown[]) => Generator;
}

export interface NamedFunction {
  readonly name: string;
  readonly definition: TableFunction;
}

export interface Connection {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  /** Value of a PRAGMA's first column and row. */
  pragma(text: string, options: { readonly simple: true }): unknown;
  /** Defines a table-valued function for this connection. */
  table(name: string, definition: TableFunction): unknown;
  close(): unknown;
}
