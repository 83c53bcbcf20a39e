/**
 * The shapes that doors show and that `--json` prints. The schemas are the contract: tests validate every command's
 * output against them and the reference page is generated from them. Absent facts are left out, never null.
 */
import * as v from 'valibot';
import { trusts } from './fact.ts';
import { pageStates } from './page-words.ts';

export { pageClasses, pageStates, type PageClass, type PageState } from './page-words.ts';

/** Raised only by a breaking change of any shape below. */
export const schemaVersion = 1;

const schema = v.literal(schemaVersion);
export const hexString = v.pipe(v.string(), v.regex(/^0x(0|[1-9a-f][0-9a-f]*)$/, 'lower-case hex without padding'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const isoTime = v.pipe(v.string(), v.regex(/^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'ISO 8601 UTC'));

export const rangeSchema = v.strictObject({ start: hexString, end: hexString });

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
    complete: v.boolean(),
    /** Files of a set in the order of their numbers. */
    volumes: v.optional(v.array(v.strictObject({ path: v.string(), bytes: count, number: v.optional(count) }))),
    /** What the dump is packed in: "gzip", "zstd". */
    wrapper: v.optional(v.string()),
    /** Bytes of memory in the stored segments; beyond 2^53 a damaged header speaks, and it is left out. */
    storedBytes: v.optional(count),
    /** Version of the dumper's zlib, and uncompressed bytes of an entry, in compressed stand-alone dumps. */
    zlibVersion: v.optional(count),
    zlibEntryBytes: v.optional(count),
    /** "live": taken from a running system, the contents need not fit together. */
    method: v.optional(v.string()),
  }),
  machine: v.strictObject({
    arch: v.string(),
    endianness: v.picklist(['big', 'little']),
    bits: v.picklist([32, 64]),
    pageSize: count,
    cpuCount: count,
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
    ranges: v.array(rangeSchema),
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
  }),
  times: v.strictObject({ dumpStart: v.optional(isoTime), dumpEnd: v.optional(isoTime), crash: v.optional(isoTime) }),
  findings: v.array(findingSchema),
  provenance: v.optional(provenanceSchema),
});
export type Info = v.InferOutput<typeof infoSchema>;

export const verdicts = ['passed', 'failed', 'not-recorded', 'not-applicable', 'unreadable', 'not-run'] as const;
export type Verdict = (typeof verdicts)[number];

export const stepSchema = v.strictObject({ check: v.string(), passed: v.optional(v.boolean()), detail: v.string() });
export type Step = v.InferOutput<typeof stepSchema>;

export const checkResultSchema = v.strictObject({
  id: v.string(),
  title: v.string(),
  verdict: v.picklist(verdicts),
  /** One sentence: why this verdict. */
  detail: v.string(),
  recorded: v.optional(v.string()),
  computed: v.optional(v.string()),
  ranges: v.optional(v.array(placeSchema)),
  steps: v.optional(v.array(stepSchema)),
  findings: v.optional(v.array(findingSchema)),
});
export type CheckResult = v.InferOutput<typeof checkResultSchema>;

export const healthSchema = v.strictObject({
  passed: count,
  failed: count,
  notRecorded: count,
  notApplicable: count,
  unreadable: count,
  notRun: count,
});
export type Health = v.InferOutput<typeof healthSchema>;

/** A damaged place, with what lies there. */
export const damageSchema = v.strictObject({
  where: placeSchema,
  severity: v.picklist(severities),
  title: v.string(),
  /** Ids of the findings, or of failed checks. */
  findings: v.array(v.string()),
  /** Structures and regions that it touches. */
  structures: v.array(v.string()),
  /** CPUs whose lowcore it touches, by their positions in the dump. */
  cpus: v.array(count),
});
export type DamageEntry = v.InferOutput<typeof damageSchema>;

export const verifySchema = v.strictObject({
  schema,
  digests: v.strictObject({ file: v.optional(v.string()), memoryRoot: v.optional(v.string()) }),
  checks: v.array(checkResultSchema),
  summary: healthSchema,
  /** The damage map: files first, then memory, ascending. */
  damage: v.optional(v.array(damageSchema)),
});
export type VerifyJson = v.InferOutput<typeof verifySchema>;

