/**
 * THE contract between a door (window, command line) and the engine: method -> params, result, progress.
 * A dump is named by the handle that `open` returns.
 */
import * as v from 'valibot';
import { analysisProtocol } from './analysis-protocol.ts';
import { attachProtocol } from './attach-protocol.ts';
import { besideProtocol } from './beside-protocol.ts';
import { catalogueProtocol } from './catalogue-model.ts';
import { inspectProtocol } from './inspect-protocol.ts';
import { count } from './json-values.ts';
import { saidOfDump } from './said-of-dump.ts';
import { kernelProtocol } from './kernel-protocol.ts';
import { cacheProtocol } from './cache-protocol.ts';
import { compareMethods } from './compare-protocol.ts';
import { cpusSchema } from './cpu-model.ts';
import { asceSources, indexRangeSchema, indexSchema, rangePlanSchema, readSchema, sqlSchema, translateSchema } from './memory-model.ts';
import { addressSpaces, infoSchema, pageClasses, pageStates } from './model.ts';
import { lowcoreSchema, notesSchema, osInfoSchema, regionsSchema, vmcoreinfoSchema } from './structure-model.ts';
import { analysisSchema, mostRows } from './analysis-table.ts';
import { triageDumpSchema } from './triage-model.ts';
import { integrityProtocol } from './integrity-protocol.ts';
import { fileBytesProtocol } from './file-bytes-protocol.ts';
import type { Client } from './rpc.ts';
import { duplicatesProtocol } from './duplicates-protocol.ts';
import { exportProtocol } from './export-protocol.ts';
import { evidenceProtocol } from './evidence-protocol.ts';
import { gatherProtocol } from './gather-protocol.ts';
import { scanProgressSchema } from './scan-progress.ts';
import { searchProtocol } from './search-protocol.ts';
import { taskProtocol } from './task-protocol.ts';
import { onView, wireAddress, wireEnd } from './wire-types.ts';
import { mostSqlRows, mostSqlSeconds, sqlProtocol } from './sql-protocol.ts';

export type { ScanProgress } from './scan-progress.ts';

const dump = v.string();
const onDump = v.strictObject({ dump });
const { view } = onView;
const aboutView = v.strictObject(onView);

/** Page counts of one bucket of the memory strip; index coverage decides whether classes are known. */
export const stripBucketSchema = v.strictObject({
  states: v.strictObject(Object.fromEntries(pageStates.map((state) => [state, count])) as Record<(typeof pageStates)[number], typeof count>),
  classes: v.strictObject(Object.fromEntries(pageClasses.map((name) => [name, count])) as Record<(typeof pageClasses)[number], typeof count>),
  /** Pages stored in the dump that no index has looked at yet. */
  unknown: count,
});

