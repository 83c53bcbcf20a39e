/** What a range of bytes has in common: counts, digests, the texts in it. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { schemaVersion } from './model.ts';

/** Longer ranges are not looked through. */
export const mostRangeBytes = 64 * 1024 * 1024;

export const rangeFactsSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  bytes: count,
  /** Those of them that are in the dump; the rest counts are about these. */
  present: count,
  zeros: count,
  /** Bits a byte, 0 to 8; absent where no byte is there. */
  entropy: v.optional(v.number()),
  /** Over all bytes: absent where some are not in the dump. */
  sha256: v.optional(v.string()),
  /** CRC-32 as in zip and gzip. */
  crc32: v.optional(hexString),
  /** Sum of all bytes, modulo 2^32. */
  sum: v.optional(hexString),
  /** Runs of printable ASCII of four bytes and more, the first of them. */
  strings: v.array(v.strictObject({ address: hexString, text: v.string() })),
  /** How many there are in all. */
  stringCount: count,
});
export type RangeFactsJson = v.InferOutput<typeof rangeFactsSchema>;
