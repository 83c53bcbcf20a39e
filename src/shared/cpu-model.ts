/** Registers of the CPUs, and what they mean. Rules as in model.ts. */
import * as v from 'valibot';
import { hexString, schemaVersion } from './model.ts';

const schema = v.literal(schemaVersion);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

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
export const cpuNumberingSchema = v.picklist(['linuxCpu', 'id']);
export const cpusSchema = v.strictObject({ schema, cpus: v.array(cpuSchema), numbering: cpuNumberingSchema });
