/** Types of exported columns: what they are in a file, and how the driver's values become theirs. */
import type { SchemaElement } from 'hyparquet';

export type Cell = string | bigint | boolean | Uint8Array | readonly (string | Uint8Array | null)[];

interface ColumnType {
  /** For the documentation: the type in Parquet. */
  readonly parquet: string;
  /** What the statement asks for, of a column. */
  readonly asked: (column: string) => string;
  /** @throws Error for what such a column cannot hold: the schema is another one than this program's */
  readonly cell: (value: unknown) => Cell;
  readonly leaf: Omit<SchemaElement, 'name'>;
  readonly isList?: true;
}

const wrong = (value: unknown, expected: string): Error => new Error(`the catalogue gave ${typeof value} where ${expected} was expected`);
const itself = (column: string): string => column;

function text(value: unknown): string {
  if (typeof value !== 'string') throw wrong(value, 'a text');
  return value;
}
function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrong(value, 'bytes');
  return value;
}
/** The driver gives 64 bits as text, and 32 as a number. */
function integer(value: unknown): bigint {
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'string' || !/^-?\d+$/.test(value)) throw wrong(value, 'an integer');
  return BigInt(value as string | number);
}
const listOf =
  <T>(element: (value: unknown) => T) =>
  (value: unknown): readonly (T | null)[] => {
    if (!Array.isArray(value)) throw wrong(value, 'a list');
    return value.map((one: unknown) => (one === null ? null : element(one)));
  };
function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrong(value, 'true or false');
  return value;
}

const textLeaf = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
const bytesLeaf = { type: 'BYTE_ARRAY' } as const;

/** Microseconds since 1970, exactly: before version 14 PostgreSQL computes an epoch as a floating-point number. */
const microseconds = (column: string): string =>
  `(extract(epoch FROM date_trunc('second', ${column}))::bigint * 1000000 + extract(microseconds FROM ${column})::bigint % 1000000)`;

export const columnTypes = {
  text: { parquet: 'BYTE_ARRAY (STRING)', asked: itself, cell: text, leaf: textLeaf },
  json: { parquet: 'BYTE_ARRAY (STRING), a JSON document', asked: (column) => `${column}::text`, cell: text, leaf: textLeaf },
  texts: { parquet: 'LIST of BYTE_ARRAY (STRING)', asked: itself, cell: listOf(text), leaf: textLeaf, isList: true },
  bytes: { parquet: 'BYTE_ARRAY', asked: itself, cell: bytes, leaf: bytesLeaf },
  byteStrings: { parquet: 'LIST of BYTE_ARRAY', asked: itself, cell: listOf(bytes), leaf: bytesLeaf, isList: true },
  integer: { parquet: 'INT64', asked: itself, cell: integer, leaf: { type: 'INT64' } },
  truth: { parquet: 'BOOLEAN', asked: itself, cell: truth, leaf: { type: 'BOOLEAN' } },
  time: {
    parquet: 'INT64 (TIMESTAMP, microseconds, UTC)',
    asked: microseconds,
    cell: integer,
    leaf: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } },
  },
} as const satisfies Readonly<Record<string, ColumnType>>;

/** A column in the schema of a file. Lists have the three levels that the format asks for. */
export function schemaOf(name: string, type: ColumnType, nullable: boolean): readonly SchemaElement[] {
  const repetition = nullable ? 'OPTIONAL' : 'REQUIRED';
  if (type.isList !== true) return [{ name, repetition_type: repetition, ...type.leaf }];
  return [
    { name, repetition_type: repetition, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...type.leaf },
  ];
}
