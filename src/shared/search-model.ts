/** JSON of `search`: where a pattern is in the memory of a dump. */
import * as v from 'valibot';
import { ebcdicPages } from './ebcdic.ts';
import { count, hexString } from './json-values.ts';
import { schemaVersion } from './model.ts';

/** Two digits a byte. */
const byteDigits = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/));

/** bytes: hex digits with ?? and 4? · text: UTF-8 · ebcdic: a code page · regex: over bytes as Latin-1 · u32, u64: an integer. */
export const searchTypes = ['bytes', 'text', 'ebcdic', 'regex', 'u32', 'u64'] as const;
export type SearchType = (typeof searchTypes)[number];
export const searchEndians = ['big', 'little', 'both'] as const;
/** States of pages that have bytes to search. */
export const searchStates = ['present', 'zero'] as const;

/** Hits that one search can give. */
export const mostHits = 1_000_000;
/** A regular expression matches at most so many bytes; longer matches are cut there. */
export const longestRegexMatch = 4096;

export const searchHitSchema = v.strictObject({
  /** Absolute address of the first byte. */
  address: hexString,
  bytes: count,
  /** Position in the dump file, where memory lies there as it is. */
  fileOffset: v.optional(count),
  /** The bytes found, at most 64 of them. */
  match: byteDigits,
  /** Up to 16 bytes before and 48 after the first byte of the match that are in the dump without a gap. */
  before: byteDigits,
  after: byteDigits,
});
export type SearchHit = v.InferOutput<typeof searchHitSchema>;

export const searchSummarySchema = v.strictObject({
  schema: v.literal(schemaVersion),
  pattern: v.string(),
  type: v.picklist(searchTypes),
  endian: v.optional(v.picklist(searchEndians)),
  codePage: v.optional(v.picklist(ebcdicPages)),
  space: v.literal('absolute'),
  range: v.strictObject({ start: hexString, end: hexString }),
  /** Bytes that were looked at, implied zeros included. */
  searchedBytes: count,
  /** Bytes that the dump stores, but that could not be read. */
  unreadableBytes: count,
  /** Bytes of the range that are encrypted, and so were not looked at. */
  encryptedBytes: v.optional(count),
  /** True when the limit ended the search: there are more. */
  truncated: v.boolean(),
  /** Set where page classes come from an index that is not known to hold for the dump's files. */
  unconfirmed: v.optional(v.string()),
});
export type SearchSummary = v.InferOutput<typeof searchSummarySchema>;

export const searchSchema = v.strictObject({ ...searchSummarySchema.entries, hits: v.array(searchHitSchema) });
