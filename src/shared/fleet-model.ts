/** What the commands of `fleet` answer. Rules as in model.ts. */
import * as v from 'valibot';
import { count, isoTime } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { issueStates } from './issue-states.ts';
import { verdictClasses } from './verdict-model.ts';

const schema = v.literal(schemaVersion);

/**
 * queued: in the queue, or being worked on · done: its dump is in the catalogue · refused: no dump that opens · failed: it ended the processes that opened it,
 * could not be reached, or was not there · expanded: an archive or a disk whose dumps are places of their own.
 */
export const placeStates = ['queued', 'done', 'refused', 'failed', 'expanded'] as const;

/** What becomes of a dump that is indexed in ranges: ranges, until each came to its end · merge: the pieces are joined · done: its index is there · failed. */
export const indexingStates = ['ranges', 'merge', 'done', 'failed'] as const;
/** unreadable: its piece says that the disk or the dump did not give all of it · failed: it has no piece. */
export const rangeStates = ['queued', 'indexed', 'unreadable', 'failed'] as const;
export const verificationStates = ['queued', 'done', 'failed'] as const;
/** Kinds of jobs, in the order in which workers look for them. */
export const queueNames = ['triage', 'merge', 'index', 'verify', 'reprocess'] as const;

const counts = <const K extends readonly string[]>(names: K) =>
  v.strictObject(Object.fromEntries(names.map((name) => [name, count])) as Record<K[number], typeof count>);

const catalogueKind = v.picklist(['server', 'embedded']);

export const fleetInitSchema = v.strictObject({
  schema,
  place: v.string(),
  kind: catalogueKind,
  /** Of the catalogue's schema; 0 where there was none. */
  version: v.strictObject({ from: count, to: count }),
  /** granted: the group roles are there and have their rights · missing: `sql` makes them · none: an embedded catalogue has one user. */
  roles: v.picklist(['granted', 'missing', 'none']),
  /** What an administrator has to run before `fleet init` is run again. */
  sql: v.optional(v.string()),
});

export const fleetAddSchema = v.strictObject({
  schema,
  /** Dumps, sets, and archives that were found. */
  found: count,
  /** New ones. */
  added: count,
  /** Known ones whose files are others now, or there again. */
  changed: count,
  /** Files that begin as no dump. */
  others: count,
  /** Files and folders that could not be read: those that were named, and the first 1,000 below them. */
  unreadable: v.array(v.strictObject({ path: v.string(), why: v.string(), isNamed: v.boolean() })),
});
export type FleetAddJson = v.InferOutput<typeof fleetAddSchema>;

export const fleetIndexSchema = v.strictObject({
  schema,
  dumps: v.array(
    v.strictObject({
      path: v.string(),
      /** Bytes of memory in a range. */
      rangeSize: count,
      ranges: count,
      /** That were put into the queue now; none where the dump is indexed already, or being indexed. */
      jobs: count,
      /** Where its pieces come. */
      folder: v.string(),
      /** Where its index comes. */
      index: v.string(),
    }),
  ),
});
export type FleetIndexJson = v.InferOutput<typeof fleetIndexSchema>;

/** Answer of what puts jobs into a queue. */
export const fleetQueuedSchema = v.strictObject({ schema, queued: count });

export const fleetWorkerSchema = v.strictObject({
  schema,
  /** Jobs that ended, whatever came of them. */
  done: count,
  /** Dumps that the catalogue did not have. */
  newDumps: count,
  failed: count,
});

const queueSchema = v.strictObject({ waiting: count, active: count });

export const fleetStatusSchema = v.strictObject({
  schema,
  place: v.string(),
  kind: catalogueKind,
  version: count,
  /** Whether lines of logs and command lines are kept. */
  texts: v.boolean(),
  dumps: count,
  places: counts(placeStates),
  /** Jobs that are worked on now. */
  active: count,
  /** Jobs that are not over, of each kind. */
  queues: v.strictObject(Object.fromEntries(queueNames.map((name) => [name, queueSchema])) as Record<(typeof queueNames)[number], typeof queueSchema>),
  /** Dumps that are indexed in ranges, the latest first; the first 20. */
  indexing: v.array(
    v.strictObject({
      path: v.string(),
      state: v.picklist(indexingStates),
      ranges: counts(rangeStates),
      /** Its index, when it is there. */
      index: v.optional(v.string()),
      memoryRoot: v.optional(v.string()),
      problem: v.optional(v.string()),
    }),
  ),
  /** Places whose dumps were to be verified in full. */
  verifications: counts(verificationStates),
  issues: counts(issueStates),
  workers: v.array(v.strictObject({ host: v.string(), pid: count, since: isoTime, seen: isoTime })),
  /** Places of which nothing came, and those whose last try came to nothing; the first 20. */
  troubles: v.array(v.strictObject({ id: count, path: v.string(), state: v.picklist(placeStates), problem: v.optional(v.string()) })),
  /** How many of them there are in all. */
  troubleCount: count,
});
export type FleetStatusJson = v.InferOutput<typeof fleetStatusSchema>;

export const fleetRetrySchema = v.strictObject({ schema, retried: count });

export const fleetExportSchema = v.strictObject({
  schema,
  folder: v.string(),
  tables: v.array(v.strictObject({ name: v.string(), rows: count, files: count })),
});
export type FleetExportJson = v.InferOutput<typeof fleetExportSchema>;

export const fleetQuerySchema = v.strictObject({
  schema,
  columns: v.array(v.string()),
  /** Of the type bigint numbers up to 2^53, else texts; NaN and Infinity are texts, and so is what is exact (numeric). */
  rows: v.array(v.array(v.unknown())),
  /** There are more rows than were asked for. */
  truncated: v.boolean(),
});
export type FleetQueryJson = v.InferOutput<typeof fleetQuerySchema>;

export const fleetIssueSchema = v.strictObject({
  id: count,
  class: v.picklist(verdictClasses),
  title: v.string(),
  status: v.picklist(issueStates),
  note: v.optional(v.string()),
  links: v.array(v.string()),
  /** Dumps with its signature. */
  dumps: count,
  /** By the times of the crashes, else of the dumps; absent where no dump says one. */
  first: v.optional(isoTime),
  last: v.optional(isoTime),
  releases: v.array(v.string()),
});
export type FleetIssueJson = v.InferOutput<typeof fleetIssueSchema>;
export const fleetIssuesSchema = v.strictObject({ schema, issues: v.array(fleetIssueSchema) });
