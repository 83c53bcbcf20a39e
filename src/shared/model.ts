/**
 * The shapes that doors show and that `--json` prints. The schemas are the contract: tests validate every command's
 * output against them and the reference page is generated from them. Absent facts are left out, never null.
 */
import * as v from 'valibot';
import { attachedSchema } from './attachment.ts';
import { besideSchema } from './beside-model.ts';
import { diskSchema, dumpDeviceSchema } from './disk-model.ts';
import { trusts } from './fact.ts';
import { count, hexString, isoTime } from './json-values.ts';

export { pageClasses, pageStates, type PageClass, type PageState } from './page-words.ts';

/** Raised only by a breaking change of any shape below. */
export const schemaVersion = 1;

const schema = v.literal(schemaVersion);

export const rangeSchema = v.strictObject({ start: hexString, end: hexString });

/**
 * lowcore: every CPU keeps its state at a prefix · psw: the place of execution is a program status word, and a stopped CPU is in a disabled
 * wait · os-info: the kernel leaves os_info, a re-IPL block and the checksum of the loaded kdump kernel.
 */
const architectureFeatures = ['lowcore', 'psw', 'os-info'] as const;
export type ArchitectureFeature = (typeof architectureFeatures)[number];

export const formatIds = [
  'elf-vmcore',
  'kdump-compressed',
  's390',
  's390-ext',
  's390-mv',
  's390-mv-ext',
  's390-tape',
  'lkcd',
  'vmdump',
  'ngdump',
  'pv-elf',
  'lime',
  'avml',
  'memory',
  'capsule',
] as const;
export type FormatId = (typeof formatIds)[number];

/** Views of a dump that holds two systems: as stored, the first crashed system, the kdump system. */
export const memoryViews = ['all', 'prod', 'kdump'] as const;
export type MemoryView = (typeof memoryViews)[number];

export const severities = ['info', 'warning', 'error'] as const;
export const addressSpaces = ['absolute', 'real', 'virtual', 'file'] as const;
export type AddressSpace = (typeof addressSpaces)[number];

export const placeSchema = v.union([
  v.strictObject({ space: v.picklist(addressSpaces), start: hexString, end: hexString }),
  v.strictObject({ fileOffset: count, bytes: count }),
]);

export const findingSchema = v.strictObject({
  /** Id of the check, or `check/detail`. */
  id: v.string(),
  severity: v.picklist(severities),
  title: v.string(),
  detail: v.string(),
  where: v.optional(placeSchema),
  recorded: v.optional(v.string()),
  computed: v.optional(v.string()),
});
export type Finding = v.InferOutput<typeof findingSchema>;

export const provenanceSchema = v.record(v.string(), v.strictObject({ source: v.string(), trust: v.picklist(trusts) }));

export const infoSchema = v.strictObject({
  schema,
  tool: v.strictObject({ name: v.string(), version: v.string() }),
  file: v.strictObject({ path: v.string(), bytes: count }),
  container: v.strictObject({
    format: v.picklist(formatIds),
    /** The format's own version number, where it has one. */
    version: v.optional(count),
    producer: v.optional(v.string()),
    compression: v.optional(v.string()),
    flattened: v.boolean(),
    /** Left out while the chain of segments is read in part: then it is not known. */
    complete: v.optional(v.boolean()),
    /** Files of a set in the order of their numbers. */
    volumes: v.optional(v.array(v.strictObject({ path: v.string(), bytes: count, number: v.optional(count) }))),
    /** The disk that it was opened from, and the partition on it; positions in the file are those in the partition. */
    disk: v.optional(diskSchema),
    /** The record that zipl left on that disk. */
    dumpDevice: v.optional(dumpDeviceSchema),
    /** What the dump is packed in: "gzip", "zstd". */
    wrapper: v.optional(v.string()),
    /** The archive that the dump is a member of: its name, its bytes as it lies on disk, and the member as it is named after `FILE!`. */
    archive: v.optional(v.strictObject({ name: v.string(), bytes: count, kind: v.picklist(['tar', 'zip']), member: v.string() })),
    /**
     * The unpacked copy in the cache that was read in its place. made: in this run · compared: digests show that it is what the packed file
     * unpacked to · reused: sizes and times say so, and nothing was compared: a full verification does that.
     */
    copy: v.optional(v.picklist(['made', 'compared', 'reused'])),
    /** Bytes of memory in the stored segments; beyond 2^53 a damaged header speaks, and it is left out. */
    storedBytes: v.optional(count),
    /** Version of the dumper's zlib, and uncompressed bytes of an entry, in compressed stand-alone dumps. */
    zlibVersion: v.optional(count),
    zlibEntryBytes: v.optional(count),
    /** "live": taken from a running system, the contents need not fit together. */
    method: v.optional(v.string()),
    /** Taken from a system that ran on: a copy of /proc/kcore, zgetdump of a live system. */
    live: v.optional(v.literal(true)),
  }),
  machine: v.strictObject({
    arch: v.string(),
    /** What machine and kernel have that others lack; left out when nothing. */
    features: v.optional(v.array(v.picklist(architectureFeatures))),
    endianness: v.picklist(['big', 'little']),
    bits: v.picklist([32, 64]),
    /** Left out where neither the dump nor the architecture says it. */
    pageSize: v.optional(count),
    /** CPUs of the machine: those that the dump records, and those that its kernel knows besides. Left out where neither says anything. */
    cpuCount: v.optional(count),
    /** Those that ran, by the kernel's own mask. */
    onlineCpuCount: v.optional(count),
    /** Those whose registers the dump records, where that is fewer. */
    recordedCpuCount: v.optional(count),
    /** CPUs that answered the dumper, with or without registers in the dump. */
    realCpuCount: v.optional(count),
    /** CPU id as STIDP stores it (s390x stand-alone dumps). */
    cpuId: v.optional(hexString),
    /** Architecture that the dumper was built for. */
    buildArch: v.optional(v.string()),
    machineType: v.optional(v.string()),
    /** Serial number part of the CPU id, six hex digits (s390x). */
    serial: v.optional(v.string()),
    hypervisor: v.optional(v.string()),
  }),
  memory: v.strictObject({
    bytes: count,
    /** Memory of the machine before a size limit of the dumper. */
    realBytes: v.optional(count),
    /** The first 256 at most. */
    ranges: v.array(rangeSchema),
    /** How many there are. */
    rangeCount: count,
    /** One past the last address that the dump describes. */
    end: hexString,
    crashkernel: v.optional(rangeSchema),
    /** Which system is shown, and the crashkernel area that holds the other, where two systems are in one dump. */
    view: v.optional(v.picklist(memoryViews)),
    twoSystems: v.optional(rangeSchema),
  }),
  kernel: v.strictObject({
    release: v.optional(v.string()),
    version: v.optional(v.string()),
    nodename: v.optional(v.string()),
    commandLine: v.optional(v.string()),
    /** Files that the user attached to the dump. */
    attached: v.optional(v.array(attachedSchema)),
  }),
  times: v.strictObject({ dumpStart: v.optional(isoTime), dumpEnd: v.optional(isoTime), crash: v.optional(isoTime) }),
  findings: v.array(findingSchema),
  /** Files next to the dump that can be attached; in the answer of `info` alone. */
  beside: v.optional(v.array(besideSchema)),
  provenance: v.optional(provenanceSchema),
});
export type Info = v.InferOutput<typeof infoSchema>;
