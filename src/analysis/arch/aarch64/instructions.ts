/** Machine code of AArch64 (Arm Architecture Reference Manual, chapter C4). */
import type { Decoded, InstructionSet, NamedRegister, RegisterValues } from '../instruction-set.ts';

/** Instructions whose last operand is an address by its distance: branches, adr, adrp, and loads of literals. */
const distant = /^(b|bl|b\.\w+|cbz|cbnz|tbz|tbnz|adr|adrp)$/;
const literal = /^(ldr|ldrsw|prfm)$/;
const address = /#(0x[0-9a-f]+)$/;

function register(text: string): NamedRegister | undefined {
  const found = /^([xw])(\d+)$/.exec(text);
  if (found?.[2] === undefined) return text === 'sp' ? { text, name: 'sp' } : undefined;
  return { text, name: `x${found[2]}`, ...(found[1] === 'w' ? { bits: { at: 0, count: 32 } } : {}) };
}

/** "[x0]", "[x1, #0x18]", "[sp, #-0x10]!", "[x0], #8"; with an index register that is not extended: "[x0, x1]", "[x0, x1, lsl #3]". */
const brackets = /\[(x\d+|sp)(?:, (?:#(-?)(0x[0-9a-f]+|\d+)|(x\d+)(?:, lsl #(\d+))?))?\]/;

function storage({ operands }: Decoded, values: RegisterValues): bigint | undefined {
  const found = brackets.exec(operands);
  const base = found?.[1] === undefined ? undefined : values.get(found[1]);
  if (found === null || base === undefined) return undefined;
  const [, , sign, number, index, shift] = found;
  const indexValue = index === undefined ? 0n : values.get(index);
  if (indexValue === undefined) return undefined;
  const displacement = number === undefined ? 0n : (sign === '-' ? -1n : 1n) * BigInt(number);
  return BigInt.asUintN(64, base + displacement + (indexValue << BigInt(shift ?? '0')));
}

export const aarch64Instructions: InstructionSet = {
  decoder: 'aarch64',
  alignment: 4n,
  longest: 4,
  lengthBy: () => 4,
  target({ mnemonic, operands }) {
    const isDistant = distant.test(mnemonic) || (literal.test(mnemonic) && !operands.includes('['));
    const found = isDistant ? address.exec(operands)?.[1] : undefined;
    return found === undefined ? undefined : BigInt(found);
  },
  registersIn: (operands) =>
    [...new Set(operands.match(/\b(?:[xw]\d+|sp)\b/g) ?? [])].flatMap((text) => {
      const named = register(text);
      return named === undefined ? [] : [named];
    }),
  memoryOperand: storage,
  cpuRegisters: ({ registers }) =>
    new Map(
      Object.entries(registers ?? {}).flatMap(([name, value]) =>
        /^(x\d+|sp)$/.test(name) ? [[name, BigInt(value)]] : name === 'lr' ? [['x30', BigInt(value)]] : [],
      ),
    ),
  // Where an exception keeps its registers is not noted by the frames.
  savedRegisters: () => undefined,
  // brk and aborts leave the address of the instruction (chapter D1: preferred return address).
  stoppedAt: ({ instruction }) => ({ address: instruction, detail: 'an exception, which returns to the instruction' }),
};
