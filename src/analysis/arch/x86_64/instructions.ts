/** Machine code of x86_64 (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, in Intel's syntax). */
import type { Decoded, InstructionSet, NamedRegister, RegisterValues } from '../instruction-set.ts';
import { x86Fault } from './fault.ts';

const branches = /^(call|j\w+|loop\w*|xbegin)$/;
const segments = /\b[fg]s:/;

/** The parts of a general register: "eax", "ax", "al", "ah" of "rax", "r8d", "r8w", "r8b" of "r8". */
function part(text: string): NamedRegister | undefined {
  const numbered = /^(r\d+)([dwb]?)$/.exec(text);
  const widths = { d: 32, w: 16, b: 8 } as const;
  if (numbered?.[1] !== undefined) {
    const width = numbered[2] as keyof typeof widths | '';
    return { text, name: numbered[1], ...(width === '' ? {} : { bits: { at: 0, count: widths[width] } }) };
  }
  if (text === 'rip') return { text, name: 'rip' };
  const long = /^([re])?([abcd]x|[sd]i|[sb]p)$/.exec(text);
  if (long?.[2] !== undefined) return { text, name: `r${long[2]}`, ...(long[1] === 'r' ? {} : { bits: { at: 0, count: long[1] === 'e' ? 32 : 16 } }) };
  const short = /^([abcd])([lh])$/.exec(text);
  if (short?.[1] !== undefined) return { text, name: `r${short[1]}x`, bits: { at: short[2] === 'h' ? 8 : 0, count: 8 } };
  const index = /^([sd]i|[sb]p)l$/.exec(text);
  return index?.[1] === undefined ? undefined : { text, name: `r${index[1]}`, bits: { at: 0, count: 8 } };
}

const words = /\b(?:r(?:\d+[dwb]?|[abcd]x|[sd]i|[sb]p|ip)|e?(?:[abcd]x|[sd]i|[sb]p)|[abcd][lh]|(?:[sd]i|[sb]p)l)\b/g;
/** What is in brackets: base, index with its scale, displacement. */
const term = /([+-]?)\s*(?:(r\w+|e\w+)(?:\*(\d))?|(0x[0-9a-f]+|\d+))/g;

function inBrackets({ address, bytes, operands }: Decoded, values: RegisterValues | undefined): bigint | undefined {
  const inside = /\[([^\]]+)\]/.exec(operands)?.[1];
  // What fs or gs adds is the base of per-CPU or thread data.
  if (inside === undefined || segments.test(operands)) return undefined;
  let sum = 0n;
  for (const [, sign, register, scale, number] of inside.matchAll(term)) {
    const named = register === undefined ? undefined : part(register);
    if (register !== undefined && (named === undefined || named.bits !== undefined)) return undefined;
    const value =
      number !== undefined
        ? BigInt(number)
        : named?.name === 'rip'
          ? address + BigInt(bytes.length)
          : named === undefined
            ? undefined
            : values?.get(named.name);
    if (value === undefined) return undefined;
    sum += (sign === '-' ? -1n : 1n) * value * BigInt(scale ?? '1');
  }
  return BigInt.asUintN(64, sum);
}

/** Members of struct pt_regs in their order (arch/x86/include/asm/ptrace.h). */
const saved = ['r15', 'r14', 'r13', 'r12', 'rbp', 'rbx', 'r11', 'r10', 'r9', 'r8', 'rax', 'rcx', 'rdx', 'rsi', 'rdi', '', 'rip', '', '', 'rsp'] as const;

/** Of 32 bits, by their numbers. */
const doubleWords = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const isPrefix = (byte: number | undefined): boolean => byte === 0x66 || byte === 0x67 || (byte !== undefined && (byte & 0xf0) === 0x40);

/**
 * UD0 and UD1 have a ModR/M byte, and what that asks for (volume 2, "UD"), which capstone 5 leaves out: the kernel marks trampolines of static calls and
 * failed checks so.
 */
function undefinedByDesign(mnemonic: string, bytes: Uint8Array): ReturnType<NonNullable<InstructionSet['misread']>> {
  if (mnemonic !== 'ud0' && mnemonic !== 'ud1') return undefined;
  const opcode = bytes.findIndex((byte) => !isPrefix(byte));
  const modrm = bytes[opcode + 2];
  if (opcode === -1 || modrm === undefined) return { length: opcode + 3, operands: '' };
  const [mode, register, memory] = [modrm >> 6, (modrm >> 3) & 7, modrm & 7];
  if (mode === 3) {
    const plain = opcode === 0 ? `${doubleWords[register] ?? ''}, ${doubleWords[memory] ?? ''}` : '';
    return { length: opcode + 3, operands: plain };
  }
  const index = memory === 4 ? 1 : 0;
  const isFar = mode === 0 && (index === 1 ? (bytes[opcode + 3] ?? 0) & 7 : memory) === 5;
  return { length: opcode + 3 + index + (mode === 2 || isFar ? 4 : mode), operands: '' };
}

export const x86Instructions: InstructionSet = {
  decoder: 'x86_64',
  alignment: 1n,
  longest: 15,
  lengthBy: () => undefined,
  misread: undefinedByDesign,
  target(instruction) {
    const { mnemonic, operands } = instruction;
    if (branches.test(mnemonic) && /^0x[0-9a-f]+$/.test(operands)) return BigInt(operands);
    return /\[rip [+-] /.test(operands) ? inBrackets(instruction, undefined) : undefined;
  },
  registersIn: (operands) =>
    [...new Set(operands.match(words) ?? [])].flatMap((text) => {
      const named = part(text);
      return named === undefined || named.name === 'rip' ? [] : [named];
    }),
  memoryOperand: (instruction, values) => (/^(lea|nop)$/.test(instruction.mnemonic) ? undefined : inBrackets(instruction, values)),
  cpuRegisters: ({ registers }) => new Map(Object.entries(registers ?? {}).flatMap(([name, value]) => (/^r\w+$/.test(name) ? [[name, BigInt(value)]] : []))),
  savedRegisters(memory, at, address) {
    const bytes = memory.bytes(at, saved.length * 8);
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const values = new Map(saved.flatMap((name, index) => (name === '' ? [] : [[name, view.getBigUint64(index * 8, true)] as const])));
    // An interruption frame without the other registers begins elsewhere.
    return values.get('rip') === address ? values : undefined;
  },
  // Faults and ud2 leave the address of the instruction itself (volume 3, chapter 6: faults); traps are not what a crash goes through.
  stoppedAt(source) {
    const isBug = x86Fault(source)?.kind === 'bug';
    return { address: source.instruction, detail: isBug ? 'ud2, the instruction of BUG()' : 'a fault, which leaves the address of the instruction' };
  },
};