export const pswSchema = v.strictObject({
  mask: hexString,
  address: hexString,
  decoded: v.strictObject({
    per: v.boolean(),
    dat: v.boolean(),
    io: v.boolean(),
    external: v.boolean(),
    key: count,
    machineCheck: v.boolean(),
    wait: v.boolean(),
    problemState: v.boolean(),
    addressSpace: v.picklist(['primary', 'access-register', 'secondary', 'home']),
    conditionCode: count,
    programMask: count,
    addressingMode: v.picklist(['24', '31', '64', 'invalid']),
    /** The state in words: "enabled wait (idle)", "disabled wait, code 0x4521: ...". */
    text: v.string(),
  }),
});
export type PswJson = v.InferOutput<typeof pswSchema>;

const registers = v.array(hexString);

/** What registers mean, in words; computed, never recorded. */
export const cpuMeaningSchema = v.strictObject({
  /** Why the CPU is in a disabled wait. */
  wait: v.optional(v.string()),
  controlRegisters: v.optional(v.array(v.strictObject({ register: count, text: v.string() }))),
  /** Floating-point registers that are not zero, as binary64. */
  floating: v.optional(v.array(v.strictObject({ register: count, text: v.string() }))),
  /** Seconds until the CPU timer is zero. */
  timer: v.optional(v.string()),
  /** Which of its encodings the recorded comparator has, and when it interrupts. */
  clockComparator: v.optional(
    v.strictObject({ form: v.picklist(['full', 'shifted', 'low-56-bits', 'ambiguous']), value: v.optional(hexString), text: v.optional(v.string()) }),
  ),
  todClock: v.optional(v.string()),
});
export type CpuMeaning = v.InferOutput<typeof cpuMeaningSchema>;

export const cpuSchema = v.strictObject({
  /** 0-based position in the dump; never changes. */
  id: count,
  linuxCpu: v.optional(count),
  cpuAddress: v.optional(count),
  state: v.optional(v.string()),
  prefix: v.optional(hexString),
  psw: v.optional(pswSchema),
  gprs: v.optional(registers),
  acrs: v.optional(registers),
  crs: v.optional(registers),
  fprs: v.optional(registers),
  fpc: v.optional(hexString),
  vxrs: v.optional(registers),
  timer: v.optional(hexString),
  todClock: v.optional(hexString),
  clockComparator: v.optional(hexString),
  todProgrammable: v.optional(hexString),
  breakingEventAddress: v.optional(hexString),
  /** Other architectures: register name -> value. */
  registers: v.optional(v.record(v.string(), hexString)),
  source: v.picklist(['note', 'lowcore', 'header']),
  meaning: v.optional(cpuMeaningSchema),
});
export type CpuJson = v.InferOutput<typeof cpuSchema>;
/** What a CPU's number means in `--cpu N` and `cpuN`: linuxCpu when every CPU has one, else id. */
const numbering = v.picklist(['linuxCpu', 'id']);
export const cpusSchema = v.strictObject({ schema, cpus: v.array(cpuSchema), numbering });

const decision = <const Outcomes extends readonly string[]>(outcomes: Outcomes) =>
  v.strictObject({
    outcome: v.picklist(outcomes),
    failedCheck: v.optional(v.string()),
    waitCode: v.optional(hexString),
    steps: v.array(stepSchema),
  });

export const panicKdumpSchema = decision(['start-kdump', 'falls-to-panic-action', 'not-loaded', 'not-in-dump', 'unknown']);
export const standaloneKdumpSchema = decision(['start-kdump', 'disabled-wait', 'unknown']);
export const twoStageSchema = decision(['start-kdump', 'full-dump', 'unknown']);
export type StandaloneKdump = v.InferOutput<typeof standaloneKdumpSchema>;
export type PanicKdump = v.InferOutput<typeof panicKdumpSchema>;
export type TwoStage = v.InferOutput<typeof twoStageSchema>;

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

/** Where a CPU was before the code that every crash runs through took it. */
const crashPlaceSchema = v.strictObject({
  /** Its position in the dump. */
  cpu: count,
  symbol: v.string(),
  address: hexString,
  /** The frames above, the innermost first: they say nothing of this crash. */
  through: v.array(v.string()),
});
export type CrashPlaceJson = v.InferOutput<typeof crashPlaceSchema>;

export const triageDumpSchema = v.strictObject({
  info: infoSchema,
  health: healthSchema,
  /** Why it probably died, in one sentence. */
  reason: v.optional(v.string()),
  crashPlaces: v.optional(v.array(crashPlaceSchema)),
  panicKdump: v.optional(panicKdumpSchema),
  standaloneKdump: v.optional(standaloneKdumpSchema),
  checks: v.array(checkResultSchema),
  cpus: v.array(cpuSchema),
});
export type TriageDump = v.InferOutput<typeof triageDumpSchema>;
export const triageSchema = v.strictObject({ schema, dumps: v.array(triageDumpSchema) });

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
  /** CPU whose prefix leads here; absent for an address that is no CPU's. */
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
  numbering,
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
  /** Hex digits of the descriptor, at most 4096 bytes of it: where its type is not known, its size is not that of its structure, or there is no `descriptorOffset`. */
  raw: v.optional(v.string()),
});
export type NoteJson = v.InferOutput<typeof noteSchema>;
export const notesSchema = v.strictObject({ schema, notes: v.array(noteSchema) });

