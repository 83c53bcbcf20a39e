/** The types that documents and engine methods are made of, each declared once. */
import * as v from 'valibot';
import { memoryViews } from './model.ts';

/** A dump by the handle that `open` returns, and which system where two are in it; without `view` the one that it was opened with. */
export const onView = { dump: v.string(), view: v.optional(v.picklist(memoryViews)) } as const;
