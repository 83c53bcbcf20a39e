/** The types that documents and engine methods are made of, each declared once. */
import * as v from 'valibot';
import { memoryViews } from './model.ts';

/** A dump by the handle that `open` returns, and which system where two are in it; without `view` the one that it was opened with. */
export const onView = { dump: v.string(), view: v.optional(v.picklist(memoryViews)) } as const;

/** An address in a message, or a position in a file. */
export const wireAddress = v.pipe(v.bigint(), v.minValue(0n), v.maxValue((1n << 64n) - 1n));

/** Where a range ends, not included: it may end with the address space. */
export const wireEnd = v.pipe(v.bigint(), v.minValue(0n), v.maxValue(1n << 64n));
