/**
 * Where real dumps lie: `test/dumps` of this repository, then the folders with more of them that are there (scripts/more-dumps.mjs). Each has an
 * index `files.json`; a dump that several list is taken from the first.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { moreDumpFolders } from '../scripts/more-dumps.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const howSchema = v.picklist(['as-is', 'plain', 'delta', 'derived']);

/** One dump of an index: a list of entries, or an object of them by name where `how` is called `kind`. */
const entrySchema = v.object({ size: v.number(), sha256: v.string(), file: v.string(), base: v.optional(v.string()) });
const indexSchema = v.union([
  v.pipe(
    v.object({ files: v.array(v.object({ ...entrySchema.entries, name: v.string(), how: howSchema })) }),
    v.transform(({ files }) => files),
  ),
  v.pipe(
    v.record(v.string(), v.object({ ...entrySchema.entries, kind: howSchema })),
    v.transform((entries) => Object.entries(entries).map(([name, { kind, ...entry }]) => ({ ...entry, name, how: kind }))),
  ),
]);

export interface DumpEntry {
  readonly name: string;
  /** Bytes of the restored dump. */
  readonly size: number;
  readonly sha256: string;
  /** Kept as the dump itself, as a zstd file, as a zstd file against another dump (`--patch-from`), or as a record of changes to another dump. */
  readonly how: v.InferOutput<typeof howSchema>;
  /** Absolute path of the file that it is kept as. */
  readonly file: string;
  /** Name of the dump that a delta or a record of changes is against. */
  readonly base?: string | undefined;
}

/** The dumps that a folder's index lists. */
export function readDumpIndex(folder: string): readonly DumpEntry[] {
  const index = v.parse(indexSchema, JSON.parse(readFileSync(join(folder, 'files.json'), 'utf8')));
  return index.map((entry) => ({ ...entry, file: join(folder, entry.file) }));
}

/** Every folder that there is, the repository's own first. */
export const dumpFolders: readonly string[] = [join(here, 'dumps'), ...moreDumpFolders()];

/** Every dump by name. One whose base is missing cannot be restored and is left out. */
export const dumpsByName: ReadonlyMap<string, DumpEntry> = (() => {
  const listed = new Map<string, DumpEntry>();
  for (const entry of dumpFolders.flatMap(readDumpIndex)) if (!listed.has(entry.name)) listed.set(entry.name, entry);
  const canRestore = ({ base }: DumpEntry): boolean => {
    if (base === undefined) return true;
    const entry = listed.get(base);
    return entry !== undefined && canRestore(entry);
  };
  return new Map([...listed].filter(([, entry]) => canRestore(entry)));
})();
