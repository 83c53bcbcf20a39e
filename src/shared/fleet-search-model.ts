/** What a search over all dumps of a catalogue finds: as a JSON document, and one by one as it runs. Rules as in model.ts. */
import * as v from 'valibot';
import { ebcdicPages } from './ebcdic.ts';
import { fleetSearchParts } from './fleet-search-parts.ts';
import { count, hexString, isoTime } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { searchEndians, searchHitSchema, searchTypes } from './search-model.ts';

/** A dump as a list shows it. */
export const foundDumpSchema = v.strictObject({
  /** 64 hex digits. */
  key: v.string(),
  title: v.string(),
  release: v.optional(v.string()),
  host: v.optional(v.string()),
  /** When the system crashed, else when it was dumped. */
  ended: v.optional(isoTime),
  issue: v.optional(count),
});
export type FoundDump = v.InferOutput<typeof foundDumpSchema>;

/** How a dump is opened, at an address where one was found: as commands take them, and the window's Go to. */
export const fleetLinkSchema = v.strictObject({
  /** A file, the first part of a set, or ARCHIVE!MEMBER. */
  path: v.string(),
  /** The other parts of the set. */
  volumes: v.optional(v.array(v.string())),
  /** "absolute:0x1f00". */
  address: v.optional(v.string()),
});
export type FleetLink = v.InferOutput<typeof fleetLinkSchema>;

const memoryHit = v.strictObject({
  in: v.literal('memory'),
  dump: foundDumpSchema,
  space: v.literal('absolute'),
  ...searchHitSchema.entries,
  link: fleetLinkSchema,
});

const fleetTables = ['issue', 'dump', 'analysis_row', 'finding', 'check_result', 'place'] as const;
export type FleetTable = (typeof fleetTables)[number];

const catalogueHit = v.strictObject({
  in: v.literal('catalogue'),
  table: v.picklist(fleetTables),
  /** Of the table; `evidence` and `frames` are lists, and a hit is one member. Of an analysis its id and its column: "problems.text". */
  column: v.string(),
  /** What is there, at most 400 characters around the match. */
  text: v.string(),
  /** The dump, where the row is of one. */
  dump: v.optional(foundDumpSchema),
  /** The issue, where the row is one. */
  issue: v.optional(count),
  /** Absent for an issue. */
  link: v.optional(fleetLinkSchema),
});

const pagesHit = v.strictObject({
  in: v.literal('pages'),
  /** 16 hex digits. */
  fingerprint: v.string(),
  /** Dumps that have the page, and how often all of them together do. */
  dumpCount: count,
  pages: count,
  /** The first 20 of them. */
  dumps: v.array(
    v.strictObject({
      dump: foundDumpSchema,
      pages: count,
      space: v.literal('absolute'),
      /** The first 4. */
      addresses: v.array(hexString),
      link: v.optional(fleetLinkSchema),
    }),
  ),
});

export const fleetHitSchema = v.variant('in', [memoryHit, catalogueHit, pagesHit]);
export type FleetHit = v.InferOutput<typeof fleetHitSchema>;
export type FleetPagesHit = v.InferOutput<typeof pagesHit>;

/**
 * unreachable: no file of it can be reached from this machine · refused: it does not open · changed: its files hold another dump now · hang, memory,
 * crash: the process that searched it was ended, or ended itself · no-index: it has no page index on this machine · index: its page index cannot be used.
 */
export const unreadKinds = ['unreachable', 'refused', 'changed', 'hang', 'memory', 'crash', 'no-index', 'index'] as const;

/** A dump that was not searched, or not to its end. */
export const fleetUnreadSchema = v.strictObject({
  dump: foundDumpSchema,
  kind: v.picklist(unreadKinds),
  why: v.string(),
});
export type FleetUnread = v.InferOutput<typeof fleetUnreadSchema>;

/** Dumps that are listed as unread; a share that is not mounted has thousands. */
export const mostUnread = 1000;

export const fleetSearchSummarySchema = v.strictObject({
  schema: v.literal(schemaVersion),
  pattern: v.optional(v.string()),
  /** Of the pattern in memory. */
  type: v.picklist(searchTypes),
  endian: v.optional(v.picklist(searchEndians)),
  codePage: v.optional(v.picklist(ebcdicPages)),
  parts: v.array(v.picklist(fleetSearchParts)),
  /** Dumps that the filters let through. */
  dumps: count,
  /** Dumps that were left out because they say no time, where only later ones were asked for. */
  withoutTime: v.optional(count),
  /** Dumps whose memory was searched to the end, or to the limit of a dump. */
  searchedDumps: count,
  searchedBytes: count,
  /** Bytes that dumps store, but that could not be read. */
  unreadableBytes: count,
  /** Bytes that are encrypted, and so were not looked at. */
  encryptedBytes: v.optional(count),
  /** Dumps of which there are more hits than one dump may give. */
  cutDumps: count,
  /** Page indexes that were asked, and how many of them are not complete. */
  indexes: v.optional(v.strictObject({ asked: count, incomplete: count })),
  unreadDumps: count,
  /** The first 1000. */
  unread: v.array(fleetUnreadSchema),
  /** True when the limit ended the search: there are more hits. */
  truncated: v.boolean(),
});
export type FleetSearchSummary = v.InferOutput<typeof fleetSearchSummarySchema>;

export const fleetSearchSchema = v.strictObject({ ...fleetSearchSummarySchema.entries, hits: v.array(fleetHitSchema) });

/** What comes while a search runs, in this order of time; the last one is the end. */
export const fleetSearchEventSchema = v.variant('event', [
  v.strictObject({ event: v.literal('hit'), hit: fleetHitSchema }),
  v.strictObject({ event: v.literal('unread'), unread: fleetUnreadSchema }),
  /** Dumps done of all, of one part; of pages thousandths. Of the dump that is being searched its bytes. */
  v.strictObject({
    event: v.literal('progress'),
    part: v.picklist(fleetSearchParts),
    done: count,
    total: count,
    bytes: v.optional(v.strictObject({ done: count, total: count })),
  }),
  v.strictObject({ event: v.literal('end'), summary: fleetSearchSummarySchema }),
]);
export type FleetSearchEvent = v.InferOutput<typeof fleetSearchEventSchema>;
