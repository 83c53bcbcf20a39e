/** How a count, an address and a time are written in JSON, wherever one is: documents, messages of the engine, tables. */
import * as v from 'valibot';

/** Also an offset in a file, a page frame number, a size: none of them passes 2^53. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** An address, or another number of up to 64 bits. */
export const hexString = v.pipe(v.string(), v.regex(/^0x(0|[1-9a-f][0-9a-f]*)$/, 'lower-case hex without padding'));

export const isoTime = v.pipe(v.string(), v.regex(/^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'ISO 8601 UTC'));
