/** The shapes of the kernel's own story: log, symbols, types. Rules as in model.ts. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

const schema = v.literal(schemaVersion);

export const logMarks = ['panic', 'oops', 'bug', 'lockup', 'memory', 'hardware', 'request', 'warning'] as const;

export const logRecordSchema = v.strictObject({
  /** Number since boot. */
  sequence: v.optional(count),
  /** Seconds since boot with nine digits: "27.541294560". */
  time: v.optional(v.pipe(v.string(), v.regex(/^\d+\.\d{9}$/))),
  /** 0 emergency to 7 debug. */
  level: v.optional(v.pipe(count, v.maxValue(7))),
  facility: v.optional(count),
  /** T and a thread id, or C and a CPU number. */
  caller: v.optional(v.pipe(v.string(), v.regex(/^[TC]\d+$/))),
  text: v.string(),
  /** A fragment of a line that the kernel wrote in pieces. */
  continued: v.optional(v.literal(true)),
  /** Its end (in the oldest kernels its start) is not in the dump or was overwritten. */
  cut: v.optional(v.literal(true)),
  /** Records between the one before and this one that cannot be read. */
  lostBefore: v.optional(count),
  subsystem: v.optional(v.string()),
  device: v.optional(v.string()),
  /** What a line that reports trouble is about. */
  mark: v.optional(v.picklist(logMarks)),
});
export type LogRecordJson = v.InferOutput<typeof logRecordSchema>;

export const dmesgSchema = v.strictObject({
  schema,
  /** Kind of buffer and where it lies. */
  source: v.string(),
  /** Where vmcoreinfo came from, which led there; left out where the log is from a file. */
  vmcoreinfo: v.optional(v.string()),
  /** The log is from a file that was attached, and not from memory: why memory's is not read, and what shows that the file is of the dumped system. */
  file: v.optional(v.strictObject({ name: v.string(), why: v.string(), shown: v.string() })),
  /** Where it was asked for, of machines whose log runs by the TOD clock: the time of day at boot in microseconds, or why it is not known. */
  clock: v.optional(v.strictObject({ boot: v.optional(v.string()), detail: v.string() })),
  records: v.array(logRecordSchema),
  /** Records that the buffer's books list and that cannot be read. */
  lost: count,
  lostWhy: v.optional(v.string()),
});
export type DmesgJson = v.InferOutput<typeof dmesgSchema>;

export const symbolSchema = v.strictObject({
  address: hexString,
  /** Letter of nm. */
  type: v.string(),
  name: v.string(),
  /** Bytes up to the next symbol. */
  size: v.optional(count),
  module: v.optional(v.string()),
  /** Distance of the address that was asked for. */
  offset: v.optional(count),
});
export type SymbolJson = v.InferOutput<typeof symbolSchema>;

export const symbolsSchema = v.strictObject({
  schema,
  source: v.string(),
  vmcoreinfo: v.string(),
  /** Symbols that the table holds. */
  total: count,
  symbols: v.array(symbolSchema),
});
export type SymbolsJson = v.InferOutput<typeof symbolsSchema>;

/** What is at an address: `symbol+offset`. */
export const placeNameSchema = v.strictObject({ address: hexString, name: v.string(), offset: count, size: v.optional(count), module: v.optional(v.string()) });
export type PlaceNameJson = v.InferOutput<typeof placeNameSchema>;
export const symbolizeSchema = v.strictObject({
  schema,
  /** Addresses that lie in something with a name; the others are left out. */
  places: v.array(placeNameSchema),
  /** Why there are no symbols at all. */
  why: v.optional(v.string()),
});
export type SymbolizeJson = v.InferOutput<typeof symbolizeSchema>;

export const structMemberSchema = v.strictObject({
  /** Empty for an anonymous struct or union. */
  name: v.string(),
  type: v.string(),
  /** Bytes from the start of what was asked for. */
  offset: count,
  /** For bit-fields: bits after `offset`, counted as the machine stores them (from the most significant on big-endian ones), and width. */
  bitOffset: v.optional(count),
  bits: v.optional(count),
  size: v.optional(count),
  /** 0 for members of the struct itself, more inside anonymous and opened ones. */
  depth: count,
  value: v.optional(v.union([v.string(), v.number()])),
  text: v.optional(v.string()),
  /** Why there is no value. */
  absent: v.optional(v.string()),
});
export type StructMemberJson = v.InferOutput<typeof structMemberSchema>;

export const structSchema = v.strictObject({
  schema,
  /** Where the types were found, and how many sizes and offsets of vmcoreinfo they agree with. */
  source: v.string(),
  agreeing: count,
  vmcoreinfo: v.string(),
  /** Module whose type it is; absent for the kernel's own. */
  module: v.optional(v.string()),
  /** Other modules that have the same type. */
  alike: v.optional(v.array(v.string())),
  kind: v.picklist(['struct', 'union', 'enum', 'other']),
  /** In C: "struct list_head". */
  name: v.string(),
  size: v.optional(count),
  /** Virtual address that values were read from. */
  address: v.optional(hexString),
  members: v.array(structMemberSchema),
  enumerators: v.optional(v.array(v.strictObject({ name: v.string(), value: v.union([v.number(), v.string()]) }))),
});
export type StructJson = v.InferOutput<typeof structSchema>;

export const typeNamesSchema = v.strictObject({
  schema,
  /** As `struct` takes them: "ext4:name" where modules have different types of one name. */
  names: v.array(v.string()),
  why: v.optional(v.string()),
  /** Modules whose types are not among them, each with the reason. */
  missing: v.optional(v.array(missingSchema)),
});
export type TypeNamesJson = v.InferOutput<typeof typeNamesSchema>;
