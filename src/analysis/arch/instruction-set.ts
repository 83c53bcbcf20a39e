/** What an architecture knows of its machine code: lengths, operands, and which instruction an exception stopped. The decoder is capstone's (decoder.ts). */
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { VirtualAddress } from '../../shared/units.ts';
import type { FaultSource } from './fault.ts';
import type { KernelBytes } from './kernel-view.ts';

/** Machines of the decoder. */
export type Decoder = 's390x' | 'x86_64' | 'aarch64';

/** One instruction as it lies in memory. */
export interface Decoded {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly mnemonic: string;
  /** "%r3, 0x48(%r2)"; empty where it has none. */
  readonly operands: string;
}

/** A value that is in a register by its name in operands, without the marks of the assembler: "r3", "rax", "x0". */
export type RegisterValues = ReadonlyMap<string, bigint>;

/** A register in the text of operands. */
export interface NamedRegister {
  /** As it is written there: "%r3", "eax". */
  readonly text: string;
  /** As `RegisterValues` has it. */
  readonly name: string;
  /** Bits of it that the name means, where it is not the whole one. */
  readonly bits?: { readonly at: number; readonly count: number };
}

export interface InstructionSet {
  readonly decoder: Decoder;
  /** Instructions begin at multiples of it. */
  readonly alignment: bigint;
  readonly longest: number;
  /** Bytes of an instruction by the first of them; undefined where that does not tell, or for one that cannot be decoded. */
  lengthBy(first: number): number | undefined;
  /**
   * Of an instruction that the decoder takes for a shorter one.
   * @param bytes from its first on
   * @returns undefined for all others
   */
  misread?(mnemonic: string, bytes: Uint8Array): { readonly length: number; readonly operands: string } | undefined;
  /** The address that an instruction names by its distance: where it branches to, or data. */
  target(instruction: Decoded): bigint | undefined;
  /** Registers in the text of operands, each once. */
  registersIn(operands: string): readonly NamedRegister[];
  /** The address in memory that an operand means with these values; undefined where it has none, or a value is not known. */
  memoryOperand(instruction: Decoded, values: RegisterValues): bigint | undefined;
  /** Registers of a CPU by the names in operands. */
  cpuRegisters(cpu: CpuJson): RegisterValues;
  /**
   * Those that an interruption saved in struct pt_regs.
   * @param at where a backtrace found that
   * @param address of the instruction that it says was interrupted: what lies there must say so too
   * @returns undefined where it does not, or is not in the dump
   */
  savedRegisters(memory: KernelBytes, at: VirtualAddress, address: VirtualAddress): RegisterValues | undefined;
  /**
   * The instruction that an exception stopped, and what says so.
   * @param source `instruction` is where the kernel noted that it was interrupted; of a BUG() that is the instruction itself already
   */
  stoppedAt(source: FaultSource): { readonly address: VirtualAddress; readonly detail: string } | undefined;
}
