/** Files in the folder of a dump that tell more of it. They are offered, and none of them is used unasked. */
import * as v from 'valibot';
import { attachmentKinds } from './attachment.ts';

export const besideKinds = ['kernel-log', 'dump-log', 'system-map', 'vmcoreinfo', 'vmlinux', 'dbginfo', 'sosreport'] as const;
export type BesideKind = (typeof besideKinds)[number];

const besideFile = {
  /** Without a folder. */
  file: v.string(),
  kind: v.picklist(besideKinds),
  /** What its beginning says that it is. */
  what: v.string(),
  /** As what it can be attached. */
  attach: v.picklist(attachmentKinds),
};

/** As documents name it. */
export const besideSchema = v.strictObject(besideFile);
const besideFileSchema = v.strictObject({ ...besideFile, path: v.string() });
export type BesideFile = v.InferOutput<typeof besideFileSchema>;

export const besideAnswerSchema = v.strictObject({
  files: v.array(besideFileSchema),
  /** That not all of the folder was looked at, and why. */
  partly: v.optional(v.string()),
});
export type BesideAnswer = v.InferOutput<typeof besideAnswerSchema>;
