/**
 * What is recorded of an unpacked copy in the cache: which packed file it came from, the digests of both, and the state in which the copy
 * was left. The record lies next to the copy, is ours alone like it, and appears in one piece.
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { touchCached } from './cache-contents.ts';
import { whyNoOwnFile } from './own-folder.ts';

const number = v.pipe(v.string(), v.regex(/^\d{1,40}$/));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digested = v.strictObject({ bytes: position, sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

const layer = v.optional(v.strictObject({ name: v.pipe(v.string(), v.maxLength(20)), isFile: v.boolean() }));

const recordSchema = v.strictObject({
  version: v.literal(2),
  /** Where the packed file was when it was last compared. */
  path: v.pipe(v.string(), v.maxLength(8192)),
  packed: digested,
  unpacked: digested,
  /** Whether all of the packed file was unpacked: source/unpack-end.ts. */
  end: v.variant('kind', [
    v.strictObject({ kind: v.literal('whole') }),
    v.strictObject({ kind: v.literal('cut'), at: position, layer }),
    v.strictObject({
      kind: v.literal('damaged'),
      at: position,
      what: v.pipe(v.string(), v.maxLength(200)),
      contents: v.boolean(),
      ofIndex: v.optional(v.boolean()),
      layer,
    }),
    v.strictObject({ kind: v.literal('followed'), at: position, bytes: position }),
  ]),
  /** The copy as it was left: device, inode, size, times of the last change of data and inode in nanoseconds. */
  copy: v.tuple([number, number, number, number, number]),
  /** False where the packed file was changed so shortly before it was read that a later change could have the same time. */
  settled: v.boolean(),
});
export type CopyRecord = v.InferOutput<typeof recordSchema>;

const mostRecordBytes = 64 * 1024;
/** Next to the copy. Its time of change says when the copy was used last: the copy itself is left as it is, others may have it open. */
export const recordPath = (copy: string): string => copy.replace(/\.dump$/, '.json');

/** State of the copy now; undefined where there is none that is ours. */
export function copyState(copy: string): CopyRecord['copy'] | undefined {
  if (whyNoOwnFile(copy) !== undefined) return undefined;
  const stats = lstatSync(copy, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : [String(stats.dev), String(stats.ino), String(stats.size), String(stats.mtimeNs), String(stats.ctimeNs)];
}

/** The record of a copy; undefined where there is none, or none that can be read: then nothing is known of the copy. */
export function readCopyRecord(copy: string): CopyRecord | undefined {
  const path = recordPath(copy);
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.size > mostRecordBytes || whyNoOwnFile(path) !== undefined) return undefined;
    const parsed = v.safeParse(recordSchema, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** @throws system errors */
export function writeCopyRecord(copy: string, record: CopyRecord): void {
  const path = recordPath(copy);
  // The name shows whose it is, like that of an unfinished copy.
  const partial = `${path}.${process.pid}.${Date.now()}.part`;
  try {
    writeFileSync(partial, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Nothing is known about the copy any more: it is made again when needed. */
export function forgetCopyRecord(copy: string): void {
  try {
    rmSync(recordPath(copy), { force: true });
  } catch {
    // A cache that cannot be written to: a full verification says so again.
  }
}

/** Records that a copy was used now. */
export function touchCopy(copy: string): void {
  touchCached(recordPath(copy));
}

/** Removes a copy with its record. What cannot be removed stays. */
export function removeCopy(copy: string): void {
  for (const path of [recordPath(copy), copy]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Without its record, it is not used.
    }
  }
}
