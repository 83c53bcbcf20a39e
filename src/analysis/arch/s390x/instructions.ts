/** Machine code of s390x (Principles of Operation, chapters 5 and 7; appendix B lists the formats by operation code). */
import { hex } from '../../../shared/units.ts';
import type { Decoded, InstructionSet, NamedRegister, RegisterValues } from '../instruction-set.ts';
import { faultCode } from './fault.ts';
import { s390xSavedRegisters } from './unwind.ts';

/** Halfwords from the instruction: the second and third of RIL, the second of RI, RSI, and RIE. */
const longDistances: Readonly<Record<number, (low: number) => boolean>> = {
  // larl, brcl, brasl
  0xc0: (low) => low === 0x0 || low === 0x4 || low === 0x5,
  // Loads and stores, executes and compares that name their operand by its distance: all of them.
  0xc4: () => true,
  0xc6: () => true,
  // brcth
  0xcc: (low) => low === 0x6,
};
/** brc, bras, brct, brctg */
const shortDistances = new Set([0x4, 0x5, 0x6, 0x7]);
/** brxhg, brxlg, cgrj, clgrj, crj, clrj, cgij, clgij, cij, clij: by their last byte. */
const comparing = new Set([0x44, 0x45, 0x64, 0x65, 0x76, 0x77, 0x7c, 0x7d, 0x7e, 0x7f]);

function distance(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  const low = view.getUint8(1) & 0xf;
  if (bytes.length === 6 && longDistances[first]?.(low) === true) return view.getInt32(2);
  if (bytes.length === 6 && first === 0xec && comparing.has(view.getUint8(5))) return view.getInt16(2);
  if (bytes.length === 4 && ((first === 0xa7 && shortDistances.has(low)) || first === 0x84 || first === 0x85)) return view.getInt16(2);
  return undefined;
}

/** "0x48(%r1, %r2)", "-0x30(%r15)"; a length in place of the index ("0x10(8, %r2)") is none. */
const storage = /(-?(?:0x)?[0-9a-f]+)\((?:(%r\d+|\d+|0x[0-9a-f]+),\s*)?(%r\d+)\)/;

/** A displacement and what lies in index and base; register 0 there means none. */
function addressOf({ operands }: Decoded, values: RegisterValues): bigint | undefined {
  const found = storage.exec(operands);
  if (found === null) return undefined;
  const [, text = '0', index, base = '%r0'] = found;
  const displacement = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  const value = (name: string | undefined): bigint | undefined => (name?.startsWith('%') !== true || name === '%r0' ? 0n : values.get(name.slice(1)));
  const [indexValue, baseValue] = [value(index), value(base)];
  return indexValue === undefined || baseValue === undefined ? undefined : BigInt.asUintN(64, displacement + indexValue + baseValue);
}

/** The mnemonics whose operand in that form is not a place in memory: shifts, load address. */
const computesOnly = /^(la|lay|laey|s[rl][adl]|s[rl]dl|s[rl]da|s[rl][adl]k|s[rl][adl]g|rll|rllg)$/;

function* general(values: readonly string[] | undefined, name: string): Generator<readonly [string, bigint]> {
  for (const [at, value] of (values ?? []).entries()) yield [`${name}${at}`, BigInt(value)];
}

const codeWords: Readonly<Record<number, string>> = { 0x1: 'operation', 0x2: 'privileged operation', 0x5: 'addressing', 0x6: 'specification', 0x7: 'data' };

export const s390xInstructions: InstructionSet = {
  decoder: 's390x',
  alignment: 2n,
  longest: 6,
  lengthBy: (first) => (first < 0x40 ? 2 : first < 0xc0 ? 4 : 6),
  target({ address, bytes }) {
    const halfwords = distance(bytes);
    return halfwords === undefined ? undefined : BigInt.asUintN(64, address + 2n * BigInt(halfwords));
  },
  registersIn: (operands) => [...new Set(operands.match(/%[racv]\d+/g) ?? [])].map((text): NamedRegister => ({ text, name: text.slice(1) })),
  memoryOperand: (instruction, values) => (computesOnly.test(instruction.mnemonic) ? undefined : addressOf(instruction, values)),
  cpuRegisters: ({ gprs, acrs, crs, vxrs }) => new Map([...general(gprs, 'r'), ...general(acrs, 'a'), ...general(crs, 'c'), ...general(vxrs, 'v')]),
  savedRegisters: s390xSavedRegisters,
  stoppedAt(source) {
    const { memory, instruction } = source;
    const found = faultCode(source);
    if (found === undefined) return undefined;
    const { code, length } = found;
    const at = `program-interruption code ${hex(BigInt(code))}`;
    // A monitor call was stepped back over when the stack was followed.
    if (code === 0x40) return { address: instruction, detail: `${at}: a monitor call, which the PSW points past` };
    // The kernel sets the PSW back itself: do_protection_exception in arch/s390/mm/fault.c (5.10 to 6.12).
    if (code === 0x4) return { address: instruction, detail: `${at}: protection; the kernel has set the PSW back to the instruction` };
    // These nullify: the PSW stays at the instruction.
    if (code === 0x10 || code === 0x11 || (code >= 0x38 && code <= 0x3b))
      return { address: instruction, detail: `${at}: translation, which leaves the PSW at the instruction` };
    // What suppresses or terminates leaves the PSW after the instruction, whose length is recorded.
    const word = codeWords[code] ?? (code >= 0x8 && code <= 0xf ? 'arithmetic' : undefined);
    if (word === undefined) return undefined;
    const address = instruction - BigInt(length);
    return memory.u16(address) === undefined ? undefined : { address, detail: `${at}: ${word}, ${length} bytes before the PSW` };
  },
};
