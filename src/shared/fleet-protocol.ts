/** The contract between the window and the process that has a fleet's catalogue open (src/fleet/host): method -> params, result. */
import * as v from 'valibot';
import { fleetIssueSchema } from './fleet-model.ts';
import { fleetSearchEventSchema, fleetSearchSummarySchema } from './fleet-search-model.ts';
import { fleetSearchParts } from './fleet-search-parts.ts';
import { fleetProblems } from './fleet-problems.ts';
import { issueStates } from './issue-states.ts';
import { count, isoTime } from './json-values.ts';
import type { Client } from './rpc.ts';
import { searchTypes } from './search-model.ts';
import { verdictClasses } from './verdict-model.ts';

const catalogueKind = v.picklist(['server', 'embedded']);
const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const nothing = v.strictObject({});
/** As many rows as a table copies at once. */
const rowCount = v.pipe(count, v.minValue(1), v.maxValue(1000));

/** Into how many equal parts the time of a catalogue is divided. */
export const trendParts = 24;
/** Dumps in each of them, by the times of the crashes, else of the dumps. */
const trend = v.array(count);

/** What issues can be ordered by; also the ids of columns. */
export const issueOrders = ['dumps', 'first', 'last', 'title', 'status', 'id'] as const;
export type IssueOrder = (typeof issueOrders)[number];

const { releases: _, ...ofIssue } = fleetIssueSchema.entries;
export const issueRowSchema = v.strictObject({
  ...ofIssue,
  /** Some of them. */
  releases: v.array(v.string()),
  releaseCount: count,
  /** Names of machines, some of them. */
  hosts: v.array(v.string()),
  hostCount: count,
  trend,
});
export type IssueRow = v.InferOutput<typeof issueRowSchema>;

/** A release or a machine, and how many dumps of the issue have it; those with the most. */
const share = v.strictObject({ name: v.optional(v.string()), dumps: count });
export type IssueShare = v.InferOutput<typeof share>;

const issueDetailsSchema = v.strictObject({
  issue: issueRowSchema,
  signature: v.strictObject({ kind: v.picklist(['stack', 'exact']), value: v.string() }),
  /** Of the dump that came last. */
  frames: v.array(v.string()),
  releases: v.array(share),
  hosts: v.array(share),
});
export type IssueDetails = v.InferOutput<typeof issueDetailsSchema>;

const placeSchema = v.strictObject({
  /** share:SERVER, or local:MACHINE */
  storage: v.string(),
  path: v.string(),
  /** The other files of a set. */
  parts: v.array(v.string()),
  /** Not on a disk of another machine. */
  isReachable: v.boolean(),
});
export type DumpPlace = v.InferOutput<typeof placeSchema>;

const issueDumpSchema = v.strictObject({
  dumpKey: v.string(),
  title: v.string(),
  class: v.picklist(verdictClasses),
  format: v.string(),
  bytes: count,
  complete: v.optional(v.boolean()),
  arch: v.string(),
  machine: v.optional(v.string()),
  host: v.optional(v.string()),
  release: v.optional(v.string()),
  crashed: v.optional(isoTime),
  dumped: v.optional(isoTime),
  /** Where it lies; of many copies the first. */
  places: v.array(placeSchema),
});
export type IssueDump = v.InferOutput<typeof issueDumpSchema>;

/** The time that trends are drawn over; absent where no dump says one. */
const spanSchema = v.strictObject({ start: isoTime, end: isoTime });
export type TrendSpan = v.InferOutput<typeof spanSchema>;

const overviewSchema = v.strictObject({
  dumps: count,
  issues: count,
  /** Dumps without a signature: they belong to no issue. */
  withoutIssue: count,
  /** Places that wait for a worker. */
  queued: count,
  span: v.optional(spanSchema),
});
export type FleetOverview = v.InferOutput<typeof overviewSchema>;

export const httpAddress = /^https?:\/\/\S+$/;
const link = v.pipe(text(2000), v.regex(httpAddress, 'an address that begins with http:// or https://'));

export const fleetProtocol = {
  /** Opens a catalogue instead of the one that is open: the one that the command line takes, where none is named. The password is for a server, and kept by nobody. */
  open: {
    params: v.strictObject({ where: v.optional(text(4096)), password: v.optional(text(1024)) }),
    result: v.variant('outcome', [
      v.strictObject({
        outcome: v.literal('open'),
        kind: catalogueKind,
        /** For people. */
        place: v.string(),
        /** To open it again: as it was given, without a password. */
        address: v.string(),
      }),
      v.strictObject({ outcome: v.literal('failed'), problem: v.picklist(fleetProblems), message: v.string() }),
    ]),
  },
  overview: { params: nothing, result: overviewSchema },
  issueRows: {
    params: v.strictObject({
      status: v.optional(v.picklist(issueStates)),
      /** In the title, the note, or a link; or in the name of a machine or a release of one of its dumps. */
      text: v.optional(text(200)),
      by: v.picklist(issueOrders),
      descending: v.boolean(),
      start: count,
      count: rowCount,
      /** Issues are put in order once for each of these numbers: what comes in meanwhile moves no row. */
      turn: count,
    }),
    result: v.strictObject({ matching: count, rows: v.array(issueRowSchema) }),
  },
  /** Nothing where there is no such issue. */
  issue: { params: v.strictObject({ id: count }), result: v.strictObject({ details: v.optional(issueDetailsSchema) }) },
  /** The dumps of an issue, or those that belong to none; the latest first. `turn` as of `issueRows`. */
  dumps: {
    params: v.strictObject({ issue: v.optional(count), start: count, count: rowCount, turn: count }),
    result: v.strictObject({ matching: count, rows: v.array(issueDumpSchema) }),
  },
  search: {
    params: v.strictObject({
      /** Nothing for the pages that are in most dumps. */
      pattern: v.optional(v.pipe(text(4000), v.minLength(1))),
      type: v.picklist(searchTypes),
      ignoreCase: v.optional(v.boolean()),
      parts: v.array(v.picklist(fleetSearchParts)),
      /** How the release begins. */
      release: v.optional(text(200)),
      /** Only dumps of this one. */
      issue: v.optional(count),
    }),
    result: fleetSearchSummarySchema,
    /** Hits as they are found. */
    progress: fleetSearchEventSchema,
  },
  changeIssue: {
    params: v.strictObject({
      id: count,
      status: v.optional(v.picklist(issueStates)),
      /** An empty text takes the note away. */
      note: v.optional(text(100_000)),
      /** The note that the person saw: another one is not written over. */
      noteWas: v.optional(text(100_000)),
      links: v.optional(v.array(link)),
      withoutLinks: v.optional(v.array(text(2000))),
    }),
    result: nothing,
  },
} as const;
export type FleetProtocol = typeof fleetProtocol;
export type FleetClient = Client<FleetProtocol>;
