/**
 * What Dumpbench knows, as the engine lists it: the entries of its registries, with ids and words. Whatever a door lists (help, menus, filters
 * of dialogs, file types of the packages) comes from here, so that an entry of a registry needs no line anywhere else. Rules as in model.ts.
 */
import * as v from 'valibot';
import { analysisTableSchema } from './analysis-table.ts';
import { checkDepths, evidenceKinds } from './check-model.ts';
import { formatIds, memoryViews, schemaVersion } from './model.ts';
import { remedies } from './remedy.ts';

/** Bytes that stand at an offset, or begin somewhere from `offset` up to `to`. */
export const fileMarkSchema = v.strictObject({ offset: v.number(), to: v.optional(v.number()), hex: v.string() });
export type FileMark = v.InferOutput<typeof fileMarkSchema>;

/** A kind of file as a desktop knows it. */
export const fileTypeSchema = v.strictObject({
  /** Ending of the name, without dot: files of this ending are dumps and nothing else. */
  extension: v.string(),
  mimeType: v.string(),
  title: v.string(),
  /** Whole names that such files usually have. */
  names: v.optional(v.array(v.string())),
  /** How such files can be told by their first 4096 bytes, which is as far as desktops look: by all marks of one of these lists. */
  magic: v.optional(v.array(v.array(fileMarkSchema))),
});
export type FileType = v.InferOutput<typeof fileTypeSchema>;

export const formatEntrySchema = v.strictObject({
  id: v.picklist(formatIds),
  title: v.string(),
  /** Who writes it. */
  about: v.string(),
  /** Usual endings of its files' names, without dot; some are those of other files too. */
  extensions: v.array(v.string()),
  fileType: v.optional(fileTypeSchema),
});

export const checkEntrySchema = v.strictObject({
  id: v.string(),
  title: v.string(),
  /** What it means that it failed. */
  failure: v.string(),
  gravity: v.number(),
  /** How much it reads. */
  depth: v.picklist(checkDepths),
  /** What a person must bring along, or there is nothing that it could compare with. */
  needs: v.optional(v.array(v.picklist(evidenceKinds))),
  /** What a person can bring along, so that it finds out more. */
  uses: v.optional(v.array(v.picklist(evidenceKinds))),
  remedy: v.optional(v.picklist(remedies)),
});

/** Which method of the engine makes it. */
export const reportKinds = ['report', 'manifest', 'attestation'] as const;

export const reportEntrySchema = v.strictObject({
  /** What the method calls it. */
  id: v.string(),
  kind: v.picklist(reportKinds),
  title: v.string(),
  about: v.string(),
  mediaType: v.string(),
  /** Without dot. */
  extension: v.string(),
  /** What else it takes than the dump. */
  needs: v.optional(v.array(v.literal('private-key'))),
});
export type ReportEntry = v.InferOutput<typeof reportEntrySchema>;

/** What a report for people is made of. */
export const sectionEntrySchema = v.strictObject({ id: v.string(), title: v.string(), about: v.string(), byDefault: v.boolean() });

/** One of the systems in a dump, or all of it. */
export const viewEntrySchema = v.strictObject({ id: v.picklist(memoryViews), title: v.string(), about: v.string() });

export const catalogueSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  formats: v.array(formatEntrySchema),
  checks: v.array(checkEntrySchema),
  reports: v.array(reportEntrySchema),
  sections: v.array(sectionEntrySchema),
  views: v.array(viewEntrySchema),
  analyses: v.array(analysisTableSchema),
});
export type Catalogue = v.InferOutput<typeof catalogueSchema>;

export const catalogueProtocol = {
  catalogue: { params: v.strictObject({}), result: catalogueSchema },
} as const;
