/** What a kernel's tasks, modules, stacks and memory look like in the doors and in `--json`. */
import * as v from 'valibot';
import { cpuIdentitySchema } from './cpu-model.ts';
import { trusts } from './fact.ts';
import { count, hexString } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

const schema = v.literal(schemaVersion);
const missing = v.array(missingSchema);
const numbering = v.picklist(['linuxCpu', 'id']);

export const taskSchema = v.strictObject({
  /** Virtual address of its task_struct. */
  address: hexString,
  comm: v.string(),
  pid: v.optional(count),
  tgid: v.optional(count),
  /** As /proc/PID/stat shows it. */
  state: v.optional(v.strictObject({ letter: v.string(), word: v.string(), value: hexString })),
  /** pid of its parent's process. */
  parent: v.optional(count),
  /** Its kernel stack; absent when it has none any more, or its place is not known. */
  stack: v.optional(v.strictObject({ start: hexString, end: hexString })),
  /** CPU that it runs or last ran on. */
  cpu: v.optional(count),
  /** CPU that it occupied when the dump was taken. */
  runsOn: v.optional(count),
  kind: v.optional(v.picklist(['idle', 'kernel', 'user'])),
  /** A thread that does not lead its process. */
  thread: v.optional(v.boolean()),
});
export type TaskJson = v.InferOutput<typeof taskSchema>;

export const tasksSchema = v.strictObject({
  schema,
  /** What `cpu` and `runsOn` are: Linux CPU numbers, or positions in the dump. */
  numbering,
  tasks: v.array(taskSchema),
  /** False when the list broke: more tasks may have been there. */
  complete: v.boolean(),
  initTask: v.optional(v.strictObject({ address: hexString, source: v.string() })),
  /** How members of task_struct were found, and where. */
  layout: v.optional(v.strictObject({ method: v.picklist(['BTF', 'structure']), offsets: v.record(v.string(), count) })),
  missing,
});
export type TasksJson = v.InferOutput<typeof tasksSchema>;

const moduleSchema = v.strictObject({
  /** Virtual address of its struct module. */
  address: hexString,
  name: v.string(),
  state: v.picklist(['live', 'coming', 'going', 'unformed']),
  /** Bytes, where its code and data begin, users, and letters of its taint: with types only. */
  bytes: v.optional(count),
  base: v.optional(hexString),
  users: v.optional(count),
  taint: v.optional(v.string()),
  /** Types of its own that `struct` knows; absent when its BTF is not in the dump. */
  types: v.optional(count),
});

export const modulesSchema = v.strictObject({
  schema,
  modules: v.array(moduleSchema),
  complete: v.boolean(),
  source: v.optional(v.string()),
  missing,
});
export type ModulesJson = v.InferOutput<typeof modulesSchema>;

export const frameKinds = ['running', 'link', 'return', 'interrupted', 'guess'] as const;
export const frameSchema = v.strictObject({
  /**
   * running: the CPU is there · link: the caller, from the link register · return: a return address on the stack · interrupted: what an
   * interruption stopped · guess: an address of code that lies on the stack, perhaps from an earlier call.
   */
  kind: v.picklist(frameKinds),
  address: hexString,
  /** "name+0x1a" or "name+0x1a [module]"; absent where no symbol is known. */
  symbol: v.optional(v.string()),
  stackPointer: v.optional(hexString),
  stack: v.optional(v.string()),
  /** The tracer's trampoline that lay in the place of the return address: "return_to_handler". */
  trampoline: v.optional(v.string()),
  /** Why the caller that the trampoline hides is not known; then `address` is the trampoline's. */
  hidden: v.optional(v.string()),
});
export type FrameJson = v.InferOutput<typeof frameSchema>;

export const traceSchema = v.strictObject({
  /** CPU whose registers it starts from; absent for a task that was not running. */
  cpu: v.optional(count),
  /** Its number in the kernel, and what says so. */
  linuxCpu: v.optional(count),
  identity: v.optional(cpuIdentitySchema),
  /** Which of two systems in the dump it belongs to, where that is not the one that is shown. */
  system: v.optional(v.picklist(['prod', 'kdump'])),
  task: v.optional(v.strictObject({ address: hexString, comm: v.string(), pid: v.optional(count) })),
  frames: v.array(frameSchema),
  /** How many of them, from the innermost on, are what every crash runs through; the next one is where this one happened. */
  crashFrames: v.optional(count),
  /** That this CPU crashed there: its stack goes through a panic or an oops, or panic_cpu names it. A CPU that was stopped for a crash has none. */
  crashed: v.optional(v.literal(true)),
  end: v.picklist(['entered-from-user', 'complete', 'broken', 'partial', 'no-registers']),
  /** Where and why it ended. */
  detail: v.string(),
  /** What user space had when it entered the kernel. */
  user: v.optional(v.strictObject({ pswMask: v.optional(hexString), address: hexString, registers: v.record(v.string(), hexString) })),
});
export type TraceJson = v.InferOutput<typeof traceSchema>;

export const backtraceSchema = v.strictObject({ schema, numbering, traces: v.array(traceSchema), missing });
export type BacktraceJson = v.InferOutput<typeof backtraceSchema>;

export const memoryUsageSchema = v.strictObject({
  schema,
  /** Lines of /proc/meminfo in its order; kB there are KiB. */
  lines: v.array(v.strictObject({ name: v.string(), kib: count, source: v.string() })),
  missing,
});
export type MemoryUsageJson = v.InferOutput<typeof memoryUsageSchema>;

export const mappingsSchema = v.strictObject({
  schema,
  task: v.strictObject({ address: hexString, comm: v.string(), pid: count }),
  /** Virtual addresses of the process, half open; permissions as /proc/PID/maps writes them. */
  mappings: v.array(v.strictObject({ start: hexString, end: hexString, permissions: v.string(), file: v.optional(v.string()) })),
  missing,
});
export type MappingsJson = v.InferOutput<typeof mappingsSchema>;

/** How far it can be trusted as in shared/fact.ts. */
const trust = v.picklist(trusts);
const sourced = v.strictObject({ value: v.string(), source: v.string(), trust });
export const kernelFactsSchema = v.strictObject({
  schema,
  release: v.optional(sourced),
  version: v.optional(sourced),
  nodename: v.optional(sourced),
  commandLine: v.optional(sourced),
  /** "Standard PC ...", "QEMU 8561 QEMU (KVM/Linux)": what the kernel prints as hardware name in an oops. */
  hardware: v.optional(sourced),
  /** What it says it runs under (s390x): "under KVM in 64-bit mode". */
  environment: v.optional(sourced),
  taint: v.optional(
    v.strictObject({ value: hexString, flags: v.array(v.strictObject({ letter: v.string(), meaning: v.string() })), source: v.string(), trust }),
  ),
  /** CPU that panicked, as the kernel noted it. */
  panicCpu: v.optional(v.strictObject({ value: count, source: v.string(), trust })),
  /** What the system does on panic, restart, halt, power off, reboot (s390x). */
  shutdownActions: v.optional(v.array(v.strictObject({ trigger: v.string(), action: v.string() }))),
  /** Devices for dump and re-IPL as configured (s390x): "none", "ccw", "fcp". */
  dumpDevice: v.optional(sourced),
  reiplDevice: v.optional(sourced),
  missing,
});
export type KernelFactsJson = v.InferOutput<typeof kernelFactsSchema>;
