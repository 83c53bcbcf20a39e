/**
 * THE contract between a door (window, command line) and the engine: method -> params, result, progress.
 * A dump is named by the handle that `open` returns.
 */
import * as v from 'valibot';
import {
  addressSpaces,
  cpusSchema,
  indexSchema,
  infoSchema,
  notesSchema,
  osInfoSchema,
  pageClasses,
  pageStates,
  readSchema,
  regionsSchema,
  sqlSchema,
  triageDumpSchema,
  verifySchema,
  vmcoreinfoSchema,
} from './model.ts';
import type { Client } from './rpc.ts';

const dump = v.string();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const onDump = v.strictObject({ dump });

export const scanProgressSchema = v.strictObject({
  /** What runs: "index", "digest", "check purgatory-sha256". */
  phase: v.string(),
  done: count,
  total: count,
  unit: v.picklist(['pages', 'bytes', 'checks']),
});
export type ScanProgress = v.InferOutput<typeof scanProgressSchema>;

/** Page counts of one bucket of the memory strip; index coverage decides whether classes are known. */
export const stripBucketSchema = v.strictObject({
  states: v.strictObject(Object.fromEntries(pageStates.map((state) => [state, count])) as Record<(typeof pageStates)[number], typeof count>),
  classes: v.strictObject(Object.fromEntries(pageClasses.map((name) => [name, count])) as Record<(typeof pageClasses)[number], typeof count>),
  /** Pages stored in the dump that no index has looked at yet. */
  unknown: count,
});

export const engineProtocol = {
  open: { params: v.strictObject({ path: v.string(), volumes: v.optional(v.array(v.string())) }), result: v.strictObject({ dump, identity: v.string() }) },
  close: { params: onDump, result: v.strictObject({}) },
  info: { params: onDump, result: infoSchema },
  triage: { params: onDump, result: triageDumpSchema },
  cpus: { params: onDump, result: cpusSchema },
  notes: { params: onDump, result: notesSchema },
  regions: { params: onDump, result: regionsSchema },
  vmcoreinfo: { params: onDump, result: vmcoreinfoSchema },
  osinfo: { params: onDump, result: osInfoSchema },
  read: {
    params: v.strictObject({
      dump,
      space: v.picklist(addressSpaces),
      /** 64-bit address, or position in the file when space is `file`. */
      address: v.bigint(),
      length: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(65536)),
      cpu: v.optional(count),
    }),
    result: v.strictObject({ data: v.instance(Uint8Array), absent: readSchema.entries.absent }),
  },
  index: {
    params: v.strictObject({ dump, digest: v.boolean(), rebuild: v.boolean(), path: v.optional(v.string()) }),
    result: indexSchema,
    progress: scanProgressSchema,
  },
  strip: {
    params: v.strictObject({ dump, start: v.bigint(), end: v.bigint(), buckets: v.pipe(count, v.minValue(1), v.maxValue(4096)) }),
    result: v.strictObject({ buckets: v.array(stripBucketSchema), indexedPages: count, totalPages: count }),
  },
  sql: {
    params: v.strictObject({
      dump,
      query: v.string(),
      rows: v.pipe(count, v.maxValue(1_000_000)),
      seconds: v.pipe(v.number(), v.maxValue(3600)),
      path: v.optional(v.string()),
    }),
    result: sqlSchema,
  },
  verify: {
    params: v.strictObject({ dump, quick: v.boolean(), path: v.optional(v.string()) }),
    result: verifySchema,
    progress: scanProgressSchema,
  },
  report: {
    params: v.strictObject({ dump, format: v.string(), quick: v.boolean() }),
    result: v.strictObject({ mediaType: v.string(), text: v.string() }),
    progress: scanProgressSchema,
  },
} as const;

export type EngineProtocol = typeof engineProtocol;
export type EngineClient = Client<EngineProtocol>;
