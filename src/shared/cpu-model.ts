/** Registers of the CPUs, and what they mean. Rules as in model.ts. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { schemaVersion } from './model.ts';

const schema = v.literal(schemaVersion);

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
  /** What the CPU was doing, by registers that are not a PSW: "kernel, interrupts off". */
  state: v.optional(v.string()),
  /** Other architectures: `registers` in the order and the groups in which they are read, and their flags in words. */
  named: v.optional(
    v.array(
      v.strictObject({
        register: v.string(),
        group: v.string(),
        bits: v.picklist([16, 32, 64]),
        /** address: in the space that the CPU ran in · physical: from bit 12 on · number. */
        holds: v.picklist(['address', 'physical', 'number']),
        text: v.optional(v.string()),
      }),
    ),
  ),
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

/**
 * What says which CPU of the kernel a set of registers is of: prefix (its lowcore) · crash-notes (the buffer into which a CPU saves them at a crash) · stack (the stack
 * that its stack pointer lies in) · per-cpu-base (the register that leads to per-CPU data) · pid (the note names the task that the CPU ran) · panic-cpu (the CPU that panicked, and
 * registers that show the panic) · remaining (all other CPUs are accounted for) · kernel (registers were looked for by the kernel's own numbers) · position (nothing: only the order in the dump).
 */
export const cpuIdentityKinds = ['prefix', 'crash-notes', 'stack', 'per-cpu-base', 'pid', 'panic-cpu', 'remaining', 'kernel', 'position'] as const;
export type CpuIdentityKind = (typeof cpuIdentityKinds)[number];
export const cpuIdentitySchema = v.strictObject({
  by: v.picklist(cpuIdentityKinds),
  /** The evidence in words. */
  detail: v.string(),
  /** What names another CPU. */
  contradicted: v.optional(v.array(v.string())),
});
export type CpuIdentityJson = v.InferOutput<typeof cpuIdentitySchema>;

/** Why a dump has no registers of a CPU: it did not run, never did, or did and no note of it is there. */
export const withoutRegistersKinds = ['offline', 'never-started', 'no-note', 'unknown'] as const;

export const cpuSchema = v.strictObject({
  /** 0-based position in the dump; CPUs of which the dump records nothing follow. */
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
  /** note, header: recorded in the dump · lowcore: its save area in memory · memory: the kernel's own data name the CPU, and its registers where it saved them there. */
  source: v.picklist(['note', 'lowcore', 'header', 'memory']),
  identity: v.optional(cpuIdentitySchema),
  /** Which of two systems in the dump it belongs to, where that is not the one that is shown. */
  system: v.optional(v.picklist(['prod', 'kdump'])),
  /** Why there are no general registers. */
  withoutRegisters: v.optional(v.strictObject({ reason: v.picklist(withoutRegistersKinds), detail: v.string() })),
  meaning: v.optional(cpuMeaningSchema),
});
export type CpuJson = v.InferOutput<typeof cpuSchema>;
/** What a CPU's number means in `--cpu N` and `cpuN`: linuxCpu when every CPU has one, else id. */
export const cpuNumberingSchema = v.picklist(['linuxCpu', 'id']);
export const cpusSchema = v.strictObject({ schema, cpus: v.array(cpuSchema), numbering: cpuNumberingSchema });
