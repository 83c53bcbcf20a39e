/**
 * What an analysis declares and what it answers. Doors, reports, SQL, comparisons and the reference page are made from the declaration, so an
 * analysis is one file and one line of the registry (analysis/kernel/analyses).
 */
import * as v from 'valibot';
import { count, hexString, isoTime } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

const schema = v.literal(schemaVersion);

/** Beyond 2^53 a string of digits. */
export const wideNumber = v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.regex(/^-?\d{16,}$/))]);

/** How a cell is written in JSON, by the type of its column. */
export const cellSchemas = {
  /** Virtual address of the kernel, unless the column names another space. */
  address: hexString,
  /** Bytes in the order of memory, two digits each; flags and masks as the number that they are. */
  hex: v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/)),
  count: wideNumber,
  /** An amount of memory that can be added up, in bytes. */
  bytes: wideNumber,
  /** Extent of one thing, in bytes. */
  size: wideNumber,
  /** Seconds. */
  duration: v.pipe(v.number(), v.finite()),
  /** ISO 8601 UTC. */
  time: isoTime,
  pid: count,
  /** Number of Linux, or position in the dump where the dump does not tell that. */
  cpu: count,
  /** name+0x1a [module] */
  symbol: v.string(),
  text: v.string(),
  flag: v.boolean(),
} as const;
export type ColumnType = keyof typeof cellSchemas;
/** Cells that grow and shrink. */
export const numericTypes: ReadonlySet<ColumnType> = new Set<ColumnType>(['count', 'bytes', 'size', 'duration']);
export const columnTypes = Object.keys(cellSchemas) as readonly ColumnType[];

/** What of a dump an analysis reads. Without one of its `needs` it has no rows; one of its `uses` gives it more columns. */
export const analysisNeeds = ['symbols', 'types', 'module-types', 'modules', 'tasks', 'stacks', 'log'] as const;
export type AnalysisNeed = (typeof analysisNeeds)[number];

/** Of what an address is, where it is not a virtual one of the kernel: absolute memory, or the address space of a process. */
export const columnSpaces = ['absolute', 'process'] as const;
export type ColumnSpace = (typeof columnSpaces)[number];

export const columnSchema = v.strictObject({
  name: v.string(),
  type: v.picklist(columnTypes),
  about: v.string(),
  /** Of an address; without it a virtual one of the kernel. */
  space: v.optional(v.picklist(columnSpaces)),
});
export type ColumnJson = v.InferOutput<typeof columnSchema>;

/** Types that a person can type, or a query can name; a time of a clock is a duration, in seconds since the clock was zero. */
export const parameterTypes = ['address', 'count', 'pid', 'cpu', 'text', 'flag', 'time', 'duration'] as const satisfies readonly ColumnType[];
export type ParameterType = (typeof parameterTypes)[number];

export const parameterSchema = v.strictObject({
  name: v.string(),
  type: v.picklist(parameterTypes),
  about: v.string(),
  /** Without it there is no answer. */
  required: v.optional(v.literal(true)),
  /** The only texts that it can have. */
  choices: v.optional(v.array(v.string())),
});
export type ParameterJson = v.InferOutput<typeof parameterSchema>;

/** How rows can be drawn: wait-graph, who waits for whom (wait-graph.ts); memory-tree, what memory is made of (memory-bar.ts). */
export const analysisDrawings = ['wait-graph', 'memory-tree'] as const;
export type AnalysisDrawing = (typeof analysisDrawings)[number];

/** How the rows of two dumps are compared. */
export const comparingSchema = v.strictObject({
  /** Of dumps of two systems, or of two starts of one, where few rows have the same key: columns by which rows belong together, tried in turn. */
  elsewhere: v.optional(v.array(v.array(v.string()))),
  /** Number by whose growth differences are sorted; the first amount of memory unless given. */
  weight: v.optional(v.string()),
  /** Rows with one of these values come first, in this order. */
  first: v.optional(v.strictObject({ column: v.string(), values: v.array(v.string()) })),
  /** Columns that differ between any two dumps: alone they count as little as addresses do. */
  passing: v.optional(v.array(v.string())),
  /** Columns whose sums over all rows say something. */
  sums: v.optional(v.array(v.string())),
});

/** The declaration: everything that a door has to know. */
export const analysisTableSchema = v.strictObject({
  /** Lower case, parts joined by hyphens. */
  id: v.string(),
  title: v.string(),
  about: v.string(),
  needs: v.array(v.picklist(analysisNeeds)),
  uses: v.array(v.picklist(analysisNeeds)),
  parameters: v.array(parameterSchema),
  columns: v.array(columnSchema),
  /** Columns that tell a row from the others, and that name the same thing in another dump of the same system. */
  key: v.array(v.string()),
  /** Columns by which a person may want to group the rows. */
  grouping: v.optional(v.array(v.string())),
  comparing: v.optional(comparingSchema),
  /** What doors that can draw make of its rows. */
  drawing: v.optional(v.picklist(analysisDrawings)),
});
export type AnalysisTable = v.InferOutput<typeof analysisTableSchema>;

export const cellSchema = v.union([v.string(), v.number(), v.boolean()]);
export type Cell = v.InferOutput<typeof cellSchema>;
/** Cells by column; a cell that is not known is left out. */
export const rowSchema = v.record(v.string(), cellSchema);
export type RowJson = v.InferOutput<typeof rowSchema>;

export const analysesSchema = v.strictObject({ schema, analyses: v.array(analysisTableSchema) });

export const analysisSchema = v.strictObject({
  schema,
  id: v.string(),
  columns: v.array(columnSchema),
  rows: v.array(rowSchema),
  /** What the rows amount to, in a sentence: of an analysis without rows, what was looked at. */
  note: v.optional(v.string()),
  missing: v.array(missingSchema),
  /** False when something that should be there could not be read, or more rows exist than were asked for. */
  complete: v.boolean(),
});
export type AnalysisJson = v.InferOutput<typeof analysisSchema>;

/** Cells of one table, each held against the type of its column. */
export const rowSchemaOf = (columns: readonly ColumnJson[]): v.GenericSchema =>
  v.strictObject(Object.fromEntries(columns.map(({ name, type }) => [name, v.optional(cellSchemas[type])])));

/** Where rows lie in a page of an answer, and how much is asked for at most. */
export const mostRows = 1_000_000;
export const defaultRows = 100_000;
