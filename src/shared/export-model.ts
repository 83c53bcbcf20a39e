/** What an export is asked for, and what it says of what it wrote. Rules as in model.ts. */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { memoryViews, rangeSchema, schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';
import { wireAddress, wireEnd } from './wire-types.ts';

export const exportFormats = ['elf', 'kdump', 'raw'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What a format of exports is called, what it is for, and how its files end. */
export const exportFormatTitles: Readonly<Record<ExportFormat, { readonly title: string; readonly about: string; readonly extension: string }>> = {
  elf: { title: 'ELF vmcore', about: 'for crash, drgn, makedumpfile, and zgetdump, with the registers of all CPUs', extension: 'elf' },
  kdump: { title: 'kdump-compressed', about: 'as makedumpfile writes it: smaller, for crash, drgn, and makedumpfile', extension: 'kdump' },
  raw: { title: 'Raw memory', about: 'only the bytes, without registers; absent memory reads as zeros', extension: 'raw' },
};

/** Of the pages of a kdump-compressed file. */
export const exportCompressions = ['zlib', 'zstd', 'none'] as const;
export type ExportCompression = (typeof exportCompressions)[number];

/** What a filter leaves out, in the order of the bits of makedumpfile's dump level: 1, 2, 4, 8, 16. */
export const filterLevels = ['zero', 'cache', 'private-cache', 'user', 'free'] as const;
export type FilterLevel = (typeof filterLevels)[number];

/** The levels that a dump level of makedumpfile (0 to 31) stands for, or names with commas between them; undefined for anything else. */
export function filterOf(text: string): FilterLevel[] | undefined {
  if (/^\d+$/.test(text)) {
    const level = Number(text);
    return level < 1 << filterLevels.length ? filterLevels.filter((_, bit) => (level & (1 << bit)) !== 0) : undefined;
  }
  const names = text.split(',').map((name) => name.trim());
  return names.every((name) => (filterLevels as readonly string[]).includes(name)) ? filterLevels.filter((name) => names.includes(name)) : undefined;
}

/** What is exported of an open dump, and where to. */
export const exportRequestEntries = {
  format: v.picklist(exportFormats),
  /** Path of the file to write: a new one. */
  output: v.string(),
  /** Half-open ranges of absolute addresses of the view; without them all memory. */
  ranges: v.optional(v.array(v.strictObject({ start: wireAddress, end: wireEnd }))),
  /** Without it nothing is left out. */
  filter: v.optional(v.array(v.picklist(filterLevels))),
  /** Of kdump alone; zlib without it. */
  compression: v.optional(v.picklist(exportCompressions)),
  /** False: what was written is not opened again to compare its memory root with the source's. */
  readBack: v.optional(v.boolean()),
} as const;

const filtered = v.strictObject(Object.fromEntries(filterLevels.map((level) => [level, count])) as Record<FilterLevel, typeof count>);

/** How another program opens an export. */
const openWithSchema = v.strictObject({
  tool: v.picklist(['crash', 'drgn', 'makedumpfile', 'zgetdump']),
  /** A line for a shell of Linux; a word in capitals is to be replaced. */
  command: v.string(),
  /** What has to be at hand, and what the program cannot do with this export. */
  needs: v.array(v.string()),
});
export type OpenWithJson = v.InferOutput<typeof openWithSchema>;

export const exportSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  path: v.string(),
  format: v.picklist(exportFormats),
  compression: v.optional(v.picklist(exportCompressions)),
  view: v.picklist(memoryViews),
  ranges: v.optional(v.array(rangeSchema)),
  filter: v.optional(v.array(v.picklist(filterLevels))),
  /** Absolute addresses from the first page in the export to the end of the last one; a raw file begins with the byte at `start`. Absent where there is none. */
  memory: v.optional(rangeSchema),
  /** Size of the file. */
  bytes: count,
  /** Digest of the file, 64 hex digits. */
  sha256: v.string(),
  /**
   * Pages of 4096 bytes in the ranges, by what became of them. `present` and `zero` are in the export; `excluded`, `missing`, `unreadable` and `encrypted` are not,
   * because the source does not give them; `filtered` are those that were left out on request, by the level that did it.
   */
  pages: v.strictObject({
    total: count,
    present: count,
    zero: count,
    excluded: count,
    missing: count,
    unreadable: count,
    encrypted: count,
    filtered: v.optional(filtered),
  }),
  memoryRoot: v.optional(
    v.strictObject({
      version: count,
      /** Over the pages of the source that were put into the export. */
      source: v.string(),
      /** True where those are all pages that the source has: then it is the memory root of the source. */
      whole: v.boolean(),
      /** Over the export as it was opened and read again. */
      export: v.optional(v.string()),
      equal: v.optional(v.boolean()),
    }),
  ),
  notes: v.strictObject({
    /** CPUs whose registers are in the export. */
    cpus: count,
    /** Where they come from: notes of the source, areas in memory into which a CPU's status was stored, records of the source's own. */
    from: v.optional(v.picklist(['notes', 'save-areas', 'records'])),
    vmcoreinfo: v.boolean(),
  }),
  /** Absent where no program is known to open such a file. */
  openWith: v.optional(v.array(openWithSchema)),
  /** Bytes of an interrupted export that this one continued from. */
  resumedAt: v.optional(count),
  /** Why an interrupted export that was there was not gone on with. */
  discarded: v.optional(v.string()),
  /** What is not in the export although it was asked for, and why. */
  missing: v.array(missingSchema),
});
export type ExportJson = v.InferOutput<typeof exportSchema>;

export const exportPreviewSchema = v.strictObject({
  /** Pages of 4096 bytes in the ranges, as the headers of the source tell them. */
  pages: v.strictObject({ total: count, present: count, zero: count, excluded: count, missing: count, unreadable: count, encrypted: count }),
  /** From the first page that would be in the export to the end of the last one; absent where there is none. */
  memory: v.optional(rangeSchema),
  /** Filter levels that cannot be followed in this dump, with the reason. */
  unfiltered: v.array(v.strictObject({ level: v.picklist(filterLevels), why: v.string() })),
});
export type ExportPreviewJson = v.InferOutput<typeof exportPreviewSchema>;