export const regionKinds = ['stored', 'zero', 'excluded', 'missing', 'crashkernel', 'kernel', 'lowcore', 'structure'] as const;
export const regionSchema = v.strictObject({
  name: v.string(),
  start: hexString,
  end: hexString,
  kind: v.picklist(regionKinds),
  fileOffset: v.optional(count),
});
export type RegionJson = v.InferOutput<typeof regionSchema>;
export const regionsSchema = v.strictObject({ schema, regions: v.array(regionSchema) });

export const vmcoreinfoSchema = v.strictObject({
  schema,
  source: v.string(),
  entries: v.record(v.string(), v.string()),
  text: v.string(),
  /** The other copies in the dump and the keys in which they differ, when they were asked for; CRASHTIME is not compared. */
  copies: v.optional(
    v.array(v.strictObject({ source: v.string(), address: v.optional(hexString), release: v.optional(v.string()), differing: v.array(v.string()) })),
  ),
});
export type VmcoreinfoJson = v.InferOutput<typeof vmcoreinfoSchema>;

export const readSchema = v.strictObject({
  schema,
  space: v.picklist(addressSpaces),
  address: hexString,
  /** CPU whose prefix or tables were used, and what its number means. */
  cpu: v.optional(count),
  numbering: v.optional(numbering),
  bytes: count,
  /** Two hex digits a byte; absent bytes read as zero and are listed in `absent`. */
  hex: v.string(),
  absent: v.array(v.strictObject({ start: hexString, end: hexString, state: v.picklist(pageStates), reason: v.optional(v.string()) })),
});
export type ReadJson = v.InferOutput<typeof readSchema>;

/** Whose tables: a control register of the CPU, what its lowcore says, or what its PSW uses (s390x). */
export const asceSources = ['cr1', 'cr7', 'cr13', 'kernel', 'user', 'psw'] as const;
export type AsceSource = (typeof asceSources)[number];

export const translateStepSchema = v.strictObject({ table: v.string(), index: count, entryAddress: hexString, entry: hexString, decoded: v.string() });
export type TranslateStep = v.InferOutput<typeof translateStepSchema>;
export const translateSchema = v.strictObject({
  schema,
  space: v.literal('virtual'),
  address: hexString,
  /** CPU whose space was walked and whose prefix was applied, where one was named, and what its number means. */
  cpu: v.optional(count),
  numbering: v.optional(numbering),
  /** The element whose tables were walked, and where it was found. */
  asce: v.optional(v.strictObject({ value: hexString, source: v.string(), decoded: v.string() })),
  steps: v.array(translateStepSchema),
  /** s390x, where a CPU was named: the address before its prefixing. */
  real: v.optional(hexString),
  absolute: v.optional(hexString),
  /** What the entries on the way forbid: "read-only (segment)". */
  protection: v.optional(v.array(v.string())),
  failure: v.optional(v.string()),
});
export type TranslateJson = v.InferOutput<typeof translateSchema>;

export const pageCountsSchema = v.strictObject({
  total: count,
  present: count,
  zero: count,
  excluded: count,
  missing: count,
  unreadable: count,
  encrypted: v.optional(count),
});
export type PageCounts = v.InferOutput<typeof pageCountsSchema>;

export const indexSchema = v.strictObject({
  schema,
  indexPath: v.string(),
  pages: pageCountsSchema,
  bytesRead: count,
  seconds: v.number(),
  resumed: v.boolean(),
  /** Page workers that took part; 0: the engine's own thread did all. */
  workers: count,
  memoryRoot: v.optional(v.string()),
});
export type IndexJson = v.InferOutput<typeof indexSchema>;

export const sqlSchema = v.strictObject({
  schema,
  columns: v.array(v.string()),
  rows: v.array(v.array(v.union([v.string(), v.number(), v.null()]))),
  /** True when the row cap cut the result. */
  truncated: v.boolean(),
});
export type SqlJson = v.InferOutput<typeof sqlSchema>;

export const sampleSchema = v.strictObject({
  schema,
  files: v.array(v.strictObject({ path: v.string(), bytes: count, description: v.string() })),
});
