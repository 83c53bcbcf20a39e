/** Machine code as doors and `--json` have it. Rules as in model.ts. */
import * as v from 'valibot';
import { cpuNumberingSchema } from './cpu-model.ts';
import { count, hexString } from './json-values.ts';
import { addressSpaces, schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

/** Most instructions of one answer, and most bytes of a function that is shown whole. */
export const mostInstructions = 4096;
export const mostFunctionBytes = 65_536;

/**
 * fault: an exception stopped this instruction, and it brought the system down · running: a CPU would execute it next · interrupted: the code continues here after an
 * interruption · return: a call returns here.
 */
export const codeMarks = ['fault', 'running', 'interrupted', 'return'] as const;

const named = v.strictObject({ address: hexString, symbol: v.optional(v.string()) });

export const codeMarkSchema = v.strictObject({
  kind: v.picklist(codeMarks),
  /** As doors number CPUs. */
  cpu: count,
  task: v.optional(v.string()),
  /** What says so. */
  detail: v.string(),
  /** Registers of the operands as they were there; only where a mark says that they were. */
  registers: v.optional(v.array(v.strictObject({ name: v.string(), value: hexString, symbol: v.optional(v.string()) }))),
  /** The address in memory that the operand means with them. */
  memory: v.optional(named),
});
export type CodeMarkJson = v.InferOutput<typeof codeMarkSchema>;

export const instructionSchema = v.strictObject({
  address: hexString,
  /** Its bytes as hexadecimal digits, in the order of memory. */
  hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})+$/)),
  /** Absent where the bytes are not an instruction that the disassembler knows. */
  mnemonic: v.optional(v.string()),
  operands: v.optional(v.string()),
  /** "name+0x1a [module]" */
  symbol: v.optional(v.string()),
  /** What the instruction names by its distance: where it branches to, or data. */
  target: v.optional(named),
  marks: v.optional(v.array(codeMarkSchema)),
});
export type InstructionJson = v.InferOutput<typeof instructionSchema>;

export const disassemblySchema = v.strictObject({
  schema: v.literal(schemaVersion),
  arch: v.string(),
  space: v.picklist(addressSpaces),
  /** That was asked for. */
  address: hexString,
  /** Whose address space or prefix it is, where it is one CPU's own. */
  cpu: v.optional(count),
  /** What `cpu` means, here and in marks. */
  numbering: cpuNumberingSchema,
  /** Function that the address lies in, as the symbols have it. */
  function: v.optional(v.strictObject({ name: v.string(), start: hexString, size: v.optional(count), module: v.optional(v.string()) })),
  instructions: v.array(instructionSchema),
  /** False where fewer are shown than were asked for. */
  complete: v.boolean(),
  missing: v.array(missingSchema),
});
export type DisassemblyJson = v.InferOutput<typeof disassemblySchema>;
