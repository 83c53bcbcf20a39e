/**
 * What was found in an archive, so that it is not gone through again to open the same dump: a file of the cache that is ours alone and appears in one
 * piece. It leads to members, and says nothing of what they hold.
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { touchCached } from './cache-contents.ts';
import { whyNoOwnFile } from './own-folder.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(1 << 16));

const listSchema = v.strictObject({
  version: v.literal(1),
  /** Where the archive was. */
  path: text,
  kind: v.picklist(['tar', 'zip']),
  /** What it is packed in as a whole, from the outside in. */
  wrappers: v.array(text),
  /** Members of all kinds, including those of archives in it. */
  count,
  dumps: v.array(
    v.strictObject({
      numbers: v.array(count),
      names: v.array(text),
      format: text,
      title: text,
      /** Whether it is one file of a set. */
      isPart: v.boolean(),
      wrappers: v.array(text),
      /** As in the archive. */
      bytes: v.optional(count),
    }),
  ),
  /** Members whose contents cannot be read, and why. */
  closed: v.array(v.strictObject({ name: text, why: text })),
  /** Names of some others. */
  others: v.array(text),
  /** Why reading stopped before its end, if it did. */
  trouble: v.optional(text),
});
export type ArchiveList = v.InferOutput<typeof listSchema>;
export type ArchivedDump = ArchiveList['dumps'][number];

/** Number of lists that this process has started to write. */
let begun = 0;

const mostListBytes = 16 << 20;

/** The list in a file; undefined where there is none, or none that is ours and can be read. */
export function readArchiveList(path: string): ArchiveList | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.size > mostListBytes || whyNoOwnFile(path) !== undefined) return undefined;
    const parsed = v.safeParse(listSchema, JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) return undefined;
    touchCached(path);
    return parsed.output;
  } catch {
    return undefined;
  }
}

/** Keeps a list. In a cache that cannot be written to, or is full, the archive is gone through again the next time. */
export function writeArchiveList(path: string, list: ArchiveList): void {
  begun += 1;
  const partial = `${path}.${process.pid}.${Date.now()}${begun}.part`;
  try {
    const json = JSON.stringify(list);
    if (json.length > mostListBytes) return;
    writeFileSync(partial, json, { flag: 'wx', mode: 0o600 });
    renameSync(partial, path);
  } catch {
    rmSync(partial, { force: true });
  }
}
