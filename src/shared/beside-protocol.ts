/** The engine's method that looks for files next to a dump. */
import * as v from 'valibot';
import { besideAnswerSchema } from './beside-model.ts';
import { onView } from './wire-types.ts';

export const besideProtocol = {
  /** Reads the names in the folder of the dump, and the beginning of the few files whose names are known. */
  beside: { params: v.strictObject(onView), result: besideAnswerSchema },
} as const;
