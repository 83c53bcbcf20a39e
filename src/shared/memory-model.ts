/** Bytes, translations, the page index and queries on it. Rules as in model.ts. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { pageStates } from './page-words.ts';
import { cpuNumberingSchema } from './cpu-model.ts';
import { addressSpaces, schemaVersion } from './model.ts';

const schema = v.literal(schemaVersion);

export const readSchema = v.strictObject({
  schema,
  space: v.picklist(addressSpaces),
  address: hexString,
  /** CPU whose prefix or tables were used, and what its number means. */
  cpu: v.optional(count),
  numbering: v.optional(cpuNumberingSchema),
  bytes: count,
  /** Two hex digits a byte; absent bytes read as zero and are listed in `absent`. */
  hex: v.string(),
  absent: v.array(v.strictObject({ start: hexString, end: hexString, state: v.picklist(pageStates), reason: v.optional(v.string()) })),
});
export type ReadJson = v.InferOutput<typeof readSchema>;

/** Whose tables: a control register of the CPU, what its lowcore says, or what its PSW uses (s390x). */
export const asceSources = ['cr1', 'cr7', 'cr13', 'kernel', 'user', 'psw'] as const;
export type AsceSource = (typeof asceSources)[number];

export const translateStepSchema = v.strictObject({ table: v.string(), index: count, entryAddress: hexString, entry: hexString, decoded: v.string() });
export type TranslateStep = v.InferOutput<typeof translateStepSchema>;
export const translateSchema = v.strictObject({
  schema,
  space: v.literal('virtual'),
  address: hexString,
  /** CPU whose space was walked and whose prefix was applied, where one was named, and what its number means. */
  cpu: v.optional(count),
  numbering: v.optional(cpuNumberingSchema),
  /** The element whose tables were walked, and where it was found. */
  asce: v.optional(v.strictObject({ value: hexString, source: v.string(), decoded: v.string() })),
  steps: v.array(translateStepSchema),
  /** s390x, where a CPU was named: the address before its prefixing. */
  real: v.optional(hexString),
  absolute: v.optional(hexString),
  /** What the entries on the way forbid: "read-only (segment)". */
  protection: v.optional(v.array(v.string())),
  failure: v.optional(v.string()),
});
export type TranslateJson = v.InferOutput<typeof translateSchema>;

export const pageCountsSchema = v.strictObject({
  total: count,
  present: count,
  zero: count,
  excluded: count,
  missing: count,
  unreadable: count,
  encrypted: v.optional(count),
});
export type PageCounts = v.InferOutput<typeof pageCountsSchema>;

/** Bytes of a file that its disk did not give. */
export const readErrorSchema = v.strictObject({ file: v.string(), offset: count, bytes: count, why: v.string() });

export const indexSchema = v.strictObject({
  schema,
  indexPath: v.string(),
  pages: pageCountsSchema,
  bytesRead: count,
  seconds: v.number(),
  resumed: v.boolean(),
  /** Page workers that took part; 0: the engine's own thread did all. */
  workers: count,
  memoryRoot: v.optional(v.string()),
  memoryRootVersion: v.optional(count),
  /** Where the dump could not be read. Pages there are unreadable until a later run reads them; till then there is no memory root. */
  readErrors: v.optional(v.array(readErrorSchema)),
  /** The index was made from other files, or the times of the dump's file do not show whether it changed since; and no sample of pages, or too small a one, was compared in this run. */
  unconfirmed: v.optional(v.string()),
  /** The index was made from other files, or times do not show whether its own changed (`why`); a sample of pages that was compared in this run agrees. */
  confirmed: v.optional(v.strictObject({ pages: count, of: count, why: v.string() })),
  /** Why an index that was there was thrown away, and this one built from the dump. */
  discarded: v.optional(v.string()),
  /** Pieces of which it was made in this run, or, with `asFiles`, from whose files it is read. */
  joined: v.optional(v.strictObject({ pieces: count, asFiles: v.boolean() })),
});
export type IndexJson = v.InferOutput<typeof indexSchema>;

const rangeEntries = { number: count, start: hexString, end: hexString };
/** Ranges of a dump in which something has to be read. Numbers are addresses in units of the range size. */
export const rangePlanSchema = v.strictObject({
  schema,
  /** Bytes of memory in a range. */
  rangeSize: count,
  ranges: v.array(v.strictObject(rangeEntries)),
});
export type RangePlanJson = v.InferOutput<typeof rangePlanSchema>;

/** One range of a dump that was indexed into a piece. */
export const indexRangeSchema = v.strictObject({
  schema,
  piece: v.string(),
  identity: v.string(),
  dumpKey: v.string(),
  ...rangeEntries,
  /** unreadable: the disk did not give all of it (`readErrors`); another run tries again. */
  state: v.picklist(['indexed', 'unreadable']),
  /** The piece was there already, and nothing was read. */
  existed: v.boolean(),
  /** Pages of the blocks in which something had to be read. */
  pages: pageCountsSchema,
  /** It holds its part of the memory root. */
  digest: v.boolean(),
  /** Over the rows of the piece: the same for every run. */
  sha256: v.string(),
  /** Pieces of different ones cannot be joined. */
  algorithm: v.string(),
  bytesRead: count,
  seconds: v.number(),
  resumed: v.boolean(),
  workers: count,
  readErrors: v.optional(v.array(readErrorSchema)),
});
export type IndexRangeJson = v.InferOutput<typeof indexRangeSchema>;

export const sqlSchema = v.strictObject({
  schema,
  columns: v.array(v.string()),
  rows: v.array(v.array(v.union([v.string(), v.number(), v.null()]))),
  /** True when the row cap cut the result. */
  truncated: v.boolean(),
  /** What makes the answer less than whole: an analysis that could read only a part. */
  warnings: v.optional(v.array(v.string())),
  /** The index that was read is not complete: so many of the dump's pages are in it, and rows about the others are missing. */
  incomplete: v.optional(v.strictObject({ pages: count, totalPages: count })),
  /** Set where the answer comes from an index that is not known to hold for the dump's files. */
  unconfirmed: v.optional(v.string()),
});
export type SqlJson = v.InferOutput<typeof sqlSchema>;

export const sampleSchema = v.strictObject({
  schema,
  files: v.array(v.strictObject({ path: v.string(), bytes: count, description: v.string() })),
});