export const engineProtocol = {
  ...analysisProtocol,
  ...attachProtocol,
  ...besideProtocol,
  ...catalogueProtocol,
  ...compareMethods,
  ...fileBytesProtocol,
  ...inspectProtocol,
  ...kernelProtocol,
  open: {
    /** `path` may be a folder with one dump; `volumes` are the other files of a set; the rest says what its headers do not. */
    params: v.strictObject({
      path: v.string(),
      volumes: v.optional(v.array(v.string())),
      ...saidOfDump,
      /** First facts and bytes are wanted: a long chain of headers is read in part, and to its end when something rests on it. */
      inPart: v.optional(v.boolean()),
      view,
    }),
    result: v.strictObject({ dump, identity: v.string() }),
    /** Unpacking of a compressed file, reading of a long chain of headers. */
    progress: scanProgressSchema,
  },
  /** With the identity, what tells dumps with equal headers apart: 64 hex digits over lowcores and some 64 pages, which are read for it. */
  dumpKey: { params: onDump, result: v.strictObject({ dumpKey: v.string() }) },
  /** Answered as soon as the engine gets to it: an engine that hangs does not. */
  ping: { params: v.strictObject({}), result: v.strictObject({}) },
  close: { params: onDump, result: v.strictObject({}) },
  /** Their progress is that of the rest of the headers, where the dump was opened in part. */
  info: { params: aboutView, result: infoSchema, progress: scanProgressSchema },
  /** `withoutCpus`: the list of CPUs is empty; `cpus` gives them in pages. */
  triage: { params: v.strictObject({ ...onView, withoutCpus: v.optional(v.literal(true)) }), result: triageDumpSchema, progress: scanProgressSchema },
  /** The first rows of analyses, for triage of many dumps: nothing is searched for, so there are none where the dump does not say where the kernel keeps its symbols. */
  triageRows: {
    params: v.strictObject({ ...onView, analyses: v.array(v.string()), limit: v.pipe(count, v.minValue(1), v.maxValue(mostRows)) }),
    result: v.strictObject({ analyses: v.array(analysisSchema) }),
    progress: scanProgressSchema,
  },
  cpus: {
    /** All at once, or with `start` a page that begins at that place in the list: the `next` of the page before. `plain`: without their meaning, as `triage` lists them. */
    params: v.strictObject({ ...onView, start: v.optional(count), plain: v.optional(v.literal(true)) }),
    result: v.strictObject({ ...cpusSchema.entries, next: v.optional(count) }),
  },
  lowcore: {
    /** One CPU, or the lowcore at an absolute address; without either those of all CPUs. `layout` instead of the one that is found. */
    params: v.strictObject({ dump, cpu: v.optional(count), address: v.optional(wireAddress), layout: v.optional(v.string()), view }),
    result: lowcoreSchema,
  },
  /** They come in pages: `start` is the `next` of the page before. */
  notes: { params: v.strictObject({ dump, view, start: v.optional(count) }), result: notesSchema },
  regions: {
    /** Without `exact` ranges of memory are joined where there are more than 4096; with it they come in pages. */
    params: v.object({ ...onView, exact: v.optional(v.boolean()), start: v.optional(wireAddress), end: v.optional(wireEnd) }),
    result: regionsSchema,
  },
  vmcoreinfo: {
    /** `copies`: search the whole memory for others and compare them. */
    params: v.strictObject({ dump, view, copies: v.optional(v.boolean()) }),
    result: vmcoreinfoSchema,
  },
  osinfo: { params: aboutView, result: osInfoSchema },
  ...taskProtocol,
  read: {
    params: v.strictObject({
      dump,
      space: v.picklist(addressSpaces),
      /** 64-bit address, or position in the file when space is `file`. */
      address: wireAddress,
      length: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(65536)),
      cpu: v.optional(count),
      view,
    }),
    result: v.strictObject({ data: v.instance(Uint8Array), absent: readSchema.entries.absent }),
    /** Likewise. */
    progress: scanProgressSchema,
  },
  translate: {
    /** Without anything the kernel's address space. `asce` is an element (or CR3), `space` says whose to take. */
    params: v.strictObject({
      dump,
      address: wireAddress,
      cpu: v.optional(count),
      asce: v.optional(wireAddress),
      space: v.optional(v.picklist(asceSources)),
      view,
    }),
    result: translateSchema,
  },
  index: {
    params: v.strictObject({
      dump,
      digest: v.boolean(),
      rebuild: v.boolean(),
      path: v.optional(v.string()),
      /** Bytes that the engine may take. */
      memory: v.optional(count),
      /** Page workers, also where the dump is small; 0: the engine's thread alone. */
      workers: v.optional(count),
    }),
    result: indexSchema,
    progress: scanProgressSchema,
  },
  /** The ranges in which a large dump can be indexed by several processes. */
  planRanges: {
    params: v.strictObject({ dump, rangeSize: v.optional(count), workers: v.optional(count) }),
    result: rangePlanSchema,
  },
  /** One of them, into a piece of its own. */
  indexRange: {
    params: v.strictObject({
      dump,
      number: count,
      rangeSize: count,
      output: v.string(),
      digest: v.boolean(),
      memory: v.optional(count),
      workers: v.optional(count),
      /** Why nothing of the range is to be read. */
      unread: v.optional(v.string()),
    }),
    result: indexRangeSchema,
    progress: scanProgressSchema,
  },
  /** The pieces of a folder as one index. */
  mergeRanges: {
    params: v.strictObject({
      dump,
      folder: v.string(),
      path: v.optional(v.string()),
      /** Instead of `path`, on any file system: a new file, or an index of this dump. */
      output: v.optional(v.string()),
      /** Stored bytes from which on the index is read from the pieces. */
      piecesFrom: v.optional(count),
    }),
    result: indexSchema,
    progress: scanProgressSchema,
  },
  strip: {
    params: v.strictObject({ dump, start: wireAddress, end: wireEnd, buckets: v.pipe(count, v.minValue(1), v.maxValue(4096)) }),
    result: v.strictObject({ buckets: v.array(stripBucketSchema), indexedPages: count, totalPages: count, unconfirmed: v.optional(v.string()) }),
  },
  sql: {
    params: v.strictObject({
      dump,
      query: v.string(),
      rows: v.pipe(count, v.maxValue(mostSqlRows)),
      seconds: v.pipe(v.number(), v.maxValue(mostSqlSeconds)),
      path: v.optional(v.string()),
    }),
    result: sqlSchema,
  },
  ...cacheProtocol,
  ...duplicatesProtocol,
  ...evidenceProtocol,
  ...exportProtocol,
  ...gatherProtocol,
  ...searchProtocol,
  ...integrityProtocol,
  ...sqlProtocol,
} as const;

export type EngineProtocol = typeof engineProtocol;
export type EngineClient = Client<EngineProtocol>;
