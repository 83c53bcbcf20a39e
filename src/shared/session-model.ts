/**
 * A session: which dumps were open, how they were looked at, and what a person wrote about them. A small file without any
 * byte of a dump (`*.dumpbench.json`). Dumps are named by their place in `dumps`; a path is a hint, identity and dump
 * key decide.
 */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { addressSpaces, memoryViews } from './model.ts';
import { keptOfDump } from './said-of-dump.ts';

/** Raised by a breaking change of the shape; older ones are upgraded where they are read. */
export const sessionVersion = 1;
export const sessionExtension = 'dumpbench.json';

const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(255));
const hexAddress = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{1,16}$/));
const share = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));

export const markColours = ['blue', 'green', 'yellow', 'red', 'purple'] as const;
export type MarkColour = (typeof markColours)[number];

const place = { space: v.picklist(addressSpaces), cpu: v.optional(count) };

const sessionTabSchema = v.strictObject({
  /** Id of a view; one that this version does not know is left out. */
  view: text(40),
  dump: v.optional(index),
  /** Which of the further hex grids. */
  grid: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(2), v.maxValue(99))),
});

export interface SessionPane {
  readonly share: number;
  readonly tabs: readonly v.InferOutput<typeof sessionTabSchema>[];
  /** Place of the tab in front. */
  readonly front?: number | undefined;
}
export interface SessionSplit {
  readonly share: number;
  readonly parts: readonly SessionNode[];
}
export type SessionNode = SessionPane | SessionSplit;

const nodeSchema: v.GenericSchema<SessionNode> = v.union([
  v.strictObject({ share, tabs: v.pipe(v.array(sessionTabSchema), v.maxLength(200)), front: v.optional(index) }),
  v.strictObject({
    share,
    parts: v.pipe(v.array(v.lazy(() => nodeSchema)), v.maxLength(64)),
  }),
]);

/** A small value of a view's own: the view checks what is in it. */
export const maxKeptText = 8000;
const keptSchema = v.strictObject({
  tab: sessionTabSchema,
  name: text(40),
  value: v.pipe(
    v.unknown(),
    v.check((value) => JSON.stringify(value).length <= maxKeptText, `at most ${maxKeptText} characters`),
  ),
});

/** When it was written, in UTC; older files do not say. */
const made = v.optional(v.pipe(v.string(), v.isoTimestamp()));
const bookmarkSchema = v.strictObject({ dump: index, ...place, address: hexAddress, comment: text(2000), colour: v.picklist(markColours), made });
/** Half open. */
const annotationSchema = v.strictObject({
  dump: index,
  ...place,
  start: hexAddress,
  /** 0x1 and sixteen zeros for a range that ends with the address space. */
  end: v.pipe(v.string(), v.regex(/^0x(?:[0-9a-f]{1,16}|10{16})$/)),
  text: text(8000),
  colour: v.picklist(markColours),
  made,
});

/** Characters of a query that a session keeps. */
export const longestQuery = 20_000;

export const sessionSchema = v.strictObject({
  schema: v.literal(sessionVersion),
  dumps: v.pipe(
    v.array(
      v.strictObject({
        /** Absent where the file was never opened. */
        identity: v.optional(text(128)),
        /** With it, what tells dumps with equal headers apart; older files have none. */
        dumpKey: v.optional(text(128)),
        pathHint: text(4096),
        volumes: v.optional(v.pipe(v.array(text(4096)), v.maxLength(256))),
        view: v.optional(v.picklist(memoryViews)),
        /** What a person said in place of its headers; never the key of a secure guest. */
        said: v.optional(v.strictObject(keptOfDump)),
        /** Where files that were attached to it lie; older files have none. */
        attachments: v.optional(
          v.strictObject({
            vmlinux: v.optional(text(4096)),
            systemMap: v.optional(text(4096)),
            vmcoreinfo: v.optional(text(4096)),
            dmesg: v.optional(text(4096)),
            dumpLog: v.optional(text(4096)),
            hostFacts: v.optional(text(4096)),
          }),
        ),
      }),
    ),
    v.maxLength(64),
  ),
  layout: v.optional(v.strictObject({ direction: v.picklist(['row', 'column']), parts: v.pipe(v.array(nodeSchema), v.maxLength(64)) })),
  active: v.optional(sessionTabSchema),
  cursors: v.pipe(
    v.array(
      v.strictObject({
        dump: index,
        grid: sessionTabSchema.entries.grid,
        ...place,
        address: hexAddress,
        length: count,
      }),
    ),
    v.maxLength(1000),
  ),
  bookmarks: v.pipe(v.array(bookmarkSchema), v.maxLength(10_000)),
  annotations: v.pipe(v.array(annotationSchema), v.maxLength(10_000)),
  /** How dumps are compared; older files have none. */
  comparisons: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          left: index,
          right: v.optional(index),
          /** Chosen by a person; without it time decides which dump is left. */
          order: v.optional(v.picklist(['given', 'swapped'])),
          exact: v.boolean(),
          shift: v.pipe(v.number(), v.safeInteger()),
          rules: v.optional(text(200)),
        }),
      ),
      v.maxLength(256),
    ),
  ),
  /** What was asked in SQL, the newest first, and how answers are shown; older files have none. */
  queries: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          dump: index,
          history: v.pipe(v.array(v.strictObject({ query: text(longestQuery), rows: v.optional(count) })), v.maxLength(1000)),
          text: v.optional(text(longestQuery)),
          shown: v.picklist(['table', 'chart']),
          chart: v.picklist(['bars', 'doughnut']),
          label: v.optional(text(longestQuery)),
          value: v.optional(text(longestQuery)),
        }),
      ),
      v.maxLength(256),
    ),
  ),
  /** CPUs that views of a dump show, the chosen one first; older files have none. */
  cpus: v.optional(
    v.pipe(v.array(v.strictObject({ dump: index, ids: v.pipe(v.array(v.pipe(v.number(), v.safeInteger())), v.maxLength(64)) })), v.maxLength(64)),
  ),
  /** What views remember of themselves; older files have none. */
  kept: v.optional(v.pipe(v.array(keptSchema), v.maxLength(1000))),
  /** Where lines between panes were moved to; older files have none. */
  splits: v.optional(v.record(text(60), share)),
  /** Rules of comparisons: their own contract checks what is in them. */
  ignoreRules: v.pipe(v.array(v.looseObject({ name: text(200) })), v.maxLength(1000)),
});
export type SavedSession = v.InferOutput<typeof sessionSchema>;
export type SessionTab = v.InferOutput<typeof sessionTabSchema>;

/** A session, or why a text is none. */
export function parseSession(input: string): { readonly session: SavedSession } | { readonly why: string } {
  let json: unknown;
  try {
    json = JSON.parse(input);
    const version: unknown = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
    if (typeof version === 'number' && version > sessionVersion)
      return { why: `it was written by a later version of Dumpbench (session format ${version}, this one reads ${sessionVersion})` };
    const checked = v.safeParse(sessionSchema, json);
    if (checked.success) return { session: checked.output };
    const [issue] = checked.issues;
    return { why: `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}` };
  } catch (error) {
    return { why: error instanceof SyntaxError ? 'it is not JSON' : 'it is nested too deeply' };
  }
}
