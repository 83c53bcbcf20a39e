/** The shape of a comparison of two dumps, as `compare --json` prints it. */
import * as v from 'valibot';
import { analysisDiffers, comparedAnalysisSchema } from './analysis-compare.ts';
import { count, hexString } from './json-values.ts';
import { rangeSchema, schemaVersion } from './model.ts';

export const differenceSchema = v.strictObject({
  /** Linux CPU number where it is known, else the position in the dump. */
  cpu: v.optional(count),
  field: v.string(),
  /** Absent where the dump does not have it. */
  left: v.optional(v.string()),
  right: v.optional(v.string()),
  /** Of the field, where it is a number of a known size. */
  bytes: v.optional(count),
  /** Name of the rule by which it does not count. */
  ignoredBy: v.optional(v.string()),
});
export type Difference = v.InferOutput<typeof differenceSchema>;
const differences = v.array(differenceSchema);

/** Pages by outcome; addresses are the left dump's. */
export const regionCountsSchema = v.strictObject({
  name: v.string(),
  start: v.optional(hexString),
  end: v.optional(hexString),
  /** Pages that at least one dump holds. */
  pages: count,
  equal: count,
  changed: count,
  onlyLeft: count,
  onlyRight: count,
  ignored: v.optional(count),
  unreadable: v.optional(count),
});
export type RegionCounts = v.InferOutput<typeof regionCountsSchema>;

const comparedDump = v.strictObject({ file: v.string(), identity: v.string() });

/** Sections of field differences, in the order in which they are shown. */
export const differenceSections = ['cpus', 'lowcore', 'osinfo', 'vmcoreinfo', 'regions', 'notes'] as const;
export type DifferenceSection = (typeof differenceSections)[number];

/** Facts that make a comparison page for page mean little where they differ. */
export const reasonKinds = [
  'architecture',
  'byte-order',
  'word-size',
  'page-size',
  'machine-type',
  'serial',
  'release',
  'build',
  'build-id',
  'fingerprint-algorithm',
] as const;
const reasonSchema = v.strictObject({ kind: v.picklist(reasonKinds), left: v.string(), right: v.string() });
export type CompareReason = v.InferOutput<typeof reasonSchema>;

/** What else there is to know. `section`: the differences that it is about. */
export const remarkKinds = [
  'only-in-one',
  'same-identity',
  'other-files',
  'no-index',
  'host-name',
  'memory-size',
  'cpu-count',
  'kernel-offset',
  'restarted',
  'time-order',
  'list-cut',
] as const;
const remarkSchema = v.strictObject({ kind: v.picklist(remarkKinds), section: v.optional(v.picklist(differenceSections)), text: v.string() });
export type CompareRemark = v.InferOutput<typeof remarkSchema>;

/** Which of the two is older, by one clock that both record. Times of different clocks are shown, and prove nothing. */
export const compareTimesSchema = v.strictObject({
  order: v.picklist(['left-older', 'right-older', 'same', 'unknown']),
  /** In words, of the right dump. */
  text: v.string(),
  /** How far the two are apart, where one is older. */
  apart: v.optional(v.string()),
  /** That gave both times. */
  clock: v.optional(v.picklist(['lowcore', 'dump-start', 'crash'])),
  left: v.optional(v.string()),
  right: v.optional(v.string()),
});
export type CompareTimes = v.InferOutput<typeof compareTimesSchema>;

const reasonWords: Readonly<Record<CompareReason['kind'], string>> = {
  architecture: 'different architectures',
  'byte-order': 'different byte orders',
  'word-size': 'different word sizes',
  'page-size': 'different page sizes',
  'machine-type': 'different machine types',
  serial: 'different machines, by their serial numbers',
  release: 'different kernels',
  build: 'different builds of one kernel',
  'build-id': 'different kernel build ids',
  'fingerprint-algorithm': 'indexes with different fingerprints (comparing every byte needs no index)',
};

export const reasonText = ({ kind, left, right }: CompareReason): string => `${reasonWords[kind]}: ${left} and ${right}`;

export const compareSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  left: comparedDump,
  right: comparedDump,
  comparable: v.boolean(),
  /** Why a comparison of the two means little. */
  reasons: v.optional(v.array(reasonSchema)),
  /** What else to know: which one is older, what one of them does not have. */
  remarks: v.optional(v.array(remarkSchema)),
  /** fingerprint: 64 bits a page, from the indexes · exact: every byte. */
  method: v.picklist(['fingerprint', 'exact']),
  /** Bytes that the right dump's addresses are higher by. */
  shift: v.optional(v.pipe(v.number(), v.safeInteger())),
  /** The rules that were in force. */
  ignoring: v.optional(v.strictObject({ name: v.string(), rules: v.array(v.string()) })),
  pages: v.strictObject({
    /** Both hold it: equal, changed or ignored. */
    common: count,
    equal: count,
    changed: count,
    onlyLeft: count,
    onlyRight: count,
    /** Pages of the right dump that differ from the left one's there, but are among those that differ elsewhere. */
    moved: v.optional(count),
    /** Differ only where a rule says so. */
    ignored: v.optional(count),
    /** One dump holds it, but its bytes, or the other's, cannot be read. */
    unreadable: v.optional(count),
    /** Runs of changed pages, addresses of the left dump. */
    changedRanges: v.array(rangeSchema),
    /** How many more there are. */
    changedRangesLeftOut: v.optional(count),
    byRegion: v.array(regionCountsSchema),
  }),
  cpus: differences,
  lowcore: differences,
  osinfo: differences,
  vmcoreinfo: differences,
  regions: differences,
  notes: differences,
  /** Rows of the analyses that were asked for. */
  analyses: v.optional(v.array(comparedAnalysisSchema)),
});
export type CompareJson = v.InferOutput<typeof compareSchema>;

/** Whether something differs that no rule covers. */
export function hasDifferences(compared: CompareJson): boolean {
  const { changed, onlyLeft, onlyRight, unreadable = 0 } = compared.pages;
  if (changed + onlyLeft + onlyRight + unreadable > 0) return true;
  if (compared.analyses?.some(analysisDiffers) === true) return true;
  return differenceSections.some((section) => compared[section].some((difference) => difference.ignoredBy === undefined));
}
