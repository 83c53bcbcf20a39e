/** Engine method `fileBytes`: bytes of a file that is not open as a dump, so that a person can look at one that does not open. */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { readSchema } from './memory-model.ts';

export const fileBytesProtocol = {
  fileBytes: {
    /** Read only, and no more than is asked for. Of a member of an archive or a disk (FILE!MEMBER) the file that holds it. */
    params: v.strictObject({ path: v.string(), offset: count, length: v.pipe(count, v.maxValue(65536)) }),
    result: v.strictObject({
      /** The file that was read. */
      file: v.string(),
      size: count,
      /** What it is packed with or the kind of archive: its bytes are not those of what is in it. */
      packedWith: v.optional(v.string()),
      data: v.instance(Uint8Array),
      absent: readSchema.entries.absent,
    }),
  },
} as const;
