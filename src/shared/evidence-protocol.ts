/** Which files the engine has opened as evidence: so that a door which writes by itself keeps away from them. */
import * as v from 'valibot';

const decimal = v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/));

/** Device and inode in decimal: they have 64 bits. */
export const evidenceFilesSchema = v.array(v.strictObject({ path: v.string(), device: decimal, inode: decimal }));

export const evidenceProtocol = {
  /** Of every dump of this engine, those that were closed included. */
  evidence: { params: v.strictObject({}), result: v.strictObject({ files: evidenceFilesSchema }) },
} as const;
