/**
 * What memory says of an oops of x86_64. A page fault leaves its address in CR2 alone, which the next fault overwrites, and thread_struct keeps only
 * what user code brought about (arch/x86/mm/fault.c, page_fault_oops); so no more than the instruction is determined from memory.
 */
import { hex } from '../../../shared/units.ts';
import type { Fault, FaultSource } from '../fault.ts';

/** ud2, which BUG() is. */
const undefinedInstruction = 0x0b0f;

export function x86Fault({ memory, instruction }: FaultSource): Fault | undefined {
  if (memory.u16(instruction) !== undefinedInstruction) return undefined;
  return { kind: 'bug', detail: `the instruction at ${hex(instruction)} is ud2`, where: { start: instruction, bytes: 2 } };
}
