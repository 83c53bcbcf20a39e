/** The engine's methods that look for files which tell more of a dump. */
import * as v from 'valibot';
import { attachmentKinds } from './attachment.ts';
import { besideAnswerSchema } from './beside-model.ts';
import { onView } from './wire-types.ts';

export const besideProtocol = {
  /** Reads the names in the folder of the dump, and the beginning of the few files whose names are known. */
  beside: { params: v.strictObject(onView), result: besideAnswerSchema },
  /** As what files that a person drops can be attached, by their names and beginnings; without `attach` they are something else, such as a dump. */
  attachable: {
    params: v.strictObject({ paths: v.pipe(v.array(v.string()), v.maxLength(64)) }),
    result: v.strictObject({ files: v.array(v.strictObject({ path: v.string(), attach: v.optional(v.picklist(attachmentKinds)) })) }),
  },
} as const;
