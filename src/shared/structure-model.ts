/** Single structures of a dump: os_info, lowcores, notes, regions, vmcoreinfo. Rules as in model.ts. */
import { count, hexString } from './json-values.ts';
import { pageStates } from './page-words.ts';
import * as v from 'valibot';
import { panicKdumpSchema, standaloneKdumpSchema, stepSchema, twoStageSchema } from './check-model.ts';
import { cpuNumberingSchema } from './cpu-model.ts';
import { addressSpaces, rangeSchema, schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

const schema = v.literal(schemaVersion);

const checksumSchema = v.strictObject({ recorded: hexString, computed: v.optional(hexString), valid: v.optional(v.boolean()) });

export const osInfoSchema = v.strictObject({
  schema,
  address: hexString,
  magicValid: v.boolean(),
  checksum: checksumSchema,
  versionMajor: count,
  versionMinor: count,
  crashkernel: v.optional(rangeSchema),
  entries: v.array(
    v.strictObject({
      id: count,
      name: v.string(),
      kind: v.picklist(['data', 'value']),
      address: v.optional(hexString),
      value: v.optional(hexString),
      size: v.optional(count),
      checksum: v.optional(checksumSchema),
    }),
  ),
  standaloneKdump: standaloneKdumpSchema,
  panicKdump: v.optional(panicKdumpSchema),
  twoStage: v.optional(twoStageSchema),
});
export type OsInfoJson = v.InferOutput<typeof osInfoSchema>;

export const fieldSchema = v.strictObject({
  name: v.string(),
  offset: count,
  size: count,
  /** Absent when its bytes are not in the dump. */
  value: v.optional(v.union([v.string(), v.number()])),
  text: v.optional(v.string()),
});
export type FieldJson = v.InferOutput<typeof fieldSchema>;

export const lowcoreFieldSchema = v.strictObject({
  ...fieldSchema.entries,
  /** What the field is for. */
  doc: v.optional(v.string()),
  /** Who defines it: the architecture, Linux (then its place depends on the layout), or store status. */
  group: v.optional(v.picklist(['architected', 'linux', 'save area'])),
  /** What an address in it leads to. */
  pointsTo: v.optional(v.strictObject({ space: v.picklist(addressSpaces), address: hexString })),
});
export type LowcoreFieldJson = v.InferOutput<typeof lowcoreFieldSchema>;

export const lowcoreViewSchema = v.strictObject({
  /** CPU whose prefix leads here; absent for an address that is not a CPU's. */
  id: v.optional(count),
  linuxCpu: v.optional(count),
  /** Absolute address of the lowcore. */
  prefix: hexString,
  layout: v.strictObject({
    /** Kernel whose layout it is: "6.1". */
    name: v.string(),
    /** 0 to 1: how much of what can be tested speaks for the layout. */
    confidence: v.number(),
    word: v.optional(v.string()),
    /** What spoke for it and what against it. */
    tests: v.optional(v.array(stepSchema)),
    /** False where no real dump has shown it. */
    proven: v.optional(v.boolean()),
  }),
  fields: v.array(lowcoreFieldSchema),
});
export type LowcoreJson = v.InferOutput<typeof lowcoreViewSchema>;
export const lowcoreSchema = v.strictObject({
  schema,
  cpus: v.array(lowcoreViewSchema),
  numbering: cpuNumberingSchema,
  /** Kernels whose layouts are known, oldest first: what `--layout` takes. */
  layouts: v.array(v.string()),
});

export const noteSchema = v.strictObject({
  index: count,
  owner: v.string(),
  type: count,
  name: v.string(),
  /** What it holds, in words. */
  title: v.optional(v.string()),
  cpu: v.optional(count),
  /** Of the note's header. */
  fileOffset: count,
  /** Of the descriptor's first byte, from which the fields' offsets count; absent where the file on disk does not hold it as it is. */
  descriptorOffset: v.optional(count),
  /** Size of the descriptor. */
  bytes: count,
  fields: v.optional(v.array(fieldSchema)),
  text: v.optional(v.string()),
  /** Bytes of the descriptor that `text` is of, where it is longer than is shown. */
  textBytes: v.optional(count),
  /** Hex digits of the descriptor, at most 4096 bytes of it: where its type is not known, its size is not that of its structure, or there is no `descriptorOffset`. */
  raw: v.optional(v.string()),
});
export type NoteJson = v.InferOutput<typeof noteSchema>;
export const notesSchema = v.strictObject({
  schema,
  notes: v.array(noteSchema),
  /** Index of the note that the next page begins with; absent on the last one. The command line prints all. */
  next: v.optional(count),
  /** What of the dump's notes could not be read, on every page; absent where all were. */
  missing: v.optional(v.array(missingSchema)),
});
export type NotesJson = v.InferOutput<typeof notesSchema>;

export const regionKinds = ['stored', 'zero', 'excluded', 'missing', 'mixed', 'crashkernel', 'kernel', 'lowcore', 'structure'] as const;
export const regionSchema = v.strictObject({
  name: v.string(),
  start: hexString,
  end: hexString,
  kind: v.picklist(regionKinds),
  fileOffset: v.optional(count),
  /** Pages of each state, where the row joins several ranges (`mixed`). */
  pages: v.optional(v.record(v.picklist(pageStates), count)),
});
export type RegionJson = v.InferOutput<typeof regionSchema>;
export type RegionsJson = v.InferOutput<typeof regionsSchema>;
export const regionsSchema = v.strictObject({
  schema,
  regions: v.array(regionSchema),
  /** True when ranges of memory are joined, because there are too many to list. */
  summarized: v.optional(v.boolean()),
  /** Of exact ranges: where the next page begins; absent on the last one. */
  next: v.optional(hexString),
});

export const vmcoreinfoSchema = v.strictObject({
  schema,
  source: v.string(),
  entries: v.record(v.string(), v.string()),
  text: v.string(),
  /**
   * The other copies in the dump, when they were asked for: the keys in which they differ (CRASHTIME is not compared), whether memory shows that their
   * kernel lies there, and what they are of.
   */
  copies: v.optional(
    v.array(
      v.strictObject({
        source: v.string(),
        address: v.optional(hexString),
        release: v.optional(v.string()),
        differing: v.array(v.string()),
        fits: v.picklist(['yes', 'no', 'unknown']),
        of: v.string(),
      }),
    ),
  ),
});
export type VmcoreinfoJson = v.InferOutput<typeof vmcoreinfoSchema>;
