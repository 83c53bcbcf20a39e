/** Engine method `gather`: which dumps are among files and in folders that a person chose together, so that what belongs together is opened as one. */
import * as v from 'valibot';
import { count } from './json-values.ts';

export const gatheredSchema = v.strictObject({
  /** The file to open. */
  path: v.string(),
  /** All its files where it is a set, in the order of their numbers; `path` is one of them. */
  parts: v.optional(v.array(v.string())),
  /** Of a set: whether its parts make a whole dump. */
  isComplete: v.optional(v.boolean()),
  /** What it begins as: "s390 stand-alone dump", "tar archive". */
  title: v.string(),
  /** What it is packed with: "gzip". */
  packedWith: v.optional(v.string()),
  /** Size of all its files. */
  bytes: count,
  /** The chosen folder that it was found in. */
  folder: v.optional(v.string()),
});
export type Gathered = v.InferOutput<typeof gatheredSchema>;

export const gatherSchema = v.strictObject({
  dumps: v.array(gatheredSchema),
  /** Chosen files that begin as no dump: opening one says what it is. */
  others: v.array(v.string()),
  /** Chosen folders, with the files in them that begin as no dump, those that could not be read, and the folders in them: they are not looked into. */
  folders: v.array(v.strictObject({ path: v.string(), files: count, noDumps: count, unreadable: count, folders: count, unlisted: count })),
});
export type GatherJson = v.InferOutput<typeof gatherSchema>;

export const gatherProtocol = {
  gather: {
    params: v.strictObject({ paths: v.array(v.string()) }),
    result: gatherSchema,
  },
} as const;
